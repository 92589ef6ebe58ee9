"""Figures of a table in the reader's words."""

from __future__ import annotations

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import number_wording
from ckanext.territoires.bridge.statistics_table import Table
from ckanext.territoires.figures.status import Origin, Status

__all__ = ["coverage", "figure", "period", "reason_text", "remark"]


def figure(table: Table, line: int, rank: int) -> str:
    """A number as the page writes it, or what stands in its place."""
    cells = table.figures[rank].cells
    status = Status(int(cells.statuses[line]))
    if status is not Status.VALUE:
        return number_wording.status_text(status.key)
    precision = table.columns[rank].indicator.precision
    text = number_wording.number(float(cells.values[line]), precision)
    if table.is_floor(line, rank):
        return tk._("at least {number}").format(number=text)
    if cells.origins[line] == Origin.ESTIMATED:
        return tk._("{number} (estimate)").format(number=text)
    return text


def coverage(table: Table, line: int, rank: int) -> str:
    """“14 communes of 16, 97 % of the population”; empty when nothing lacks."""
    found = table.figures[rank].cells.cell(line).coverage
    if found is None or found.complete:
        return ""
    known, members = number_wording.number(found.known), number_wording.number(found.members)
    if table.columns[rank].indicator.of_grants:
        return tk._("amount known for {known} grants of {members}").format(
            known=known, members=members
        )
    counted = tk._("{known} communes of {members}").format(known=known, members=members)
    if found.population_share is None:
        return counted
    percent = number_wording.number(100 * found.population_share, 0, "%")
    return tk._("{counted}, {percent} of the population").format(counted=counted, percent=percent)


def remark(table: Table, line: int, rank: int) -> str:
    """Why a figure is no plain value, in a sentence; empty for a plain one."""
    figures = table.figures[rank]
    told: list[str] = []
    reason = table.reasons[int(figures.reason[line])]
    # The coverage says it, with numbers.
    if reason and reason != "missing_members":
        told.append(reason_text(reason))
    if figures.cells.statuses[line] == Status.VALUE:
        match Origin(int(figures.cells.origins[line])):
            case Origin.MERGED:
                told.append(tk._("sum of former communes"))
            case Origin.ESTIMATED:
                told.append(tk._("estimate: the share, by population, of a commune that was split"))
            case _:
                pass
    told.append(coverage(table, line, rank))
    others = table.part_periods[int(figures.parts[line])]
    if others:
        periods = ", ".join(period(one) for one in others)
        told.append(tk._("with figures of {periods}").format(periods=periods))
    return "; ".join(text for text in told if text)


def reason_text(reason: str) -> str:
    """A key of a reason in words; the key itself when it has none."""
    match reason:
        case "":
            return ""
        case "cannot_be_aggregated":
            return tk._("cannot be aggregated: no source publishes it for this level")
        case "no_data":
            return tk._("no data at hand for this territory")
        case "former_perimeter":
            return tk._("perimeter of the year of the file")
        case "secret_member":
            return tk._("one member alone is a statistical secret: the sum would tell it")
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
