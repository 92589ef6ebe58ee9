"""A portrait written straight as JSON: what `to_dict` holds, without making it.

An answer has some five hundred figures whose words are nearly all the same, and most of which are
those of a département, a région or the nation, written before for another territory. A general
encoder looks at each of them as if it had never seen its like.
"""

from __future__ import annotations

import json
from dataclasses import fields
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import Any, cast

from ckanext.territoires.portrait.document import Change, Coverage, Figure, Portrait, Rank, Row

_LEAST, _MOST = float("-inf"), float("inf")
#: The texts of a row, as they are in all portraits of one language, in the order of its fields.
_TEXTS = (
    "indicator",
    "label",
    "unit",
    "precision",
    "direction",
    "universe",
    "definition",
    "source_label",
)


def json_text(portrait: Portrait) -> str:
    """The JSON of `portrait.to_dict()`: ASCII, without spaces."""
    return _Writer().portrait(portrait)


class _Words(dict[str, str]):
    """Texts as JSON, each written once."""

    def __missing__(self, text: str) -> str:
        written = self[text] = encode_basestring_ascii(text)
        return written


class _Writer:
    """Writes one portrait."""

    def __init__(self) -> None:
        self._words = _Words()
        self._coverages: dict[int, str] = {}

    def portrait(self, portrait: Portrait) -> str:
        written = [f'"{name}":{self._any(getattr(portrait, name))}' for name in portrait.names()]
        return "{" + ",".join(written) + "}"

    def _any(self, value: Any) -> str:
        kind = cast("type[Any]", type(value))
        if kind is str:
            return self._words[value]
        if kind is tuple:
            return "[" + ",".join([self._any(one) for one in value]) + "]"
        if kind is Row:
            return self._row(value)
        if kind is Figure:
            return self._figure(value)
        if value is None or kind in (bool, int, float):
            return _number(value)
        written = [key + self._any(getattr(value, name)) for name, key in _keys(kind)]
        return "{" + ",".join(written) + "}"

    def _row(self, row: Row) -> str:
        head = _head(
            row.indicator,
            row.label,
            row.unit,
            row.precision,
            row.direction,
            row.universe,
            row.definition,
            row.source_label,
        )
        histories = ",".join([self._figures(line) for line in row.comparison_histories])
        changes = ",".join([self._change(one) for one in row.comparison_changes])
        return (
            f'{head},"figure":{self._figure(row.figure)},'
            f'"comparisons":{self._figures(row.comparisons)},"rank":{self._rank(row.rank)},'
            f'"change":{self._change(row.change)},"history":{self._figures(row.history)},'
            f'"key":{_TRUE[row.key]},"comparison_changes":[{changes}],'
            f'"comparison_histories":[{histories}]}}'
        )

    def _figures(self, figures: tuple[Figure, ...]) -> str:
        return "[" + ",".join([self._figure(one) for one in figures]) + "]"

    def _figure(self, figure: Figure) -> str:
        try:
            return figure.json
        except AttributeError:
            words, coverage = self._words, figure.coverage
        text = (
            f'{{"territory":{words[figure.territory]},"period":{words[figure.period]},'
            f'"value":{_number(figure.value)},"status":{words[figure.status]},'
            f'"origin":{words[figure.origin]},'
            f'"coverage":{"null" if coverage is None else self._coverage(coverage)},'
            f'"reason":{words[figure.reason]},'
            f'"sources":[{",".join([str(one) for one in figure.sources])}],'
            f'"floor":{_TRUE[figure.floor]}}}'
        )
        object.__setattr__(figure, "json", text)
        return text

    def _rank(self, rank: Rank | None) -> str:
        if rank is None:
            return "null"
        return (
            f'{{"position":{rank.position},"of":{rank.of},"group":{self._words[rank.group]},'
            f'"median":{_number(rank.median)}}}'
        )

    def _coverage(self, coverage: Coverage) -> str:
        # One object serves for hundreds of figures, and lasts as long as the portrait.
        written = self._coverages.get(id(coverage))
        if written is None:
            written = self._coverages[id(coverage)] = (
                f'{{"members":{coverage.members},"known":{coverage.known},'
                f'"population_share":{_number(coverage.population_share)}}}'
            )
        return written

    def _change(self, change: Change | None) -> str:
        if change is None:
            return "null"
        try:
            return change.json
        except AttributeError:
            text = (
                f'{{"since":{self._words[change.since]},"absolute":{_number(change.absolute)},'
                f'"relative":{_number(change.relative)},"points":{_TRUE[change.points]}}}'
            )
        object.__setattr__(change, "json", text)
        return text


_TRUE = ("false", "true")


def _number(value: Any) -> str:
    if value is None:
        return "null"
    kind = cast("type[Any]", type(value))
    if kind is int or (kind is float and _LEAST < value < _MOST):
        return repr(value)
    return json.dumps(value)


@lru_cache(maxsize=32)
def _keys(kind: type[Any]) -> tuple[tuple[str, str], ...]:
    """Names of the fields of a part, each also as it is written before its value."""
    return tuple((field.name, f'"{field.name}":') for field in fields(kind))


@lru_cache(maxsize=1024)
def _head(*texts: Any) -> str:
    """The beginning of a row: what is the same whatever the territory."""
    return json.dumps(dict(zip(_TEXTS, texts, strict=True)), separators=(",", ":"))[:-1]
