"""A replica: news sites with invented stories, served on loopback, and the gold that says what each page holds.

`site.Replica` serves, `gold` says what was written, `score` compares. Knows nothing of how pages are crawled or
separated: the sites render what real sites render.
"""
