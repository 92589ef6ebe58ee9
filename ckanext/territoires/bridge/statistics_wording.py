"""Figures of a table in the reader's words."""

from __future__ import annotations

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import number_wording
from ckanext.territoires.bridge.statistics_table import Table
from ckanext.territoires.figures.status import Origin, Status

__all__ = ["coverage", "figure", "period", "reason_text", "remark"]

_VALUE = int(Status.VALUE)


def figure(table: Table, line: int, column: int) -> str:
    """A number as the page writes it, or what stands in its place."""
    cells = table.cells[column]
    status = Status(int(cells.status[line]))
    if status is not Status.VALUE:
        return number_wording.status_text(status.key)
    precision = table.columns[column].indicator.precision
    text = number_wording.number(float(cells.value[line]), precision)
    if is_floor(table, line, column):
        return tk._("at least {number}").format(number=text)
    if cells.origin[line] == int(Origin.ESTIMATED):
        return tk._("{number} (estimate)").format(number=text)
    return text


def is_floor(table: Table, line: int, column: int) -> bool:
    """Whether a sum lacks a part."""
    cells = table.cells[column]
    return bool(
        cells.status[line] == _VALUE
        and cells.members[line] >= 0
        and cells.known[line] < cells.members[line]
        and table.columns[column].indicator.additive
    )


def coverage(table: Table, line: int, column: int) -> str:
    """“14 communes of 16, 97 % of the population”; empty when nothing was added or nothing lacks.
    """
    cells = table.cells[column]
    members, known = int(cells.members[line]), int(cells.known[line])
    if members < 0 or known >= members:
        return ""
    share = float(cells.share[line])
    counted = tk._("{known} communes of {members}").format(known=known, members=members)
    if share != share:
        return counted
    percent = number_wording.number(100 * share, 0, "%")
    return tk._("{counted}, {percent} of the population").format(counted=counted, percent=percent)


def remark(table: Table, line: int, column: int) -> str:
    """Why a figure is no plain published value, in a sentence; empty for a plain one."""
    cells = table.cells[column]
    reason = reason_text(table.reasons[int(cells.reason[line])])
    told = [reason] if reason else []
    counted = coverage(table, line, column)
    if counted:
        told.append(counted)
    if cells.status[line] == _VALUE and not reason:
        origin = Origin(int(cells.origin[line]))
        if origin is Origin.MERGED:
            told.insert(0, tk._("sum of former communes"))
        elif origin is Origin.ESTIMATED:
            told.insert(0, tk._("share, by population, of a commune that was split"))
    elif not told:
        told.append(number_wording.status_text(Status(int(cells.status[line])).key))
    return "; ".join(told)


def reason_text(reason: str) -> str:
    """A key of a reason in words; the key itself when it has none."""
    match reason:
        case "":
            return ""
        case "cannot_be_aggregated":
            return tk._("cannot be aggregated: no source publishes it for this level")
        case "no_data":
            return tk._("no data at hand for this territory")
        case "secret_part":
            return tk._("a part of it is a statistical secret")
        case "missing_part":
            return tk._("a part of it is not available")
        case "zero_denominator":
            return tk._("it would be divided by zero")
        case "different_members":
            return tk._("its parts do not cover the same communes")
    return reason


def period(text: str) -> str:
    """`2013/2018` as a person writes it: “2013-2018”."""
    return text.replace("/", "\N{EN DASH}")
