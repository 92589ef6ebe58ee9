"""Where the files of a dataset stand, in a line each."""

from __future__ import annotations

from dataclasses import dataclass

import ckan.model as model
import sqlalchemy as sa
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.number_wording import number
from ckanext.territoires.model import Load, Release


@dataclass(frozen=True, slots=True)
class LoadState:
    """`state` is that of the last loading; `text` says it; `problems`, "" when there is none."""

    state: str
    text: str
    problems: str


def states(package_id: str) -> dict[str, LoadState]:
    """Return the state of each file of a dataset that was ever to be read: two queries."""
    query = (
        sa.select(
            Load.resource_id,
            Load.state,
            Load.report["rows_kept"].astext.label("kept"),
            Load.report["rows_refused"].astext.label("refused"),
        )
        .where(Load.package_id == package_id)
        .distinct(Load.resource_id)
        .order_by(Load.resource_id, Load.created.desc())
    )
    loads = model.Session.execute(query).all()
    held = sa.select(Release.resource_id, sa.func.cardinality(Release.indicators)).where(
        Release.package_id == package_id
    )
    indicators = {row[0]: int(row[1]) for row in model.Session.execute(held)} if loads else {}
    return {
        row.resource_id: _state(
            row.state,
            int(row.kept or 0),
            int(row.refused or 0),
            indicators.get(row.resource_id, 0),
        )
        for row in loads
    }


def _state(state: str, kept: int, refused: int, indicators: int) -> LoadState:
    problems = ""
    if state == "loaded":
        text = tk._("Figures loaded: {lines}, {indicators}").format(
            lines=_lines(kept),
            indicators=tk.ungettext("{count} indicator", "{count} indicators", indicators).format(
                count=number(indicators)
            ),
        )
        if not indicators:
            text = tk._("Lines loaded: {count}").format(count=number(kept))
        if refused:
            problems = tk.ungettext(
                "{count} line to correct", "{count} lines to correct", refused
            ).format(count=number(refused))
    else:
        text = {
            "queued": tk._("Waiting to be read"),
            "running": tk._("Being read"),
            "unknown": tk._("Columns to recognise"),
            "refused": tk._("File refused: see what is to be corrected"),
            "failed": tk._("Not read, because of a fault of the site"),
        }.get(state, state)
    return LoadState(state, text, problems)


def _lines(count: int) -> str:
    return tk.ungettext("{count} line", "{count} lines", count).format(count=number(count))
