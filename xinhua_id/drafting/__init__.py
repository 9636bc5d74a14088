"""The first draft of a source: from pages of a site to its TOML, its gold, and a test that waits for a person.

What structure reads on the pages is found again in their elements, and selectors are chosen that name those elements
and no others. Knows nothing of fetching, of the command line or of where files lie.
"""
