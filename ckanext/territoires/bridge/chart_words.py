"""The words of the charts in a person's language."""

from __future__ import annotations

from ckan.plugins import toolkit as tk

from ckanext.territoires.charts.words import Words


def words(language: str | None = None) -> Words:
    """The words of the charts in the page's language; `language` is that of the numbers."""
    return Words(
        language=language or tk.h.lang(),
        secret=tk._("statistical secrecy"),
        not_available=tk._("not available"),
        not_applicable=tk._("not applicable"),
        floor=tk._("at least {number}"),
        floor_note=tk._("At least: some parts are not known, the true value is higher."),
        absent=tk._("Not available: {places}."),
        estimate=tk._("{number} (estimate)"),
        between=tk._("from {low} to {high}"),
        source=tk._("Source: {sources}"),
        sources=tk._("Sources: {sources}"),
        item=tk._("{name}: {value}"),
        decrease=tk._("decrease"),
        zero=tk._("none (zero)"),
        lowest=tk._("lowest, {name}"),
        highest=tk._("highest, {name}"),
        known=tk._("{known} of {count} territories have a value"),
        territory=tk._("Territory"),
        code=tk._("Code"),
        indicator=tk._("Indicator"),
        period=tk._("Period"),
        value=tk._("Value"),
        unit=tk._("Unit"),
        status=tk._("Status"),
        remark=tk._("Remark"),
    )
