"""The frontier's rows: every URL of a site, in the state it is in, and the rounds in which they are asked for.

Each function is a part of whoever's transaction. A site has one crawl at a time (`catalogue.tenures`), so that what was
read here stays true until it is written. Knows nothing of when a URL is due, or of what a state means for a crawl.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from xinhua_id.catalogue import statements, tables
from xinhua_id.catalogue.rows import FrontierRow, RoundRow

_FRONTIER = tables.frontier
_ROUNDS = tables.rounds
#: So begins the scope of a site that is served at another place than its own.
ELSEWHERE = "at-"
#: So many keys stand in one question; databases bound the parameters of a statement.
_MOST_KEYS = 500
_NO_RANK = 1_000_000


def by_keys(connection: Connection, site: str, keys: Collection[str]) -> dict[str, FrontierRow]:
    """Return what is known of some URLs of a site, by key."""
    every = list(keys)
    found: dict[str, FrontierRow] = {}
    for at in range(0, len(every), _MOST_KEYS):
        asked = {"of_site": site, "keys": every[at : at + _MOST_KEYS]}
        for row in connection.execute(_BY_KEYS, asked).mappings():
            found[row["key"]] = FrontierRow(**row)
    return found


def put(connection: Connection, rows: Sequence[FrontierRow]) -> None:
    """Enter URLs, each in place of the one with its key."""
    statements.put(connection, _FRONTIER, rows)


def take(
    connection: Connection, site: str, scope: str, now: dt.datetime, most: int, below: int | None = None
) -> list[FrontierRow]:
    """Lease the next waiting URLs, at most so many, and return them in their order; ``below`` a rank only."""
    asked = {
        "of_site": site, "of_scope": scope, "now": now, "most": most, "below": _NO_RANK if below is None else below,
    }  # fmt: skip
    found = connection.execute(_TAKE, asked).mappings()
    return sorted((FrontierRow(**row) for row in found), key=lambda row: (row.rank, row.turn))


def take_later(
    connection: Connection, site: str, scope: str, now: dt.datetime, most: int, below: int | None = None
) -> list[FrontierRow]:
    """Lease the URLs that are to be asked for again, the first to come due first; ``below`` a rank only."""
    asked = {
        "of_site": site, "of_scope": scope, "now": now, "most": most, "below": _NO_RANK if below is None else below,
    }  # fmt: skip
    found = connection.execute(_TAKE_LATER, asked).mappings()
    return sorted((FrontierRow(**row) for row in found), key=lambda row: (str(row.due_at), row.turn))


def ripen(connection: Connection, site: str, scope: str, now: dt.datetime) -> int:
    """Let what was to be asked for again wait its turn where its moment has come; return how much that is."""
    return connection.execute(_RIPEN, {"of_site": site, "of_scope": scope, "now": now}).rowcount


def recall(connection: Connection, row: RoundRow, since: dt.datetime | None, turn: int, most: int, *, rank: int) -> int:
    """Let known URLs whose next visit is due wait their turn, at most so many, as ``rank``; return how many.

    With ``since``, only those that are said to have been published since then.
    """
    asked = {
        "of_site": row.site, "of_scope": row.scope, "begun": row.begun_at, "as_turn": turn, "as_rank": rank,
        "most": most,
    }  # fmt: skip
    statement = _RECALL if since is None else _RECALL_SINCE
    return connection.execute(statement, asked if since is None else {**asked, "since": since}).rowcount


def recall_leading(connection: Connection, row: RoundRow, turn: int, rank: int, kinds: Collection[str]) -> int:
    """Let due listings and their like wait their turn; return how many."""
    asked = {
        "of_site": row.site, "of_scope": row.scope, "begun": row.begun_at, "as_turn": turn, "as_rank": rank,
        "kinds": list(kinds),
    }  # fmt: skip
    return connection.execute(_RECALL_LEADING, asked).rowcount


def take_up_aside(
    connection: Connection,
    row: RoundRow,
    since: dt.datetime | None,
    until: dt.datetime | None,
    turn: int,
    most: int,
) -> int:
    """Let at most so many URLs that earlier rounds left aside wait their turn: those that a range of dates may hold."""
    wanted: list[ColumnElement[bool]] = [
        _FRONTIER.c.site == row.site,
        _is_near(literal(row.scope)),
        tables.is_in(_FRONTIER, "aside"),
        or_(_FRONTIER.c.visited_at.is_(None), _FRONTIER.c.visited_at < row.begun_at),
    ]
    if since is not None:
        wanted.append(or_(_FRONTIER.c.published.is_(None), _FRONTIER.c.published >= since))
        wanted.append(or_(_FRONTIER.c.modified.is_(None), _FRONTIER.c.modified >= since))
    if until is not None:
        wanted.append(or_(_FRONTIER.c.published.is_(None), _FRONTIER.c.published <= until))
    chosen = select(_FRONTIER.c.key).where(*wanted).limit(most)
    statement = update(_FRONTIER).where(_FRONTIER.c.site == row.site, _FRONTIER.c.key.in_(chosen))
    return connection.execute(statement.values(state="waiting", scope=row.scope, turn=turn, tries=1)).rowcount


def leased(connection: Connection, site: str) -> list[FrontierRow]:
    """Return what is out on lease."""
    query = select(_FRONTIER).where(_FRONTIER.c.site == site, tables.is_in(_FRONTIER, "leased"))
    return statements.every(connection, FrontierRow, query.order_by(_FRONTIER.c.rank, _FRONTIER.c.turn))


def give_back(connection: Connection, site: str, scope: str, now: dt.datetime) -> int:
    """Let everything of a scope that is out on lease wait again, a retry for its moment; return how much that is."""
    back = update(_FRONTIER).where(
        _FRONTIER.c.site == site, _FRONTIER.c.scope == scope, tables.is_in(_FRONTIER, "leased")
    )
    state = case((_FRONTIER.c.due_at > now, "later"), else_="waiting")
    return connection.execute(back.values(state=state, leased_at=None)).rowcount


def gather(connection: Connection, site: str, scope: str) -> int:
    """Let what waits of the seeds' crawls wait for that of the whole site; return how much that is."""
    waits = or_(tables.is_in(_FRONTIER, "waiting"), tables.is_in(_FRONTIER, "later"))
    left = update(_FRONTIER).where(
        _FRONTIER.c.site == site, waits, _FRONTIER.c.scope != scope, _is_near(literal(scope))
    )
    return connection.execute(left.values(scope=scope)).rowcount


