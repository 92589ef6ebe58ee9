"""Search by territory among 100,000 datasets, and what indexing them costs."""

from __future__ import annotations

import random
import statistics
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ckan.model as model
from ckan.lib.search.common import make_connection
from ckan.lib.search.query import QUERY_FIELDS
from ckan.plugins import toolkit as tk
from ckan.types import Context
from flask_login import login_user

from ckanext.territoires.bridge.search import TerritoryQuery, territory_filter

from .apparatus.catalogue import Catalogue
from .apparatus.datasets import SUBJECTS, WORDS
from .apparatus.measure import Verdict, milliseconds, ratio, take_turns, tell
from .apparatus.nation import codes_inside
from .apparatus.producers import AGENT, account
from .apparatus.reindexing import Reindexer
from .apparatus.site import opened, plain_ckan, site_ini, without_territoires

SCOPES = ("relevant", "exact", "within")
SCOPE_LIMIT = 1.2
LIST_LIMIT = 10
REINDEX_LIMIT = 1.15
ROUNDS = 7
SEARCHES_A_ROUND = 40
LIST_ROUNDS = 5
LISTS_A_ROUND = 10
# Régions whose list is long enough to matter, and short enough for config/solr to accept it.
CODES = range(1000, 4096)
REINDEXINGS = 31
REINDEXED_AT_ONCE = 20


@dataclass(frozen=True)
class Draw:
    """One search: `text` may be empty; `since`, if any, makes it new to Solr on every side.

    `token` is of this draw and this run only.
    """

    text: str
    since: str
    token: str
    territory: str


def main() -> None:
    """Print the measures."""
    with opened(site_ini()):
        catalogue = Catalogue.prepared()
        scopes(catalogue, "anonymous", _context(None))
        agent = account(AGENT, member_of=catalogue.producers[0].id)
        login_user(agent)
        scopes(catalogue, "agent", _context(agent))
        reindexing(catalogue.real)
        # Last: Solr keeps each list that it meets, and a few hundred of them fill its memory.
        lists(catalogue, _context(agent))


def scopes(catalogue: Catalogue, person: str, context: Context) -> None:
    """A territory in each scope, against the same search without one."""
    draw = random.Random(person)
    sides: dict[str, Callable[[Draw], object]] = {
        scope: lambda one, scope=scope: _search(context, one, ext_scope=scope) for scope in SCOPES
    }
    sides["none"] = lambda one: _search(context, one)
    _warm(sides, _draws(catalogue, draw, SEARCHES_A_ROUND))
    draws = [_draws(catalogue, draw, SEARCHES_A_ROUND) for _ in range(ROUNDS)]
    timings = take_turns(sides, draws)
    tell(Verdict("search", f"{person}-none-p95-ms", milliseconds(timings, "none")))
    for scope in SCOPES:
        tell(Verdict("search", f"{person}-{scope}-p95-ms", milliseconds(timings, scope)))
        value = ratio(timings, scope, "none")
        tell(Verdict("search", f"{person}-{scope}-ratio", value, SCOPE_LIMIT))


def lists(catalogue: Catalogue, context: Context) -> None:
    """All of a région, against the list of all the codes inside it: the same answer.

    `package_search` as a whole has the limit; Solr's part of it, without what CKAN does around on
    both sides, is timed beside, for the record. Each search has its words. Solr has met the
    identifier of a région, and seldom a list of codes, as one person's is not another's: each list
    has a code of its own, that nothing covers.
    """
    draw = random.Random(52)
    inside = {region: codes_inside(region) for region in catalogue.nation.by_level["region"]}
    codes = {region: codes for region, codes in inside.items() if len(codes) in CODES}
    sides: dict[str, Callable[[Draw], int]] = {
        "solr": lambda one: _ask_solr(one, _lineage(one.territory)),
        "solr-list": lambda one: _ask_solr(one, _list([*codes[one.territory], one.token])),
        "whole": lambda one: _search(context, one, ext_scope="within")["count"],
        "whole-list": lambda one: _package_search(
            context, one, {"fq": _list([one.token, *codes[one.territory]])}
        )["count"],
    }
    regions = sorted(codes)
    draws = [
        [_in_words(draw, draw.choice(regions)) for _ in range(LISTS_A_ROUND)]
        for _ in range(LIST_ROUNDS + 1)
    ]
    _warm(sides, draws[0])
    # A list fills Solr's memory, and what is asked next pays for it: those who ask for a territory
    # are timed first, as on a site where nobody asks by list.
    short, long = ("solr", "whole"), ("solr-list", "whole-list")
    timings = {
        **take_turns({name: sides[name] for name in short}, draws[1:]),
        **take_turns({name: sides[name] for name in long}, draws[1:]),
    }
    same = all(
        sides["solr"](one) == sides["solr-list"](one)
        and sides["whole"](one) == sides["whole-list"](one)
        for one in draws[0]
    )
    tell(Verdict("search", "list-same-answer", float(same), 1, at_least=True))
    for name in sides:
        tell(Verdict("search", f"list-{name}-p95-ms", milliseconds(timings, name)))
    value = ratio(timings, "whole-list", "whole")
    tell(Verdict("search", "list-ratio", value, LIST_LIMIT, at_least=True))
    tell(Verdict("search", "list-solr-ratio", ratio(timings, "solr-list", "solr")))


