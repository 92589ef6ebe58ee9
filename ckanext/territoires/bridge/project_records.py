"""Records of the State's action that a project is linked to, or may be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import ckan.model as model
import sqlalchemy as sa

from ckanext.territoires.bridge import records, releases
from ckanext.territoires.bridge.record_selection import Wanted
from ckanext.territoires.bridge.record_words import state_label
from ckanext.territoires.bridge.reference import parse
from ckanext.territoires.model import Record

#: Where so much lies that a list of all would help nobody.
_WIDE = ("departement", "region", "country-subset", "country")
_TERRITORIES = 5
_EACH = 30


@dataclass(frozen=True, slots=True)
class Found:
    """A record in brief; amounts in EUR, None when its file does not say them.

    `identity`: 32 hexadecimal digits; `dataset_name` and `dataset_title`: where it comes from.
    """

    identity: str
    kind: str
    title: str
    scheme: str
    year: int | None
    asked: float | None
    granted: float | None
    paid: float | None
    beneficiary: str
    state: str
    cost: float | None
    date: str
    places: tuple[str, ...]
    dataset_name: str
    dataset_title: str

    def as_line(self) -> dict[str, Any]:
        """The line of a financing plan that comes from this grant."""
        amounts = {kind: getattr(self, kind) for kind in ("asked", "granted", "paid")}
        line = {"scheme": self.scheme, "year": self.year, "record": self.identity, **amounts}
        return {
            "funder": "État",
            **{key: value for key, value in line.items() if value is not None},
        }


def of_identities(identities: Collection[str], user: model.User | None) -> dict[str, Found]:
    """Records by identity, among those of the files that a person may see: one query."""
    known = {info.id: info for info in releases.visible(user, shape="records")}
    wanted = [UUID(one) for one in identities]
    if not known or not wanted:
        return {}
    query = sa.select(Record).where(Record.identity.in_(wanted), Record.release_id.in_(list(known)))
    found: dict[str, Found] = {}
    # The latest loaded of the files that hold it speaks for it.
    for record in model.Session.scalars(query.order_by(Record.release_id)):
        row = {column.key: getattr(record, column.key) for column in sa.inspect(Record).columns}
        found[record.identity.hex] = _found(row, known)
    return found


def on(territories: Iterable[str], kinds: tuple[str, ...], user: model.User | None) -> list[Found]:
    """The latest records of the communes, EPCI and custom territories of a project."""
    known = {info.id: info for info in releases.visible(user, shape="records")}
    small = [id for id in territories if parse(id).level not in _WIDE][:_TERRITORIES]
    if not known:
        return []
    found: dict[str, Found] = {}
    for territory in small:
        wanted = Wanted(territory=territory, kinds=kinds)
        for row in records.listed(wanted, list(known.values()), limit=_EACH).rows:
            one = _found(row, known)
            found.setdefault(one.identity, one)
    return list(found.values())


def _found(row: Mapping[Any, Any], known: Mapping[int, releases.ReleaseInfo]) -> Found:
    info = known[row["release_id"]]
    return Found(
        identity=row["identity"].hex,
        kind=row["kind"],
        title=row["title"] or "",
        scheme=row["scheme"] or "",
        year=row["year"],
        asked=_euros(row["asked"]),
        granted=_euros(row["granted"]),
        paid=_euros(row["paid"]),
        beneficiary=row["beneficiary"] or "",
        state=state_label(info.profile, row["state"]),
        cost=_euros(row["cost"]),
        date=row["date"].isoformat() if row["date"] else "",
        places=tuple(row["places"]),
        dataset_name=info.dataset_name,
        dataset_title=info.title,
    )


def _euros(value: Any) -> float | None:
    if value is None:
        return None
    amount = float(value)
    return int(amount) if amount.is_integer() else amount
