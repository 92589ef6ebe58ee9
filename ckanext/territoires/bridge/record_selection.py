"""Which records answer: rights, places and filters as one query, each record counted once.

What makes a line of one file and a line of another one record was told when they were loaded; see
`model.record_identity`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array
from sqlalchemy.orm import aliased

from ckanext.territoires.bridge import custom
from ckanext.territoires.bridge.reference import LEVELS, reference
from ckanext.territoires.model import Record, Release
from ckanext.territoires.territory.names import plain_ascii

#: Amounts, each on its own: no two of them are ever added.
AMOUNTS = ("granted", "asked", "paid", "cost")
SCOPES = ("within", "exact", "groupings")
BY = ("place", "beneficiary")
KINDS = ("grant", "post", "plan", "risk", "programme", "zoning")

_ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ’'-"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuyy   "
# Files of these are editions of a state: as of a day, the latest alone is of use.
_EDITED = ("plan", "zoning")
# Room for the number of a record, beside the rank of its file.
_ROOM = 1 << 44
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
    """The records that answer, each once: the columns of `Record`, `releases` and `share`.

    `releases` are the releases that hold a record, the row's own first: that of most lines, then
    the latest loaded. `share` is the part of its amounts that is of the places asked for: 1, but
    for the successors of a commune that was split.
    """
    files = _files(release_ids)
    conditions = [_located(wanted), *_early_conditions(wanted)]
    # The line of the best file among those that are one, by a hash of narrow rows and no sort.
    located = (
        sa.select(
            _best(files).label("best"),
        )
        .select_from(Record)
        .join(files, files.c.id == Record.release_id)
        .where(*conditions)
        .group_by(_COLUMNS.identity)
        .cte("located")
    )
    kept = (
        sa.select(*_COLUMNS, _holders(files).label("releases"), _share(wanted).label("share"))
        .select_from(Record)
        .join(located, _COLUMNS.id == located.c.best % _ROOM)
    )
    if wanted.as_of:
        editions = (
            sa.select(_COLUMNS.id, _edition(wanted.as_of).label("edition"))
            .select_from(Record)
            .join(Release, Release.id == Record.release_id)
            .where(Record.release_id.in_(list(release_ids)), *conditions)
            .cte("editions")
        )
        kept = kept.join(editions, editions.c.id == _COLUMNS.id).where(
            sa.or_(_COLUMNS.kind.not_in(_EDITED), editions.c.edition == 1)
        )
    return kept.where(*_late_conditions(wanted)).cte("selected")


def in_each(territories: Sequence[str], release_ids: Sequence[int], kinds: Sequence[str]) -> sa.CTE:
    """The records within each of several territories, each once a territory: `at` names it.

    `share` as in `selected`.
    """
    files = _files(release_ids)
    asked = sa.cast(sa.literal(list(territories), ARRAY(sa.Text)), ARRAY(sa.Text))
    at = sa.func.unnest(asked).table_valued("id", name="at").render_derived()
    located = (
        sa.select(at.c.id.label("at"), _best(files).label("best"))
        .select_from(at)
        .join(Record, Record.lineage.contains(sa.cast(array([at.c.id]), ARRAY(sa.Text))))
        .join(files, files.c.id == Record.release_id)
        .where(Record.kind.in_(list(kinds)))
        .group_by(at.c.id, _COLUMNS.identity)
        .cte("located")
    )
    return (
        sa.select(located.c.at, *_COLUMNS, _part(located.c.at).label("share"))
        .select_from(Record)
        .join(located, _COLUMNS.id == located.c.best % _ROOM)
        .cte("selected")
    )


def _files(release_ids: Sequence[int]) -> sa.Subquery:
    """The files, the first that of most lines, then the latest loaded."""
    preferred = [Release.rows.desc(), Release.loaded.desc(), Release.id.desc()]
    rank = sa.func.row_number().over(order_by=preferred).label("rank")
    return sa.select(Release.id, rank).where(Release.id.in_(list(release_ids))).subquery("files")


def _best(files: sa.Subquery) -> sa.ColumnElement[int]:
    return sa.func.min(files.c.rank * _ROOM + _COLUMNS.id)


def _holders(files: sa.Subquery) -> sa.ColumnElement[Any]:
    """The files that hold a record, asked of the lines that are shown alone."""
    other, held = aliased(Record), files.alias("held")
    listed = sa.func.array_agg(aggregate_order_by(other.release_id, held.c.rank))
    return (
        sa.select(listed)
        .select_from(other)
        .join(held, held.c.id == other.release_id)
        .where(other.identity == Record.identity)
        .correlate(Record)
        .scalar_subquery()
    )


def _edition(as_of: date) -> sa.ColumnElement[int]:
    """1 for the last edition that a day knew, or the first after it."""
    year = _COLUMNS.year
    return sa.func.dense_rank().over(
        partition_by=[_COLUMNS[name] for name in ("kind", "places", "scheme")] + [Release.profile],
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


def _share(wanted: Wanted) -> sa.ColumnElement[Decimal]:
    """The part of a record that is of the places asked for; a beneficiary has but one seat."""
    if wanted.by == "beneficiary":
        return sa.literal(Decimal(1), sa.Numeric)
    groupings = wanted.scope == "groupings"
    ids = custom.above(wanted.territory) if groupings else custom.communes(wanted.territory)
    if not ids:
        return _part(sa.literal(wanted.territory, sa.Text))
    at = sa.func.unnest(sa.literal(list(ids), ARRAY(sa.Text))).table_valued("id", name="part")
    at = at.render_derived()
    held = _COLUMNS.places if groupings else _COLUMNS.lineage
    parts = sa.select(sa.func.sum(_part(at.c.id))).where(at.c.id == sa.func.any(held))
    whole = sa.literal(Decimal(1), sa.Numeric)
    several = sa.func.least(whole, parts.correlate(Record).scalar_subquery())
    return sa.case((_COLUMNS.shares.is_(None), whole), else_=several)


def _part(identifier: sa.ColumnElement[str]) -> sa.ColumnElement[Decimal]:
    told = _COLUMNS.shares.op("->>", return_type=sa.Text())(identifier)
    return sa.func.coalesce(sa.cast(told, sa.Numeric), sa.literal(Decimal(1), sa.Numeric))


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


def _late_conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """Filters on what a file may say its own way, asked of the line that is kept."""
    of = _COLUMNS
    found: list[sa.ColumnElement[bool]] = []
    for name, values in (
        ("scheme", wanted.schemes),
        ("theme", wanted.themes),
        ("state", wanted.states),
    ):
        if values:
            found.append(of[name].in_(values))
    if wanted.beneficiary:
        found.append(_holds(of.beneficiary, wanted.beneficiary))
    for word in wanted.q.split():
        texts = [of[name] for name in ("title", "beneficiary", "scheme", "theme")]
        found.append(sa.or_(*(_holds(text, word) for text in texts)))
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