def waiting(connection: Connection, site: str, scope: str, below: int | None = None) -> int:
    """Return how many URLs wait or are to be asked for again; ``below`` a rank only."""
    return sum(_number(connection, site, state, below, scope) for state in ("waiting", "later"))


def out(connection: Connection, site: str, below: int | None = None) -> int:
    """Return how many URLs are out on lease; ``below`` a rank only."""
    return _number(connection, site, "leased", below)


def states(connection: Connection, site: str | None = None) -> dict[tuple[str, str], int]:
    """Return how many URLs each site has in each state."""
    query = select(_FRONTIER.c.site, _FRONTIER.c.state, func.count()).group_by(_FRONTIER.c.site, _FRONTIER.c.state)
    found = connection.execute(query if site is None else query.where(_FRONTIER.c.site == site))
    return {(row[0], row[1]): int(row[2]) for row in found}


def is_empty(connection: Connection, site: str) -> bool:
    """Whether a site has no URL yet."""
    return connection.execute(select(_FRONTIER.c.key).where(_FRONTIER.c.site == site).limit(1)).first() is None


def each(connection: Connection, site: str) -> Iterator[FrontierRow]:
    """Yield every URL of a site, by key; memory stays flat."""
    query = select(_FRONTIER).where(_FRONTIER.c.site == site).order_by(_FRONTIER.c.key)
    return statements.each(connection, FrontierRow, query)


def round_of(connection: Connection, site: str, scope: str) -> RoundRow | None:
    """Return the latest round of a site."""
    query = select(_ROUNDS).where(_ROUNDS.c.site == site, _ROUNDS.c.scope == scope)
    return statements.one(connection, RoundRow, query)


def rounds_of(connection: Connection, site: str) -> list[RoundRow]:
    """Return the latest round of every scope of a site."""
    return statements.every(connection, RoundRow, select(_ROUNDS).where(_ROUNDS.c.site == site))


def put_round(connection: Connection, row: RoundRow) -> None:
    """Enter a round in place of the one before."""
    statements.put(connection, _ROUNDS, [row])


def forget_rounds(connection: Connection) -> None:
    """Forget every round: the next crawl of a site begins one, and first learns from the visits what it missed."""
    connection.execute(delete(_ROUNDS))


def touch(
    connection: Connection, site: str, scope: str, now: dt.datetime, pace: float, rests_until: dt.datetime | None
) -> None:
    """Say that a round goes on, with so many seconds between two requests, and until when the site rests."""
    said = {"of_site": site, "of_scope": scope, "now": now, "of_pace": pace, "until": rests_until}
    connection.execute(_TOUCH, said)


