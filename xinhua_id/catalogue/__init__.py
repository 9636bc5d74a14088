"""The catalogue: an index beside the files, by which captures, stories and runs are found. It knows no bytes."""
