"""An extraction made visible: one HTML file in which a person sees what became of every block of a page.

Knows nothing of how a page is read or where it comes from.
"""
