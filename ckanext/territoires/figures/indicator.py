"""What the figures are: names, words, units, and how each is made. Read from `indicators.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import yaml

from ckanext.territoires.figures.formula import Formula, InvalidFormula, parse

PACKAGED = Path(__file__).parent / "indicators.yaml"
LANGUAGES = ("en", "fr")
DIRECTIONS = ("higher_is_better", "lower_is_better", "neutral")

#: Words in each of LANGUAGES.
Words = Mapping[str, str]

_TEXTS = ("label", "definition")
_LISTS = {"unit": "units", "source": "sources", "universe": "universes"}
_FLAGS = ("additive", "key", "hidden", "of_grants")
_KEYS = {
    *_TEXTS,
    *_LISTS,
    *_FLAGS,
    "short",
    "theme",
    "precision",
    "formula",
    "direction",
    "periods_of",
}


class InvalidIndicators(ValueError):
    """A declaration is wrong; `indicator`, `key` and `reason` say where and why."""

    def __init__(self, indicator: str, key: str, reason: str) -> None:
        super().__init__(f"{indicator}, {key}: {reason}")
        self.indicator = indicator
        self.key = key
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure that territories have.

    `unit` is worded, `unit_code` names it (`percent`, `eur`...). `precision`: decimals shown.
    `additive`: values of communes may be summed; never true of one with a `formula`. `source` is
    the producer and its operation, without any year: the vintage comes from the file. `key`
    figures open the portrait, `hidden` ones only serve in formulas. `of_grants`: its coverage
    counts grants whose amount is known, and not communes.
    """

    name: str
    label: Words
    short: Words | None
    theme: str
    unit: Words
    unit_code: str
    precision: int
    formula: str | None
    additive: bool
    universe: Words
    source: Words
    definition: Words
    direction: str
    key: bool
    hidden: bool
    of_grants: bool = False
    periods_of: str | None = None
    #: The formula once read, None without one; formulas within it are already replaced by theirs.
    compiled: Formula | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class _Catalogue:
    themes: tuple[tuple[str, Words], ...]
    indicators: Mapping[str, Indicator]


def load_indicators(path: Path | None = None) -> Mapping[str, Indicator]:
    """Indicators by name, in the order of the file; the packaged ones by default.

    Read once a process. Raises InvalidIndicators.
    """
    return _load(path or PACKAGED).indicators


def themes(path: Path | None = None) -> tuple[tuple[str, Words], ...]:
    """Name and words of each theme, in the order in which they are shown."""
    return _load(path or PACKAGED).themes


@lru_cache(maxsize=4)
def _load(path: Path) -> _Catalogue:
    with path.open(encoding="utf-8") as file:
        # The safe loader, in C where there is one: ten times as fast.
        content: Any = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    tree = _mapping(content, path.name, "file")
    lists = {
        name: {
            entry: _words(words, name, entry)
            for entry, words in _mapping(tree.get(name), path.name, name).items()
        }
        for name in ("themes", *_LISTS.values())
    }
    declared = {
        name: _mapping(declaration, name, "declaration")
        for name, declaration in _mapping(tree.get("indicators"), path.name, "indicators").items()
    }
    for name, declaration in declared.items():
        _check(name, declaration, lists, declared)
    formulas = dict(_formulas(declared))
    indicators = {
        name: _indicator(name, declaration, lists, formulas.get(name))
        for name, declaration in declared.items()
    }
    return _Catalogue(tuple(lists["themes"].items()), MappingProxyType(indicators))


