"""Which records answer: rights, places and filters as one query, each record counted once.

The same grants are often published by several services: the regional file, and the part of it that
a préfecture follows. Lines of different files that say the same are one record; lines of one file
never are, since the file has them twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID, aggregate_order_by, array

from ckanext.territoires.bridge import custom
from ckanext.territoires.bridge.reference import LEVELS, reference
from ckanext.territoires.model import Record, Release
from ckanext.territoires.territory.names import plain_ascii

#: Amounts, each on its own: no two of them are ever added.
AMOUNTS = ("granted", "asked", "paid", "cost")
SCOPES = ("within", "exact", "groupings")
BY = ("place", "beneficiary")
KINDS = ("grant", "post", "plan", "risk", "programme", "zoning")
# Of these a day tells two lines apart; that of a grant is often the day the file was made.
_DATED = ("plan", "risk")

_ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ’'-"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuyy   "
# Files of these are editions of a state: as of a day, the latest alone is of use.
_EDITED = ("plan", "zoning")
_SEPARATOR = "\x1f"
_COLUMNS = Record.__table__.c


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the records. Empty sequences and None ask for nothing.

    `scope`: `within` (in the territory), `exact` (of the territory itself, not of its parts),
    `groupings` (of what contains it, and not in it). `by`: the place of the action, or the seat of
    the beneficiary. `as_of` keeps what was in force on a day.
    """

    territory: str
    scope: str = "within"
    by: str = "place"
    kinds: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    schemes: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    beneficiary: str = ""
    q: str = ""
    granted_min: float | None = None
    granted_max: float | None = None
    as_of: date | None = None


