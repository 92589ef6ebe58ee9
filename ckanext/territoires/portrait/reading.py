"""A portrait from the plain dictionary that it was kept as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from ckanext.territoires.portrait.document import (
    Change,
    Chart,
    Comment,
    Coverage,
    Figure,
    Label,
    Mapped,
    Place,
    Portrait,
    Rank,
    Row,
    Source,
    Theme,
)

Fields = Mapping[str, Any]
T = TypeVar("T")


def portrait_from_dict(content: Fields) -> Portrait:
    """The portrait whose `to_dict()` is `content`, through JSON or not.

    What a later version added takes its default, what it removed is left out.

    Raises:
        TypeError, KeyError: `content` is not a portrait.

    """
    return _made(
        Portrait,
        content,
        territory=_made(Place, content["territory"]),
        comparators=tuple(_made(Place, each) for each in content["comparators"]),
        themes=tuple(_theme(each) for each in content["themes"]),
        sources=tuple(_made(Source, each) for each in content["sources"]),
        maps=tuple(
            _made(
                Mapped,
                each,
                places=tuple(_made(Place, place) for place in each["places"]),
                figures=tuple(_figure(figure) for figure in each["figures"]),
            )
            for each in content.get("maps", ())
        ),
    )


def _theme(content: Fields) -> Theme:
    comment = content.get("comment")
    return _made(
        Theme,
        content,
        rows=tuple(_row(each) for each in content["rows"]),
        charts=tuple(
            _made(Chart, each, indicators=tuple(each["indicators"]))
            for each in content.get("charts", ())
        ),
        comment=_made(Comment, comment) if comment else None,
        labels=tuple(_made(Label, each) for each in content.get("labels", ())),
    )


def _row(content: Fields) -> Row:
    rank, change = content.get("rank"), content.get("change")
    return _made(
        Row,
        content,
        figure=_figure(content["figure"]),
        comparisons=tuple(_figure(each) for each in content.get("comparisons", ())),
        history=tuple(_figure(each) for each in content.get("history", ())),
        comparison_changes=tuple(
            _made(Change, each) if each else None for each in content.get("comparison_changes", ())
        ),
        comparison_histories=tuple(
            tuple(_figure(each) for each in history)
            for history in content.get("comparison_histories", ())
        ),
        rank=_made(Rank, rank) if rank else None,
        change=_made(Change, change) if change else None,
    )


def _figure(content: Fields) -> Figure:
    coverage = content.get("coverage")
    return _made(
        Figure,
        content,
        coverage=_made(Coverage, coverage) if coverage else None,
        sources=tuple(content.get("sources", ())),
    )


def _made(kind: type[T], content: Fields, **built: Any) -> T:
    known = {field.name for field in fields(kind)}  # pyright: ignore[reportArgumentType]
    given = {name: value for name, value in content.items() if name in known}
    return kind(**(given | built))
