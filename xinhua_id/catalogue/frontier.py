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
    FromClause,
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
from sqlalchemy.sql.dml import ReturningUpdate

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
    found = _leased(connection, _TAKE, site, scope, now, most, below)
    return sorted(found, key=lambda row: (row.rank, row.turn))


def take_later(
    connection: Connection, site: str, scope: str, now: dt.datetime, most: int, below: int | None = None
) -> list[FrontierRow]:
    """Lease the URLs that are to be asked for again, the first to come due first; ``below`` a rank only."""
    found = _leased(connection, _TAKE_LATER, site, scope, now, most, below)
    return sorted(found, key=lambda row: (str(row.due_at), row.turn))


def ripen(connection: Connection, site: str, scope: str, now: dt.datetime) -> None:
    """Let what was to be asked for again wait its turn where its moment has come."""
    connection.execute(_RIPEN, {"of_site": site, "of_scope": scope, "now": now})


def recall(connection: Connection, row: RoundRow, turn: int, rank: int, most: int) -> int:
    """Let known URLs whose next visit is due wait their turn, at most so many, as ``rank``; return how many."""
    return connection.execute(_RECALL, {**_again(row, turn, rank), "most": most}).rowcount


def recall_leading(connection: Connection, row: RoundRow, turn: int, rank: int, kinds: Collection[str]) -> int:
    """Let due listings and their like wait their turn; return how many."""
    return connection.execute(_RECALL_LEADING, {**_again(row, turn, rank), "kinds": list(kinds)}).rowcount


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


def leased(connection: Connection, site: str, scope: str) -> list[FrontierRow]:
    """Return what is out on lease in a scope; for that of a whole site, in the scopes of its seeds as well."""
    query = select(_FRONTIER).where(
        _FRONTIER.c.site == site, tables.is_in(_FRONTIER, "leased"), _is_near(literal(scope))
    )
    return statements.every(connection, FrontierRow, query.order_by(_FRONTIER.c.rank, _FRONTIER.c.turn))


def give_back(connection: Connection, site: str, scope: str, now: dt.datetime) -> None:
    """Let everything of a scope that is out on lease wait again, a retry for its moment."""
    back = update(_FRONTIER).where(
        _FRONTIER.c.site == site, _FRONTIER.c.scope == scope, tables.is_in(_FRONTIER, "leased")
    )
    state = case((_FRONTIER.c.due_at > now, "later"), else_="waiting")
    connection.execute(back.values(state=state, leased_at=None))


def gather(connection: Connection, site: str, scope: str) -> None:
    """Let what waits of the seeds' crawls wait for that of the whole site."""
    near = select(_ROUNDS.c.scope).where(
        _ROUNDS.c.site == site, _ROUNDS.c.scope != scope, _is_near(literal(scope), _ROUNDS)
    )
    # Scope by scope, as the indexes have them: a million that wait for the whole site already are not looked at.
    for other in connection.execute(near).scalars().all():
        for state in ("waiting", "later"):
            left = update(_FRONTIER).where(
                _FRONTIER.c.site == site, tables.is_in(_FRONTIER, state), _FRONTIER.c.scope == other
            )
            connection.execute(left.values(scope=scope))


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


def each(connection: Connection, site: str) -> Iterator[FrontierRow]:
    """Yield every URL of a site, by key; memory stays flat."""
    query = select(_FRONTIER).where(_FRONTIER.c.site == site).order_by(_FRONTIER.c.key)
    return statements.each(connection, FrontierRow, query)


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


def _leased(
    connection: Connection, statement: ReturningUpdate[Any], site: str, scope: str, now: dt.datetime, most: int,
    below: int | None,
) -> list[FrontierRow]:  # fmt: skip
    asked = {
        "of_site": site, "of_scope": scope, "now": now, "most": most, "below": _NO_RANK if below is None else below,
    }  # fmt: skip
    return [FrontierRow(**row) for row in connection.execute(statement, asked).mappings()]


def _again(row: RoundRow, turn: int, rank: int) -> dict[str, object]:
    return {
        "of_site": row.site, "of_scope": row.scope, "begun": row.begun_at, "as_turn": turn, "as_rank": rank,
    }  # fmt: skip


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


def _is_near(scope: ColumnElement[str], table: FromClause = _FRONTIER) -> ColumnElement[bool]:
    """Whether a row is in a scope, or in one of the same place's; a place of its own has nothing of another."""
    here = and_(scope == "", table.c.scope.not_like(f"{ELSEWHERE}%"))
    return or_(table.c.scope == scope, here)


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
_RECALL = update(_FRONTIER).where(_those(_DUE.order_by(_FRONTIER.c.due_at).limit(bindparam("most")))).values(_AGAIN)
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
