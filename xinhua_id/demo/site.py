"""The replica: every site on its own loopback port, for as long as a ``with`` lasts.

The same seed gives the same stories, pages and gold; only the ports differ. Knows nothing of crawling.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from types import TracebackType
from typing import Self

from xinhua_id.demo import calendar_id, faults
from xinhua_id.demo.content import Commission, Content, Trouble
from xinhua_id.demo.gold import GoldStory
from xinhua_id.demo.newsroom import Newsroom
from xinhua_id.demo.server import SiteServer
from xinhua_id.demo.sites import antaranews, indonesiawindow, kabarnusa, kabarnusa_long, xinhua
from xinhua_id.items import Origin

#: The sites, and how many of 36 stories each carries.
SHARES = {indonesiawindow: 11, antaranews: 11, xinhua: 6, kabarnusa: 8}
#: How many stories more stand in several pages, all on one site.
IN_PARTS = 12


class Replica:
    """Serve ``stories`` invented stories over all sites.

    ``sites`` maps a name to its base URL; ``gold`` is what the pages hold, the stories on faulty answers included
    (their ``fault`` says so); ``troubles`` lists what else is there, by site. ``port_base`` asks for fixed ports.
    """

    def __init__(self, stories: int = 360, *, seed: int = 2023, port_base: int = 0, crawl_delay: float = 0.05) -> None:
        self._wanted = stories
        self._seed = seed
        self._port_base = port_base
        self._crawl_delay = crawl_delay
        self._servers: dict[str, SiteServer] = {}
        self.contents: dict[str, Content] = {}

    def __enter__(self) -> Self:
        for at, module in enumerate(SHARES):
            self._servers[module.NAME] = SiteServer(self._port_base + at if self._port_base else 0)
        bases = self.sites
        newsroom = Newsroom(self._seed)
        commissioned = _commissions(newsroom, self._wanted)
        reports = kabarnusa_long.write(newsroom, IN_PARTS)
        for module, commissions in zip(SHARES, commissioned, strict=True):
            content = Content(module.NAME, bases[module.NAME], module.ACCENT)
            content.crawl_delay = self._crawl_delay if module is kabarnusa else None
            elsewhere = next(base for name, base in bases.items() if name != module.NAME)
            faults.litter(content, module.story_path, elsewhere)
            if module is kabarnusa:
                kabarnusa_long.build(content, reports, self._seed)
            module.build(content, commissions, self._seed)
            faults.odd_pages(content)
            faults.spoil(content)
            self.contents[module.NAME] = content
            self._servers[module.NAME].serve(content)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers.values():
            server.close()

    @property
    def sites(self) -> dict[str, str]:
        """Name of the site → its base URL, without a trailing slash."""
        return {name: server.base for name, server in self._servers.items()}

    @property
    def gold(self) -> list[GoldStory]:
        """What every story page holds."""
        return [story for content in self.contents.values() for story in content.gold]

    @property
    def in_parts(self) -> list[GoldStory]:
        """What the stories in several pages hold, each whole; they are not among ``gold``, which goes by pages."""
        return [story for content in self.contents.values() for story in content.in_parts]

    @property
    def troubles(self) -> dict[str, list[Trouble]]:
        """Name of the site → targets that carry no ordinary story, and how their visits may end."""
        return {name: content.troubles for name, content in self.contents.items()}

    def hits(self, site: str) -> Counter[str]:
        """Return how often each target of a site was asked for so far."""
        return Counter(self._servers[site].hits)

    def trespasses(self) -> list[str]:
        """Return the addresses that were asked for although robots.txt or their host forbids it."""
        asked = {server.base + target for server in self._servers.values() for target in server.hits}
        forbidden = {
            trouble.path if trouble.path.startswith("http") else content.base + trouble.path
            for content in self.contents.values()
            for trouble in content.troubles
            if not trouble.outcomes
        }
        return sorted(asked & forbidden)


def _commissions(newsroom: Newsroom, wanted: int) -> list[list[Commission]]:
    """Return each site's stories; a fifteenth of all go to two sites at once, as one wire story does."""
    counts = [wanted * share // sum(SHARES.values()) for share in SHARES.values()]
    counts[0] += wanted - sum(counts)
    pair: tuple[list[Commission], list[Commission]] = ([], [])
    for at in range(wanted // 30):
        moment = dt.datetime(2023, 1, 9, 18, 5, 44, tzinfo=calendar_id.WIB) + dt.timedelta(days=9 * at, minutes=53 * at)
        story = newsroom.write(moment)
        pair[0].append(Commission(story, "shape-a", "xinhua", Origin.WIRE, (antaranews.NAME,)))
        pair[1].append(Commission(story, "2023", "wire", Origin.WIRE, (indonesiawindow.NAME,)))
    shared = [pair[0], pair[1], [], []]
    found = []
    for module, count, some in zip(SHARES, counts, shared, strict=True):
        ordinary = module.commission(newsroom, count, some)
        spoilt = module.commission(newsroom, len(faults.STORY_FAULTS), [])
        found.append(
            ordinary + [replace(one, fault=fault) for one, fault in zip(spoilt, faults.STORY_FAULTS, strict=True)]
        )
    return found
