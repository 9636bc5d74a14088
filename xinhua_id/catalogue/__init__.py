"""The catalogue: an index beside the files, by which captures, stories and runs are found. Knows no bytes and no sites."""
