"""The frontier: what is still to be visited, what is out on lease, and what became of it, durable in the catalogue.

`Frontier` is what a crawl asks; `rounds` is how its rounds begin and end, `lease` what is handed out, `offers` what
becomes of the links that pages offer, `revisit` when a page is visited again. Knows nothing of Scrapy, pages or files.
"""

from __future__ import annotations

from xinhua_id.crawl.frontier.frontier import Frontier

__all__ = ["Frontier"]