def reindexing(ids: tuple[str, ...]) -> None:
    """The same datasets, indexed with and without our plugins, by processes that take turns."""
    ini = site_ini()
    draw = random.Random(15)
    draws = [[draw.sample(ids, k=REINDEXED_AT_ONCE)] for _ in range(REINDEXINGS)]
    with (
        Reindexer(ini) as ours,
        Reindexer(without_territoires(ini)) as without,
        Reindexer(plain_ckan(ini)) as plain,
    ):
        sides = {"plain": plain.run, "without": without.run, "ours": ours.run}
        # Each reads all of them once: outlines are kept in memory, as in a rebuild of a whole site.
        take_turns(sides, [[list(ids)]])
        timings = take_turns(sides, draws)
        # The others left the index without our fields.
        ours.run(list(ids))
    for name in sides:
        each = milliseconds(timings, name, statistics.fmean) / REINDEXED_AT_ONCE
        tell(Verdict("search", f"reindex-{name}-ms-a-dataset", each))
    value = ratio(timings, "ours", "without", statistics.fmean)
    tell(Verdict("search", "reindex-ratio", value, REINDEX_LIMIT))
    tell(Verdict("search", "reindex-ratio-to-plain", ratio(timings, "ours", "plain")))


def _context(user: model.User | None) -> Context:
    return {"user": user.name if user else "", "auth_user_obj": user or model.AnonymousUser()}


def _draws(catalogue: Catalogue, draw: random.Random, count: int) -> list[Draw]:
    """Half of them in words, half without; the territories are of every level."""
    return [
        Draw(_words(draw) if draw.random() < 0.5 else "", _day(draw), "", territory)
        for territory in catalogue.nation.sample(draw, count)
    ]


def _in_words(draw: random.Random, territory: str) -> Draw:
    return Draw(_words(draw), "", uuid.uuid4().hex, territory)


def _words(draw: random.Random) -> str:
    return draw.choice([draw.choice(SUBJECTS), f"{draw.choice(WORDS)} {draw.randint(2010, 2026)}"])


def _day(draw: random.Random) -> str:
    return f"2015-01-01T00:00:{draw.uniform(0, 60):09.6f}Z"


def _search(context: Context, one: Draw, **scope: str) -> dict[str, Any]:
    asked = {"ext_territory": one.territory, **scope} if scope else {}
    return _package_search(context, one, asked)


def _lineage(territory: str) -> str:
    return territory_filter(TerritoryQuery((territory,), "within"))


def _list(codes: Iterable[str]) -> str:
    quoted = " OR ".join(f'"{code}"' for code in codes)
    return f"+vocab_territory:({quoted})"


def _ask_solr(one: Draw, condition: str) -> int:
    site = f'+site_id:"{tk.config["ckan.site_id"]}"'
    words = {"defType": "dismax", "qf": QUERY_FIELDS, "q.op": "AND", "mm": "100%"}
    found = make_connection().search(one.text, fq=[site, condition], fl="id", rows=10, **words)
    return int(found.hits)


def _package_search(context: Context, one: Draw, asked: dict[str, str]) -> dict[str, Any]:
    since = [f"metadata_modified:[{one.since} TO *]"] if one.since else []
    data_dict = {"q": one.text, "fq_list": since, **asked}
    return tk.get_action("package_search")(tk.fresh_context(context), data_dict)


def _warm(sides: Mapping[str, Callable[[Draw], object]], draws: list[Draw]) -> None:
    take_turns(sides, [draws])
