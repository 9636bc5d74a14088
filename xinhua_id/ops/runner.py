"""What scrapyd starts for every job instead of its own runner: Scrapy's command line, with no egg to look for.

The crawl gets a process group of its own, so that Ctrl-C in the server's terminal does not reach it beside the
launcher's signal: Scrapy takes a second one as an order to drop everything.
"""

from __future__ import annotations

import os

from scrapy.cmdline import execute

if __name__ == "__main__":
    os.setpgid(0, 0)
    execute()
