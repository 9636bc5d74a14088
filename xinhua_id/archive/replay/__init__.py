"""The archive in a browser: what was asked for is indexed and listed, then pywb shows it, as a process of its own."""
