"""What the page of the State's action shows: parts, each with its lines, totals and sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import MultiDict

from ckanext.territoires.bridge import custom, records, releases, schemes
from ckanext.territoires.bridge.record_words import state_label
from ckanext.territoires.bridge.records import AMOUNTS, Wanted
from ckanext.territoires.bridge.reference import reference, territory
from ckanext.territoires.logic import record_dict, territory_dict
from ckanext.territoires.logic.validators.query import territoires_day
from ckanext.territoires.views import action_points

PAGE = 25
#: Lines of the groupings, and of each other part, that the page shows.
ABOVE, OTHERS = 15, 12
#: Filters of the grants, as the form sends them.
FILTERS = ("year", "scheme", "theme", "beneficiary", "q", "granted_min", "granted_max")
_SEVERAL = ("year", "scheme", "theme")
SORTS = ("year", "scheme", "beneficiary", "title", "cost", "asked", "granted", "paid")
PARTS = ("plan", "risk", "programme", "zoning", "post")
# A file asked for a page at a time, so that the limit of the action holds.
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of the table by year and scheme; `share` is of the longest bar, 0 to 100."""

    year: int | None
    scheme: schemes.Scheme
    totals: Mapping[str, Any]
    share: float


@dataclass(frozen=True, slots=True)
class Kind:
    """A scheme of a part, with how many lines it has in the territory."""

    scheme: schemes.Scheme
    count: int
    states: tuple[tuple[str, int], ...]
    contact: schemes.Contact | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part other than the grants: its schemes, its first lines, those of the groupings.

    `loaded`: whether a file that the person may see is of this part at all, so that its lack here
    is known.
    """

    name: str
    count: int
    kinds: tuple[Kind, ...]
    rows: tuple[Mapping[str, Any], ...]
    above: tuple[Mapping[str, Any], ...]
    totals: Mapping[str, Any] | None
    sources: tuple[Mapping[str, Any], ...]
    publishers: str
    contact: schemes.Contact
    loaded: bool


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template needs; `grants` is the answer of `territoires_record_search`."""

    grants: Mapping[str, Any]
    amounts: tuple[str, ...]
    bars: tuple[Bar, ...]
    choices: Mapping[str, Sequence[tuple[Any, int]]]
    asked: Mapping[str, Any]
    filtered: bool
    above: Mapping[str, Any] | None
    above_groups: tuple[Mapping[str, Any], ...]
    parts: Mapping[str, Part]
    grants_loaded: bool
    publishers: str
    contact: schemes.Contact
    as_of: date
    points: str
    addresses: Addresses


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of the page with its filters, and of its files."""

    territory: Mapping[str, Any]
    args: Mapping[str, Any]
    number: int
    pages: int

    def page(self, number: int) -> str:
        """Another page of the table."""
        return self._to("read", page=number) + "#grants-table"

    def sort(self, name: str) -> str:
        """The table in the order of a column, the other way when it is so already."""
        down = self.args.get("order_by") == f"-{name}"
        up = self.args.get("order_by") == name
        first_down = name in (*AMOUNTS, "year")
        order = name if down or (not up and not first_down) else f"-{name}"
        return self._to("read", order_by=order) + "#grants-table"

    def direction(self, name: str) -> str:
        """How a column is sorted, as `aria-sort` says it; an empty text when it is not."""
        order = self.args.get("order_by")
        return {name: "ascending", f"-{name}": "descending"}.get(str(order), "")

    def without_filters(self) -> str:
        """The whole page again."""
        return self._address("read", {})

    def file(self, extension: str, **more: Any) -> str:
        """The file of what is on screen, or of another part."""
        return self._address("export", {**self.args, **more}, extension=extension)

    def _to(self, endpoint: str, **changed: Any) -> str:
        return self._address(endpoint, {**self.args, **changed})

    def _address(self, endpoint: str, args: Mapping[str, Any], **more: Any) -> str:
        kept = {name: value for name, value in args.items() if value not in ("", None, [])}
        where = {name: self.territory[name] for name in ("level", "code", "slug")}
        return tk.url_for(f"territoires_action.{endpoint}", **where, **more, **kept)


def page(shown: Mapping[str, Any], args: MultiDict[str, str]) -> Page:
    """Read what the page of a territory shows, in a fixed number of queries.

    Raises:
        ValidationError: a parameter that cannot be read.

    """
    identifier = shown["id"]
    asked, day, number = _asked(args), _day(args), _number(args)
    grants = _search(
        identifier,
        kind="grant",
        group_by=["year", "scheme"],
        limit=PAGE,
        offset=(number - 1) * PAGE,
        **asked,
    )
    above_ids = custom.above(identifier)
    above = above_groups = None
    if above_ids:
        above = _search(
            identifier,
            kind="grant",
            scope="groupings",
            group_by=["place"],
            order_by=["level", "-year", "-granted"],
            limit=ABOVE,
            **{name: asked[name] for name in FILTERS if name in asked},
        )
        nearest = {id: position for position, id in enumerate(above_ids)}
        above_groups = sorted(
            ({**group, "place": _place(group["place"])} for group in above["groups"]),
            key=lambda group: nearest.get(group["place"]["id"], len(nearest)),
        )
    files = _files()
    contacts = schemes.contacts(identifier)
    choices = records.choices(
        Wanted(identifier, kinds=("grant",)), files, ("year", "scheme", "theme")
    )
    loaded = records.kinds_loaded(files)
    kept = {name: value for name, value in asked.items() if name in (*FILTERS, "order_by")}
    return Page(
        grants=grants,
        amounts=tuple(name for name in AMOUNTS if grants["totals"][name]["known"]),
        bars=_bars(grants["groups"]),
        choices=choices,
        asked=asked,
        filtered=any(name in asked for name in FILTERS),
        above=above,
        above_groups=tuple(above_groups or ()),
        parts=_parts(identifier, files, day, contacts, loaded),
        grants_loaded="grant" in loaded,
        publishers=schemes.publishers("grant"),
        contact=contacts["grant"],
        as_of=day,
        points=_points(shown, kept),
        addresses=Addresses(
            shown,
            kept | ({"as_of": args["as_of"]} if args.get("as_of") else {}),
            number,
            max(1, -(-grants["count"] // PAGE)),
        ),
    )


def everything(
    shown: Mapping[str, Any], args: MultiDict[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """All the lines that the page shows a part of, and where they come from.

    `kind` and `scope` choose another part than the grants.
    """
    asked = _asked(args) | {"kind": args.get("kind") or "grant"}
    if args.get("scope"):
        asked["scope"] = args["scope"]
    if asked["kind"] != "grant":
        asked["as_of"] = _day(args)
    lines: list[dict[str, Any]] = []
    sources: dict[str, dict[str, Any]] = {}
    while True:
        found = _search(shown["id"], totals=False, limit=_BATCH, offset=len(lines), **asked)
        lines += found["records"]
        sources |= {each["resource_id"]: each for each in found["sources"]}
        if len(found["records"]) < _BATCH:
            return lines, list(sources.values())


def _search(territory: str, **data: Any) -> dict[str, Any]:
    return tk.get_action("territoires_record_search")({}, {"territory": territory, **data})


def _files() -> tuple[releases.ReleaseInfo, ...]:
    user = tk.current_user if isinstance(tk.current_user, model.User) else None
    return releases.visible(user, shape="records")


def _asked(args: MultiDict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in FILTERS:
        values = [value for value in args.getlist(name) if value.strip()]
        if values:
            found[name] = values if name in _SEVERAL else values[0]
    if order := args.get("order_by"):
        found["order_by"] = order
    return found


def _day(args: MultiDict[str, str]) -> date:
    text = args.get("as_of", "").strip()
    if not text:
        return datetime.now(tz=UTC).date()
    try:
        return territoires_day(text)
    except tk.Invalid as error:
        raise tk.ValidationError({"as_of": [error.error]}) from error


def _number(args: MultiDict[str, str]) -> int:
    text = args.get("page", "1").strip() or "1"
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= 400_000):
        raise tk.ValidationError({"page": [tk._("“{value}” is not a page").format(value=text)]})
    return int(text)


def _place(identifier: str) -> dict[str, Any]:
    found = territory(identifier)
    return territory_dict.brief(found) if found else record_dict.place(identifier)


def _bars(groups: Sequence[Mapping[str, Any]]) -> tuple[Bar, ...]:
    longest = max((group["granted"]["total"] or 0 for group in groups), default=0)
    return tuple(
        Bar(
            group["year"],
            schemes.scheme(group["scheme"]),
            group,
            100 * (group["granted"]["total"] or 0) / longest if longest else 0,
        )
        for group in groups
    )


def _points(shown: Mapping[str, Any], kept: Mapping[str, Any]) -> str:
    if not action_points.drawn(shown):
        return ""
    where = {name: shown[name] for name in ("level", "code", "slug")}
    return tk.url_for("territoires_action.points", **where, **kept)


def _parts(
    identifier: str,
    files: Sequence[releases.ReleaseInfo],
    day: date,
    contacts: Mapping[str, schemes.Contact],
    loaded: set[str],
) -> dict[str, Part]:
    by_id = {release.id: release for release in files}
    wanted = Wanted(identifier, kinds=PARTS, as_of=day)
    groups = records.groups(wanted, files, ("kind", "scheme", "state"))
    inside = records.first_of_each(wanted, files, OTHERS)
    over = Wanted(identifier, scope="groupings", kinds=PARTS, as_of=day)
    above = records.first_of_each(over, files, OTHERS) if custom.above(identifier) else {}
    found: dict[str, Part] = {}
    for name in PARTS:
        own = [group for group in groups if group.values[0] == name]
        rows = [*inside.get(name, ()), *above.get(name, ())]
        used = {row["release_id"] for row in rows} | {r for g in own for r in g.totals.releases}
        found[name] = Part(
            name=name,
            count=sum(group.totals.count for group in own),
            kinds=_kinds(own, contacts, by_id),
            rows=tuple(_worded(row, by_id) for row in inside.get(name, ())),
            above=tuple(_worded(row, by_id) for row in above.get(name, ())),
            totals=_added(own),
            sources=tuple(record_dict.source(by_id[id]) for id in sorted(used)),
            publishers=schemes.publishers(name),
            contact=contacts[name],
            loaded=name in loaded,
        )
    return found


def _worded(row: Mapping[Any, Any], by_id: record_dict.Releases) -> dict[str, Any]:
    found = record_dict.record(row, by_id)
    return found | {
        "words": schemes.scheme(found["scheme"]),
        "told": told(found["attributes"] or {}),
    }


def _kinds(
    groups: Sequence[records.Group],
    contacts: Mapping[str, schemes.Contact],
    by_id: record_dict.Releases,
) -> tuple[Kind, ...]:
    by_scheme: dict[str, list[records.Group]] = {}
    for group in groups:
        by_scheme.setdefault(group.values[1] or "", []).append(group)
    found: list[Kind] = []
    for name, own in by_scheme.items():
        scheme = schemes.scheme(name)
        found.append(
            Kind(
                scheme,
                sum(group.totals.count for group in own),
                tuple(
                    (_state_of(group, by_id), group.totals.count)
                    for group in own
                    if group.values[2]
                ),
                contacts.get(scheme.contact),
            )
        )
    return tuple(found)


def _state_of(group: records.Group, by_id: record_dict.Releases) -> str:
    return state_label(by_id[group.totals.releases[0]].profile, group.values[2])


#: Attributes of the profiles that a page words, in order: (attribute, whether it is a day).
_TOLD = (
    ("in_force_since", True),
    ("under_way_type", False),
    ("prescribed_on", True),
    ("begins", True),
    ("ends", True),
    ("published_on", True),
    ("decree", False),
    ("carrier", False),
)


def told(attributes: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """What a line says besides, in the order to read it: words, value, whether it is a day."""
    words = {
        "in_force_since": tk._("enforceable since"),
        "under_way_type": tk._("under way:"),
        "prescribed_on": tk._("prescribed on"),
        "begins": tk._("from"),
        "ends": tk._("to"),
        "published_on": tk._("published on"),
        "decree": tk._("decree"),
        "carrier": tk._("carried by"),
    }
    return [
        (words[name], _named(str(attributes[name])), is_day)
        for name, is_day in _TOLD
        if attributes.get(name)
    ]


def _named(value: str) -> str:
    """The name of the commune or EPCI whose SIREN this is; any other text as it is."""
    found = territory(reference().history.by_siren.get(value, ""))
    return found.name if found else value


def _added(groups: Sequence[records.Group]) -> dict[str, Any] | None:
    """The totals of a part from those of its groups: one amount is added to itself alone."""
    if not groups:
        return None
    found: dict[str, Any] = {
        "count": sum(group.totals.count for group in groups),
        "shared": sum(group.totals.shared for group in groups),
    }
    for name in AMOUNTS:
        amounts = [group.totals.amounts[name] for group in groups]
        known = [amount.total for amount in amounts if amount.total is not None]
        counted = records.Amount(
            sum(known) if known else None,
            sum(amount.known for amount in amounts),
            sum(amount.missing for amount in amounts),
        )
        found[name] = {
            "total": counted.total,
            "known": counted.known,
            "missing": counted.missing,
            "floor": counted.floor,
        }
    return found
