"""Search by territory among 100,000 datasets, and what indexing them costs."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk
from ckan.types import Context
from flask_login import login_user

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
LISTS_A_ROUND = 10
# Régions whose list is long enough to matter, and short enough for config/solr to accept it.
CODES = range(1000, 4096)
REINDEXINGS = 31
REINDEXED_AT_ONCE = 20


@dataclass(frozen=True)
class Draw:
    """One search: `text` may be empty; `since` makes it new to Solr's caches on every side."""

    text: str
    since: str
    territory: str


def main() -> None:
    """Print the measures."""
    with opened(site_ini()):
        catalogue = Catalogue.prepared()
        scopes(catalogue, "anonymous", _context(None))
        agent = account(AGENT, member_of=catalogue.producers[0].id)
        login_user(agent)
        scopes(catalogue, "agent", _context(agent))
        lists(catalogue, _context(agent))
    reindexing(catalogue.real)


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

    Solr has met the identifier of a région, and seldom a list of codes: one person's list is not
    another's. Each list has a code of its own, that nothing covers; a list that Solr knows is
    timed beside, for the record.
    """
    draw = random.Random(52)
    inside = {region: codes_inside(region) for region in catalogue.nation.by_level["region"]}
    codes = {region: codes for region, codes in inside.items() if len(codes) in CODES}
    sides: dict[str, Callable[[Draw], object]] = {
        "lineage": lambda one: _search(context, one, ext_scope="within"),
        "list": lambda one: _search_codes(context, one, [*codes[one.territory], one.since]),
        "known-list": lambda one: _search_codes(context, one, codes[one.territory]),
    }
    regions = sorted(codes)
    draws = [_draws(catalogue, draw, LISTS_A_ROUND, regions) for _ in range(ROUNDS)]
    _warm(sides, _draws(catalogue, draw, LISTS_A_ROUND, regions))
    timings = take_turns(sides, draws)
    same = float(
        all(
            _search(context, one, ext_scope="within")["count"]
            == _search_codes(context, one, codes[one.territory])["count"]
            for one in draws[0]
        )
    )
    tell(Verdict("search", "list-same-answer", same, 1, at_least=True))
    tell(Verdict("search", "list-p95-ms", milliseconds(timings, "list")))
    value = ratio(timings, "list", "lineage")
    tell(Verdict("search", "list-ratio", value, LIST_LIMIT, at_least=True))
    tell(Verdict("search", "known-list-ratio", ratio(timings, "known-list", "lineage")))


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


def _draws(
    catalogue: Catalogue, draw: random.Random, count: int, territories: list[str] | None = None
) -> list[Draw]:
    asked = (
        draw.choices(territories, k=count) if territories else catalogue.nation.sample(draw, count)
    )
    return [Draw(_text(draw), _day(draw), territory) for territory in asked]


def _text(draw: random.Random) -> str:
    if draw.random() < 0.5:
        return ""
    return draw.choice([draw.choice(SUBJECTS), f"{draw.choice(WORDS)} {draw.randint(2010, 2026)}"])


def _day(draw: random.Random) -> str:
    return f"2015-01-01T00:00:{draw.uniform(0, 60):09.6f}Z"


def _search(context: Context, one: Draw, **scope: str) -> dict[str, Any]:
    asked = {"ext_territory": one.territory, **scope} if scope else {}
    return _package_search(context, one, asked)


def _search_codes(context: Context, one: Draw, codes: Any) -> dict[str, Any]:
    quoted = " OR ".join(f'"{code}"' for code in codes)
    return _package_search(context, one, {"fq": f"vocab_territory:({quoted})"})


def _package_search(context: Context, one: Draw, asked: dict[str, str]) -> dict[str, Any]:
    since = f"metadata_modified:[{one.since} TO *]"
    data_dict = {"q": one.text, "rows": 20, "fq_list": [since], **asked}
    return tk.get_action("package_search")(tk.fresh_context(context), data_dict)


def _warm(sides: dict[str, Callable[[Draw], object]], draws: list[Draw]) -> None:
    take_turns(sides, [draws])