def _mapping(value: Any, indicator: str, key: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidIndicators(indicator, key, "a mapping is expected")
    return cast("dict[str, Any]", value)


def _words(value: Any, indicator: str, key: str) -> Words:
    words = _mapping(value, indicator, key)
    if others := sorted(str(word) for word in words.keys() - {*LANGUAGES}):
        # A comma that is not between quotes cuts a sentence.
        raise InvalidIndicators(indicator, key, f"not a language: {', '.join(others)}")
    missing = [language for language in LANGUAGES if not str(words.get(language) or "").strip()]
    if missing:
        raise InvalidIndicators(indicator, key, f"nothing in {', '.join(missing)}")
    return MappingProxyType({language: str(words[language]).strip() for language in LANGUAGES})


def _check(
    name: str,
    declaration: Mapping[str, Any],
    lists: Mapping[str, Mapping[str, Words]],
    declared: Mapping[str, Any],
) -> None:
    """Raise InvalidIndicators for what can be said of one declaration alone."""
    for key, reason in _faults(name, declaration, lists):
        raise InvalidIndicators(name, key, reason)
    other = declaration.get("periods_of")
    if other is not None and (other not in declared or "formula" in declared[other]):
        raise InvalidIndicators(name, "periods_of", f"{other!r} is not loaded from files")


def _faults(
    name: str, declaration: Mapping[str, Any], lists: Mapping[str, Mapping[str, Words]]
) -> Iterator[tuple[str, str]]:
    if not name.isidentifier() or not name.islower() or name == "years":
        yield "name", "lower-case letters, digits and _ are expected"
    for key in sorted(declaration.keys() - _KEYS):
        yield key, "unknown key"
    for key, known in (("theme", "themes"), *_LISTS.items()):
        if declaration.get(key) not in lists[known]:
            yield key, f"{declaration.get(key)!r} is not in {known}"
    for key in _FLAGS:
        if not isinstance(declaration.get(key, False), bool):
            yield key, "true or false is expected"
    precision: Any = declaration.get("precision", 0)
    if not isinstance(precision, int) or not 0 <= precision <= 6:
        yield "precision", "a number of decimals is expected"
    if declaration.get("direction", "neutral") not in DIRECTIONS:
        yield "direction", f"one of {', '.join(DIRECTIONS)} is expected"
    if "formula" in declaration and declaration.get("additive"):
        yield "additive", "what a formula gives is recomputed from sums, never added"


def _formulas(declared: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Formula]]:
    texts = {name: str(d["formula"]) for name, d in declared.items() if "formula" in d}
    done: dict[str, Formula] = {}

    def build(name: str, above: tuple[str, ...]) -> Formula:
        if name in above:
            raise InvalidIndicators(name, "formula", f"a circle: {' > '.join((*above, name))}")
        if name not in done:
            try:
                formula = parse(texts[name])
                for part in sorted({part.name for part in formula.parts}):
                    if part not in declared:
                        raise InvalidIndicators(name, "formula", f"unknown indicator {part!r}")
                    if part in texts:
                        formula = formula.replace(part, build(part, (*above, name)))
            except InvalidFormula as error:
                raise InvalidIndicators(name, "formula", str(error)) from error
            done[name] = formula
        return done[name]

    for name in texts:
        yield name, build(name, ())


def _indicator(
    name: str,
    declaration: Mapping[str, Any],
    lists: Mapping[str, Mapping[str, Words]],
    formula: Formula | None,
) -> Indicator:
    short = declaration.get("short")
    return Indicator(
        name=name,
        label=_words(declaration.get("label"), name, "label"),
        short=_words(short, name, "short") if short is not None else None,
        theme=declaration["theme"],
        unit=lists["units"][declaration["unit"]],
        unit_code=declaration["unit"],
        precision=declaration.get("precision", 0),
        formula=str(declaration["formula"]) if formula else None,
        additive=declaration.get("additive", False),
        universe=lists["universes"][declaration["universe"]],
        source=lists["sources"][declaration["source"]],
        definition=_words(declaration.get("definition"), name, "definition"),
        direction=declaration.get("direction", "neutral"),
        key=declaration.get("key", False),
        hidden=declaration.get("hidden", False),
        of_grants=declaration.get("of_grants", False),
        periods_of=declaration.get("periods_of"),
        compiled=formula,
    )