def _number(connection: Connection, site: str, state: str, below: int | None, scope: str | None = None) -> int:
    query = select(func.count()).select_from(_FRONTIER).where(_FRONTIER.c.site == site, tables.is_in(_FRONTIER, state))
    if scope is not None:
        query = query.where(_FRONTIER.c.scope == scope)
    if below is not None:
        query = query.where(_FRONTIER.c.rank < below)
    return int(connection.execute(query).scalar_one())


def _of(state: str, *more: ColumnElement[bool], every_scope: bool = False) -> Select[Any]:
    chosen = select(_FRONTIER.c.key).where(
        _FRONTIER.c.site == bindparam("of_site"), tables.is_in(_FRONTIER, state), *more
    )
    return chosen if every_scope else chosen.where(_FRONTIER.c.scope == bindparam("of_scope"))


def is_of_place(scope: str, whole: str) -> bool:
    """Whether a scope is of the place that the scope of a whole site names: what `_is_near` says in SQL."""
    return scope == whole or (whole == "" and not scope.startswith(ELSEWHERE))


def _is_near(scope: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a row is in a scope, or in one of the same place's; a place of its own has nothing of another."""
    here = and_(scope == "", _FRONTIER.c.scope.not_like(f"{ELSEWHERE}%"))
    return or_(_FRONTIER.c.scope == scope, here)


def _those(chosen: Select[Any]) -> ColumnElement[bool]:
    return and_(_FRONTIER.c.site == bindparam("of_site"), _FRONTIER.c.key.in_(chosen))


# Built once, so that SQLAlchemy compiles each once.
_BY_KEYS = select(_FRONTIER).where(
    _FRONTIER.c.site == bindparam("of_site"), _FRONTIER.c.key.in_(bindparam("keys", expanding=True))
)
_LEASED = {"state": literal_column("'leased'"), "leased_at": bindparam("now", type_=tables.Moment())}
_TAKE = (
    update(_FRONTIER)
    .where(
        _those(
            _of("waiting", _FRONTIER.c.rank < bindparam("below"))
            .order_by(_FRONTIER.c.rank, _FRONTIER.c.turn)
            .limit(bindparam("most"))
        )
    )
    .values(_LEASED)
    .returning(*_FRONTIER.c)
)
_TAKE_LATER = (
    update(_FRONTIER)
    .where(
        _those(
            _of("later", _FRONTIER.c.rank < bindparam("below")).order_by(_FRONTIER.c.due_at).limit(bindparam("most"))
        )
    )
    .values(_LEASED)
    .returning(*_FRONTIER.c)
)
_RIPEN = (
    update(_FRONTIER)
    .where(_those(_of("later", _FRONTIER.c.due_at <= bindparam("now", type_=tables.Moment()))))
    .values(state=literal_column("'waiting'"))
)
_AGAIN: dict[str, Any] = {
    "state": literal_column("'waiting'"),
    "scope": bindparam("of_scope"),
    "rank": bindparam("as_rank"),
    "turn": bindparam("as_turn"),
    "tries": literal_column("1"),
    "redirects": literal_column("0"),
}
_DUE = _of(
    "known",
    _FRONTIER.c.due_at <= bindparam("begun", type_=tables.Moment()),
    _FRONTIER.c.visited_at < bindparam("begun", type_=tables.Moment()),
    _is_near(bindparam("of_scope", type_=tables.Text())),
    every_scope=True,
)
_IN_ORDER = _DUE.order_by(_FRONTIER.c.due_at).limit(bindparam("most"))
_RECALL = update(_FRONTIER).where(_those(_IN_ORDER)).values(_AGAIN)
_RECALL_SINCE = (
    update(_FRONTIER)
    .where(
        _those(
            _DUE.where(_FRONTIER.c.published >= bindparam("since", type_=tables.Moment()))
            .order_by(_FRONTIER.c.due_at)
            .limit(bindparam("most"))
        )
    )
    .values(_AGAIN)
)
_RECALL_LEADING = (
    update(_FRONTIER).where(_those(_DUE.where(_FRONTIER.c.kind.in_(bindparam("kinds", expanding=True))))).values(_AGAIN)
)
_TOUCH = (
    update(_ROUNDS)
    .where(_ROUNDS.c.site == bindparam("of_site"), _ROUNDS.c.scope == bindparam("of_scope"))
    .values(
        touched_at=bindparam("now", type_=tables.Moment()),
        pace=bindparam("of_pace"),
        rests_until=bindparam("until", type_=tables.Moment()),
    )
)