def folded(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """A text without case, accents, hyphens or apostrophes, as `plain_ascii` would fold it."""
    joined = sa.func.replace(sa.func.lower(column), "œ", "oe")
    return sa.func.translate(joined, _ACCENTED, _PLAIN)


def selected(wanted: Wanted, release_ids: Sequence[int]) -> sa.CTE:
    """The records that answer, each once: the columns of `Record`, `project` and `releases`.

    Records of one project share `project`: same places, title, beneficiary and cost.
    `releases` are the releases that hold a record, the row's own first: that of most lines, then
    the latest loaded.
    """
    located = (
        sa.select(*_COLUMNS, *_identity())
        .where(
            Record.release_id.in_(list(release_ids)), _located(wanted), *_early_conditions(wanted)
        )
        .cte("located")
    )
    ranked = _ranked(located, wanted.as_of)
    kept = sa.select(ranked).where(ranked.c["rank"] == 1, *_late_conditions(wanted, ranked))
    return kept.cte("selected")


def in_each(territories: Sequence[str], release_ids: Sequence[int], kinds: Sequence[str]) -> sa.CTE:
    """The records within each of several territories, each once a territory: `at` names it."""
    asked = sa.cast(sa.literal(list(territories), ARRAY(sa.Text)), ARRAY(sa.Text))
    at = sa.func.unnest(asked).table_valued("id", name="at").render_derived()
    located = (
        sa.select(at.c.id.label("at"), *_COLUMNS, *_identity(at.c.id))
        .select_from(at)
        .join(Record, Record.lineage.contains(sa.cast(array([at.c.id]), ARRAY(sa.Text))))
        .where(Record.release_id.in_(list(release_ids)), Record.kind.in_(list(kinds)))
        .cte("located")
    )
    ranked = _ranked(located)
    return sa.select(ranked).where(ranked.c["rank"] == 1).cte("selected")


def _identity(*more: sa.ColumnElement[Any]) -> tuple[sa.ColumnElement[Any], ...]:
    """What makes a record itself whatever its file, its rank among its equals, its project."""
    of = _COLUMNS
    ordered = sa.func.array_agg(aggregate_order_by(sa.column("x"), sa.column("x")))
    places = sa.select(ordered).select_from(sa.func.unnest(of.places).alias("x")).scalar_subquery()
    several = sa.func.cardinality(of.places) > 1
    where = sa.func.array_to_string(sa.case((several, places), else_=of.places), ",")
    title = folded(sa.func.regexp_replace(sa.func.btrim(of.title), r"\s+", " ", "g"))
    whom = folded(sa.func.btrim(of.beneficiary))
    dated = of.kind.in_(_DATED)
    key = _digest(
        *more,
        of.kind,
        folded(of.scheme),
        of.year,
        where,
        title,
        whom,
        of.granted,
        sa.case((dated, of.date)),
        sa.case((dated, of.state)),
    )
    nth = sa.func.row_number().over(
        partition_by=[Record.release_id, key], order_by=[Record.date, Record.line, Record.id]
    )
    # Two schemes that pay for one project each give its whole cost.
    known = sa.and_(of.title.is_not(None), of.cost.is_not(None))
    alone = _digest(of.id)
    project = sa.case((known, _digest(where, title, whom, of.cost)), else_=alone)
    return key.label("key"), nth.label("nth"), project.label("project")


def _digest(*parts: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    texts = (sa.func.coalesce(sa.cast(part, sa.Text), "") for part in parts)
    return sa.cast(sa.func.md5(sa.func.concat_ws(_SEPARATOR, *texts)), UUID)


def _ranked(located: sa.CTE, as_of: date | None = None) -> sa.CTE:
    """The same records with their `rank` among the files that hold them, and all of these.

    `edition` is 1 for the last edition that a day knew, or the first after it.
    """
    same = [located.c["key"], located.c["nth"]]
    preferred = [Release.rows.desc(), Release.loaded.desc(), Release.id.desc()]
    rank = sa.func.row_number().over(partition_by=same, order_by=preferred)
    releases = sa.func.array_agg(located.c["release_id"]).over(
        partition_by=same, order_by=preferred, rows=(None, None)
    )
    edition = _edition(located, as_of) if as_of else sa.literal(1)
    return (
        sa.select(
            *located.c,
            rank.label("rank"),
            releases.label("releases"),
            edition.label("edition"),
        )
        .join(Release, Release.id == located.c["release_id"])
        .cte("ranked")
    )


def _edition(located: sa.CTE, as_of: date) -> sa.ColumnElement[int]:
    year = located.c["year"]
    return sa.func.dense_rank().over(
        partition_by=[located.c[name] for name in ("kind", "places", "scheme")] + [Release.profile],
        order_by=[
            sa.case((year <= as_of.year, 0), (year.is_(None), 2), else_=1),
            sa.func.abs(year - as_of.year),
        ],
    )


def _located(wanted: Wanted) -> sa.ColumnElement[bool]:
    identifier = wanted.territory
    parts = custom.communes(identifier)
    own = [identifier, *parts]
    if wanted.by == "beneficiary":
        return _seated(wanted, own)
    match wanted.scope:
        case "exact":
            return Record.places.contains([identifier])
        case "groupings":
            inside = Record.lineage.overlap(own)
            return sa.and_(Record.places.overlap(custom.above(identifier)), sa.not_(inside))
        case _:
            return Record.lineage.overlap(own) if parts else Record.lineage.contains([identifier])


def _seated(wanted: Wanted, own: Sequence[str]) -> sa.ColumnElement[bool]:
    if wanted.scope == "exact":
        ids = [wanted.territory]
    elif wanted.scope == "groupings":
        ids = custom.above(wanted.territory)
    else:
        ids = [*own, *(m.id for level in LEVELS for m in reference().members(own[0], level))]
    return Record.beneficiary_territory == sa.func.any(sa.literal(ids, ARRAY(sa.Text)))


def _early_conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """Filters on what makes a record itself: they keep or leave all of its lines together."""
    found: list[sa.ColumnElement[bool]] = []
    if wanted.kinds:
        found.append(Record.kind.in_(wanted.kinds))
    if wanted.years:
        found.append(Record.year.in_(wanted.years))
    if wanted.year_from is not None:
        found.append(Record.year >= wanted.year_from)
    if wanted.year_to is not None:
        found.append(Record.year <= wanted.year_to)
    if wanted.granted_min is not None:
        found.append(Record.granted >= wanted.granted_min)
    if wanted.granted_max is not None:
        found.append(Record.granted <= wanted.granted_max)
    if wanted.as_of is not None:
        found.append(_in_force(wanted.as_of))
    return found


def _late_conditions(wanted: Wanted, of: sa.CTE) -> list[sa.ColumnElement[bool]]:
    """Filters on what a file may say its own way, asked of the line that is kept."""
    found: list[sa.ColumnElement[bool]] = []
    for name, values in (
        ("scheme", wanted.schemes),
        ("theme", wanted.themes),
        ("state", wanted.states),
    ):
        if values:
            found.append(of.c[name].in_(values))
    if wanted.beneficiary:
        found.append(_holds(of.c["beneficiary"], wanted.beneficiary))
    for word in wanted.q.split():
        texts = [of.c[name] for name in ("title", "beneficiary", "scheme", "theme")]
        found.append(sa.or_(*(_holds(text, word) for text in texts)))
    if wanted.as_of is not None:
        found.append(sa.or_(of.c["kind"].not_in(_EDITED), of.c["edition"] == 1))
    return found


def _holds(column: sa.ColumnElement[Any], text: str) -> sa.ColumnElement[bool]:
    wanted = plain_ascii(text).replace("'", " ").replace("-", " ").strip()
    return folded(column).contains(wanted, autoescape=True)


def _in_force(day: date) -> sa.ColumnElement[bool]:
    """Begun by a day and not ended: what has no date is held to its year, if it has one."""
    of = _COLUMNS
    begun = sa.case(
        (of.date.is_not(None), of.date <= day),
        (of.year.is_not(None), of.year <= day.year),
        else_=sa.true(),
    )
    end = of.attributes["end"].astext
    return sa.and_(begun, sa.or_(end.is_(None), end > day.isoformat()))
