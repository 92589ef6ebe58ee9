"""YAML, or the same as a dictionary, -> a profile; a mistake is named with its key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml

from ckanext.territoires.figures.status import Status
from ckanext.territoires.ingest.identifiers import CODED_LEVELS
from ckanext.territoires.ingest.names import name_pattern
from ckanext.territoires.ingest.profile import (
    AMOUNTS,
    FIELD_TYPES,
    FIELDS,
    KINDS,
    SHAPES,
    TYPES,
    Column,
    Derived,
    Filter,
    Identity,
    LongRule,
    Mark,
    Names,
    Profile,
    Profiles,
    TerritoryRule,
    Words,
    YearRule,
)

T = TypeVar("T")

PACKAGED = Path(__file__).parents[1] / "profiles"

_LEVELS = (*CODED_LEVELS, "any")
_STATUSES = {status.key: status for status in Status if status is not Status.VALUE}
#: Marks that any file may hold; a profile adds its own and may change these.
_MARKS = {
    "secret": ("s", "secret", "c"),
    "not_available": ("nd", "n.d.", "nd.", "n/d", "nr", "na", "n.a.", "..", "...", "-", "null"),
    "not_applicable": ("n/a - sans objet", "so", "s.o.", "sans objet"),
}
_MARK_KEYS = ("secret", "not_available", "not_applicable")
_YEAR = re.compile(r"\d{4}(/\d{4})?")
_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_INDICATOR = re.compile(r"[a-z][a-z0-9_]*")
_EQUALITY = re.compile(r"(\w+)\s*=\s*(\w+(?:\s*\+\s*\w+)*)")


class InvalidProfile(ValueError):
    """A profile cannot be read: `file`, `key` (dotted path) and `reason` say where and why."""

    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(f"{file}: {key}: {reason}")
        self.file = file
        self.key = key
        self.reason = reason


def load_profiles(*folders: Path) -> Profiles:
    """Read the profiles of folders, the packaged ones by default; a later folder replaces names.

    Raises InvalidProfile.
    """
    found: dict[str, Profile] = {}
    for folder in folders or (PACKAGED,):
        for path in sorted(Path(folder).glob("*.y*ml")):
            try:
                data = yaml.safe_load(path.read_text(encoding="utf-8"))
            except (yaml.YAMLError, UnicodeDecodeError) as error:
                reason = " ".join(str(error).split())
                raise InvalidProfile(path.name, "(file)", reason) from error
            profile = parse_profile(data, path.name)
            found[profile.name] = profile
    return Profiles(found)


def parse_profile(data: object, file: str) -> Profile:
    """Read a profile, or the mapping that a person made of one file. Raises InvalidProfile."""
    top = _Node(data, file, "")
    shape = top.choice("shape", SHAPES)
    records = shape == "records"
    source = top.node("source")
    long = top.node("long", optional=True)
    marks = _marks(top.node("marks"))
    columns = tuple(
        _column(node, records=records, marks=marks, default=_default(top, node))
        for node in top.nodes("columns", optional=long is not None)
    )
    period, period_names = _period(top)
    profile = Profile(
        name=top.text("name", pattern=_NAME),
        label=top.words("label"),
        description=top.words("description"),
        source=source.text("name") if source else "",
        source_url=source.text("url", default="") if source else "",
        shape=shape,
        kind=top.choice("kind", KINDS) if records else None,
        territory=_territory(top, records=records),
        columns=columns,
        long=_long(long) if long else None,
        period=period,
        period_names=period_names,
        constants=_constants(top),
        leave_out=tuple(
            _done(node, Filter(_names(node), frozenset(node.texts("values")), node.words("reason")))
            for node in top.nodes("leave_out", optional=True)
        ),
        marks=tuple(
            _done(node, Mark(_names(node), node.regex("pattern")))
            for node in top.nodes("tell", optional=True)
        ),
        identities=tuple(_identity(top, text) for text in top.texts("identities")),
        derived=tuple(_derived(node) for node in top.nodes("derive", optional=True)),
        cog_year=_cog_year(top),
        vintage=top.text("vintage", default=""),
        granularity=top.text("granularity", default="") or None,
    )
    for node in (top, source, long):
        if node:
            node.finish()
    _coherent(profile, file)
    return profile


class _Node:
    """A dictionary being read: remembers which keys were asked for, and where it is."""

    def __init__(self, data: object, file: str, path: str) -> None:
        self.file = file
        self.path = path
        if not isinstance(data, Mapping):
            raise InvalidProfile(file, path or "(file)", "a mapping of keys is expected")
        self.data = cast("Mapping[str, Any]", data)
        self.asked: set[str] = set()

    def error(self, key: str, reason: str) -> InvalidProfile:
        return InvalidProfile(self.file, f"{self.path}.{key}".strip("."), reason)

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return self.data.get(key, default)

    def finish(self) -> None:
        unknown = sorted(str(key) for key in self.data.keys() - self.asked)
        if unknown:
            raise self.error(unknown[0], "unknown key")

    def text(self, key: str, *, default: str | None = None, pattern: Any = None) -> str:
        value = self.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.error(key, "a text is expected")
        if pattern and not pattern.fullmatch(value):
            raise self.error(key, f"{value!r} does not have the form expected")
        return value

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        value = self.get(key, default)
        if value not in choices:
            raise self.error(key, f"{value!r} is not one of {', '.join(choices)}")
        return str(value)

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self.get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, "true or false is expected")
        return value

    def number(self, key: str) -> float | None:
        value = self.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise self.error(key, "a number is expected")
        return None if value is None else float(value)

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.get(key, ())
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise self.error(key, "a list is expected")
        return tuple(str(item) for item in cast("Sequence[object]", value))

    def words(self, key: str) -> Words:
        return _words(self, key, self.get(key))

    def regex(self, key: str) -> str:
        text = self.text(key)
        try:
            re.compile(text)
        except re.error as error:
            raise self.error(key, f"not a regular expression: {error}") from error
        return text

    def mapping(self, key: str) -> Mapping[str, Any] | None:
        value = self.get(key)
        if value is not None and not isinstance(value, Mapping):
            raise self.error(key, "a mapping is expected")
        return cast("Mapping[str, Any] | None", value)

    def node(self, key: str, *, optional: bool = True) -> _Node | None:
        value = self.get(key)
        if value is None and optional:
            return None
        return _Node(value, self.file, f"{self.path}.{key}".strip("."))

    def nodes(self, key: str, *, optional: bool = False) -> list[_Node]:
        value = self.get(key, [] if optional else None)
        if not isinstance(value, list) or not (value or optional):
            raise self.error(key, "a list is expected")
        items = cast("list[object]", value)
        path = f"{self.path}.{key}".strip(".")
        return [_Node(item, self.file, f"{path}[{rank}]") for rank, item in enumerate(items)]


def _done(node: _Node, read: T) -> T:
    node.finish()
    return read


def _words(node: _Node, key: str, value: Any) -> Words:
    if isinstance(value, str) and value.strip():
        return {"en": value, "fr": value}
    if not isinstance(value, Mapping):
        raise node.error(key, "a text in each language is expected: {en: ..., fr: ...}")
    words = cast("Mapping[str, Any]", value)
    if not {"en", "fr"} <= words.keys() or not all(isinstance(w, str) for w in words.values()):
        raise node.error(key, "a text in each language is expected: {en: ..., fr: ...}")
    return dict(words)


def _names(node: _Node, key: str = "column", aliases: str = "aliases") -> Names:
    texts = (node.text(key), *node.texts(aliases))
    return _compiled(node, key, texts)


def _compiled(node: _Node, key: str, texts: Sequence[str]) -> Names:
    try:
        patterns = tuple(name_pattern(text) for text in texts)
    except ValueError as error:
        raise node.error(key, f"{error} is not the name of a column") from error
    either = "|".join(pattern.regex.pattern for pattern in patterns)
    return Names(patterns, re.compile(rf"^(?:{either})$", re.MULTILINE))


def _marks(node: _Node | None) -> dict[str, Status]:
    """Folded texts of a profile or of a column, and what they stand for."""
    found: dict[str, Status] = {}
    if node:
        for key in _MARK_KEYS:
            found.update({text.strip().lower(): _STATUSES[key] for text in node.texts(key)})
    return found


def _all_marks(type: str) -> dict[str, Status]:
    """The marks of any file. In a text only emptiness is one: `C` may be a zone."""
    found = {"": Status.NOT_AVAILABLE}
    for key, texts in _MARKS.items() if type != "text" else ():
        found.update(dict.fromkeys(texts, _STATUSES[key]))
    return found


def _default(top: _Node, node: _Node) -> Mapping[str, Any]:
    """The group of defaults that a column names with `like`."""
    name = node.get("like")
    if name is None:
        top.get("defaults")
        return {}
    groups = top.mapping("defaults") or {}
    if name not in groups or not isinstance(groups[name], Mapping):
        raise node.error("like", f"{name!r} is not in defaults")
    return cast("Mapping[str, Any]", groups[name])


def _column(
    node: _Node, *, records: bool, marks: Mapping[str, Status], default: Mapping[str, Any]
) -> Column:
    asked = node.asked
    node = _Node({**default, **node.data}, node.file, node.path)
    node.asked = asked
    targets = {key: node.get(key) for key in ("indicator", "field", "attribute")}
    given = [key for key, value in targets.items() if value is not None]
    if len(given) != 1:
        raise node.error("(column)", "exactly one of indicator, field, attribute is expected")
    if records == (given[0] == "indicator"):
        raise node.error(given[0], "observations have indicators; records fields and attributes")
    field = node.choice("field", FIELDS) if targets["field"] is not None else None
    if targets["indicator"] is not None:
        node.text("indicator", pattern=_INDICATOR)
    natural = "number" if targets["indicator"] else FIELD_TYPES.get(field or "", "text")
    type = node.choice("type", TYPES, natural)
    own = {**_all_marks(type), **marks, **_marks(node)}
    empty = node.get("empty")
    if empty is not None:
        own[""] = _STATUSES[node.choice("empty", tuple(_STATUSES))]
    values = node.mapping("values")
    labels = node.mapping("labels") or {}
    column = Column(
        names=_names(node, "column"),
        indicator=targets["indicator"],
        field=field,
        attribute=node.text("attribute") if targets["attribute"] is not None else None,
        type=type,
        period=node.text("period", default="") or None,
        required=node.flag("required"),
        marks=own,
        outside=frozenset(node.texts("outside")),
        values={str(k): str(v) for k, v in values.items()} if values is not None else None,
        labels={str(k): _words(node, f"labels.{k}", v) for k, v in labels.items()},
        minimum=node.number("min"),
        maximum=node.number("max"),
        allowed=node.texts("allowed"),
        pattern=node.regex("pattern") if node.get("pattern") is not None else None,
    )
    node.finish()
    return column


def _territory(top: _Node, *, records: bool) -> TerritoryRule:
    node = top.node("territory", optional=False)
    if node is None:
        raise top.error("territory", "where is the territory?")
    optional_kind = records and top.get("kind") in ("grant", "post")
    level = node.get("level", "commune")
    level_names, values = None, {}
    if isinstance(level, Mapping):
        inner = _Node(cast("object", level), node.file, f"{node.path}.level")
        level_names = _names(inner)
        values = {
            str(key).strip().lower(): str(value)
            for key, value in (inner.mapping("values") or {}).items()
        }
        inner.finish()
        level = "any"
        if not values or not set(values.values()) <= set(_LEVELS):
            raise node.error("level.values", f"levels among {', '.join(_LEVELS)} are expected")
    elif level not in _LEVELS:
        raise node.error("level", f"{level!r} is not one of {', '.join(_LEVELS)}")
    of_beneficiary = node.flag("of_beneficiary")
    named = node.get("column") is not None
    if not named and not of_beneficiary:
        raise node.error("column", "a text is expected")
    departement = node.get("departement")
    rule = TerritoryRule(
        names=_names(node) if named else None,
        level=str(level),
        level_names=level_names,
        level_values=values,
        departement=(
            _compiled(
                node, "departement", [departement] if isinstance(departement, str) else departement
            )
            if departement
            else None
        ),
        listed=node.flag("listed"),
        of_beneficiary=of_beneficiary,
        is_beneficiary=node.flag("is_beneficiary"),
        required=node.flag("required", default=not optional_kind),
    )
    node.finish()
    return rule


def _long(node: _Node) -> LongRule:
    indicators = node.mapping("indicators") or {}
    if not indicators:
        raise node.error("indicators", "which value of the column is which indicator?")
    return LongRule(
        indicator=_names(node, "indicator", "indicator_aliases"),
        value=_names(node, "value", "value_aliases"),
        indicators={str(code): str(name) for code, name in indicators.items()},
        absent_is_zero=node.flag("absent_is_zero"),
    )


def _period(top: _Node) -> tuple[str | None, Names | None]:
    value = top.get("period")
    if value is None:
        return None, None
    if isinstance(value, Mapping):
        node = _Node(cast("object", value), top.file, "period")
        names = _names(node)
        node.finish()
        return None, names
    text = str(value)
    if not _YEAR.fullmatch(text):
        raise top.error("period", "a year, two years (2013/2018) or {column: ...} is expected")
    return text, None


def _constants(top: _Node) -> Mapping[str, Any]:
    constants = top.mapping("constants") or {}
    for key in constants:
        if key not in FIELDS:
            raise top.error(f"constants.{key}", f"not one of {', '.join(FIELDS)}")
    return dict(constants)


def _identity(top: _Node, text: str) -> Identity:
    match = _EQUALITY.fullmatch(text.strip())
    if match is None:
        raise top.error("identities", f"{text!r} is not of the form total = part + part")
    parts = tuple(part.strip() for part in match.group(2).split("+"))
    return Identity(match.group(1), parts, 1.0)


def _derived(node: _Node) -> Derived:
    amount = node.get("sum")
    if amount is not None:
        node.choice("sum", AMOUNTS)
    elif not node.flag("count"):
        raise node.error("sum", "sum: an amount, or count: true, is expected")
    node.get("count")
    derived = Derived(node.text("indicator", pattern=_INDICATOR), amount)
    node.finish()
    return derived


def _cog_year(top: _Node) -> YearRule | None:
    value = top.get("cog_year")
    if value is None:
        return None
    if isinstance(value, int):
        return YearRule(year=value)
    node = _Node(value, top.file, "cog_year")
    if node.get("column") is not None:
        rule = YearRule(names=_names(node))
    else:
        rule = YearRule(of=node.text("of"), plus=int(node.number("plus") or 0))
    node.finish()
    return rule


def _coherent(profile: Profile, file: str) -> None:
    checks: list[tuple[str, Callable[[], bool], str]] = [
        ("long", lambda: profile.long is None or profile.shape == "observations", "observations"),
        ("derive", lambda: not profile.derived or profile.shape == "records", "records"),
        ("identities", lambda: not profile.identities or profile.shape == "observations", "obs"),
    ]
    for key, holds, shape in checks:
        if not holds():
            raise InvalidProfile(file, key, f"only for {shape}")
    for identity in profile.identities:
        missing = {identity.total, *identity.parts} - profile.indicators
        if missing:
            raise InvalidProfile(file, "identities", f"{sorted(missing)[0]} is not an indicator")
    for column in profile.columns:
        dated = all(pattern.dated for pattern in column.names.patterns)
        known = dated or column.period or profile.period or profile.period_names
        if column.indicator and not known:
            raise InvalidProfile(file, f"columns.{column.names.first}", "of which period?")
