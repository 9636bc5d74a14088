"""HTTP exchanges as WARC records and back. Knows nothing of articles, and nothing of how an exchange came about."""
