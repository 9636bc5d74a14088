"""What is kept, read again: pages out of WARC files, and the way from an item back to its record."""
