"""Other people's WARC, ARC and WACZ files into the archive, beside ours. Originals are kept byte for byte."""
