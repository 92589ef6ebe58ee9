"""Loadings in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.load_sentences import Sentences
from ckanext.territoires.model import Load, Release


def state_label(state: str) -> str:
    """Say where a loading stands."""
    return {
        "queued": tk._("waiting to be read"),
        "running": tk._("being read"),
        "loaded": tk._("read, its figures are in the portraits"),
        "refused": tk._("refused, the file has to be corrected"),
        "unknown": tk._("unknown layout, its columns have to be told"),
        "failed": tk._("not read, because of a fault of the site"),
    }.get(state, state)


def step_label(step: str) -> str:
    """Say what a loading is doing."""
    return {
        "reading": tk._("reading the file"),
        "levels": tk._("summing up to every level"),
        "writing": tk._("writing the figures"),
    }.get(step, "")


def load_dict(load: Load, *, whole: bool) -> dict[str, Any]:
    """Return a loading as the API gives it; its lines too if `whole`."""
    return {
        "id": load.id,
        "step": load.step if load.state == "running" else "",
        "step_label": step_label(load.step),
        "progress": load.progress,
        "created": _iso(load.created),
        "finished": _iso(load.finished),
        **report_dict(load.state, load.report or {}, whole=whole),
    }


def report_dict(state: str, report: Mapping[str, Any], *, whole: bool = True) -> dict[str, Any]:
    """Return a report with its sentences; its lines too if `whole`."""
    told: dict[str, Any] = {
        "state": state,
        "state_label": state_label(state),
        "profile": report.get("profile"),
        "rows_read": report.get("rows_read", 0),
        "rows_kept": report.get("rows_kept", 0),
        "rows_refused": report.get("rows_refused", 0),
        "unchanged": bool(report.get("unchanged")),
        "counts": report.get("counts") or {},
    }
    if whole:
        sentences = Sentences()
        for part in ("problems", "assumptions"):
            told[part] = [
                {**one, "message": sentences.say(one["code"], one.get("params"))}
                for one in report.get(part) or ()
            ]
        for name in ("shape", "vintage", "cog_year", "coverage", "columns", "written"):
            told[name] = report.get(name)
    return told


def release_dict(release: Release) -> dict[str, Any]:
    """Return what is in force of a file as the API gives it."""
    return {
        "profile": release.profile,
        "shape": release.shape,
        "vintage": release.vintage,
        "cog_year": release.cog_year,
        "loaded": _iso(release.loaded),
        "rows": release.rows,
        "indicators": list(release.indicators),
        "periods": list(release.periods),
        "levels": list(release.levels),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
