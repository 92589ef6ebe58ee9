"""What a profile says of values, checked by pandera: bounds, lists, forms."""
# pyright: basic

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from ckanext.territoires.ingest.findings import Findings
from ckanext.territoires.ingest.recognition import Bound
from ckanext.territoires.ingest.table import Table

_CODES = {"ge": "too_small", "le": "too_great", "isin": "not_in_list", "str_matches": "wrong_form"}


def schema_of(bounds: Sequence[Bound]) -> pa.DataFrameSchema:
    """The schema of typed columns named by their position."""
    return pa.DataFrameSchema(
        {bound.position: pa.Column(checks=_checks(bound), nullable=True) for bound in bounds}
    )


def failing(
    frame: pd.DataFrame, bounds: Sequence[Bound], table: Table, findings: Findings
) -> list[tuple[int, int]]:
    """Cells that break a rule, (row, position of the column), each noted as a problem."""
    checked = [bound for bound in bounds if _checks(bound)]
    if not checked or frame.empty:
        return []
    try:
        columns = frame.loc[:, [bound.position for bound in checked]]
        schema_of(checked).validate(columns, lazy=True)
    except SchemaErrors as errors:
        found = [
            (int(case.index), int(case.column), str(case.check).split("(", 1)[0], case.failure_case)
            for case in errors.failure_cases.itertuples(index=False)
            if case.index is not None
        ]
    else:
        return []
    by_position = {bound.position: bound for bound in checked}
    for row, position, check, value in sorted(found, key=lambda case: case[:2]):
        code = _CODES.get(check, check)
        bound = by_position[position]
        findings.problem(code, table.lines[row], bound.header, value, limit=_limit(bound, check))
    return list(dict.fromkeys((row, position) for row, position, _, _ in found))


def _checks(bound: Bound) -> list[pa.Check]:
    column = bound.column
    checks: list[pa.Check] = []
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum, error="ge"))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum, error="le"))
    if column.allowed:
        checks.append(pa.Check.isin(list(column.allowed), error="isin"))
    if column.pattern:
        checks.append(pa.Check.str_matches(rf"(?:{column.pattern})\Z", error="str_matches"))
    return checks


def _limit(bound: Bound, check: str) -> str:
    column = bound.column
    return {
        "ge": f"{column.minimum:g}" if column.minimum is not None else "",
        "le": f"{column.maximum:g}" if column.maximum is not None else "",
        "isin": ", ".join(column.allowed),
    }.get(check, column.pattern or "")
