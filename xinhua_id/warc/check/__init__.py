"""Whether a WARC file is what WARC 1.1 says and what its own headers say: nothing of it is taken on trust.

`check_file` reads one file and hands every record and every fault over as it finds them; `Ledger` keeps the records and
finds what no single record shows. Knows no catalogue, no index and no items.
"""
