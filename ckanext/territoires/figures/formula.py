"""Arithmetic over indicators: read once, then computed for one territory or for all of them.

`population / area@latest`: a name alone is the value at the period of the figure. For a period
`2013/2018`, `name@start` is the value at 2013, `name@end` at 2018 and `years` their difference.
`name@latest` is the latest period at hand that is not after the figure's, else the closest after.

A secret part makes a secret; else a part that is not available makes the whole not available; a
division by zero is not applicable. Parts that do not cover the same members are not put together:
not available. What lacks less than a thousandth of the population counts as whole there, or one
commune without a figure would leave the nation without a ratio; its coverage is said.
"""
# pyright: basic

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ckanext.territoires.figures.cell import MISSING, Cell, Cells, Coverage
from ckanext.territoires.figures.status import Origin, Status

if TYPE_CHECKING:
    from ckanext.territoires.figures.indicator import Indicator

QUALIFIERS = ("start", "end", "latest")

_QUALIFIED = re.compile(r"\b([A-Za-z_]\w*)\s*@\s*(\w*)")
_MARK = "__at_"
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
# A coverage is stored with the precision of a REAL.
_SHARE_TOLERANCE = 1e-6
_NEARLY_WHOLE = 0.999


class InvalidFormula(ValueError):
    """A formula is not arithmetic over indicators."""


class Part(NamedTuple):
    """An indicator in a formula; `qualifier` is one of QUALIFIERS, or empty."""

    name: str
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula once read. `parts` are in the order of the arguments of its functions."""

    parts: tuple[Part, ...]
    spans: bool
    tree: ast.expr = field(repr=False)
    scalar: Callable[..., float] = field(repr=False)
    vector: Callable[..., Any] = field(repr=False)

    def replace(self, name: str, by: Formula) -> Formula:
        """Write a formula in the place of the indicator it gives.

        Raises InvalidFormula where qualifiers would pile up (`(a@start)@latest`).
        """
        return _build(_Replace(name, by).visit(_copy(self.tree)))


def parse(text: str) -> Formula:
    """Read a formula: names, numbers, `+ - * / **`, parentheses, `years`.

    Raises InvalidFormula.
    """
    for match in _QUALIFIED.finditer(text):
        if match[2] not in QUALIFIERS:
            raise InvalidFormula(f"@{match[2]} is none of @{', @'.join(QUALIFIERS)}")
    marked = _QUALIFIED.sub(rf"\1{_MARK}\2", text)
    try:
        tree = ast.parse(marked.strip(), mode="eval").body
    except SyntaxError as error:
        raise InvalidFormula(f"not arithmetic: {text!r}") from error
    return _build(tree)


class Plan(NamedTuple):
    """A figure ready to be computed at one period: where each part is to be read."""

    indicator: str
    period: str
    #: Indicator and period of each part; one and the same for what is loaded.
    parts: tuple[tuple[str, str], ...]
    years: float
    formula: Formula | None
    #: Periods of the parts where they differ from the figure's.
    periods: tuple[str, ...]

    def cell(self, get: Callable[[str, str], Cell | None]) -> Cell:
        """Compute for one territory; `get` gives a part, None where there is none."""
        if self.formula is None:
            return get(*self.parts[0]) or MISSING
        return _cell(self, self.formula, [get(*part) or MISSING for part in self.parts])

    def cells(self, get: Callable[[str, str], Cells | None]) -> Cells | None:
        """Compute for many territories; None when a part is at hand for none of them."""
        columns = [get(*part) for part in self.parts]
        known = [column for column in columns if column is not None]
        if not columns or len(known) < len(columns):
            return None
        return known[0] if self.formula is None else _cells(self, self.formula, known)


def plan(indicator: Indicator, period: str, periods: Mapping[str, Sequence[str]]) -> Plan | None:
    """Where the parts of a figure are at a period, None when some are at hand at no period.

    `periods`: those at hand for each loaded indicator.
    """
    formula = indicator.compiled
    if formula is None:
        return Plan(indicator.name, period, ((indicator.name, period),), 0.0, None, ())
    start, _, end = period.partition("/")
    if formula.spans and not end:
        return None
    parts: list[tuple[str, str]] = []
    for part in formula.parts:
        at = {"": period, "start": start, "end": end}.get(part.qualifier)
        if at is None:
            at = latest(periods.get(part.name, ()), end or start)
        if not at:
            return None
        parts.append((part.name, at))
    years = _year(end) - _year(start) if end else 0.0
    if formula.spans and years <= 0:
        return None
    others = sorted({at for _, at in parts if at not in (period, start, end)})
    return Plan(indicator.name, period, tuple(parts), years, formula, tuple(others))


def evaluate(
    indicator: Indicator,
    period: str,
    get: Callable[[str, str], Cell | None],
    periods: Mapping[str, Sequence[str]],
) -> Cell:
    """Compute a figure of one territory at a period. For many territories, keep the `plan`."""
    ready = plan(indicator, period, periods)
    return ready.cell(get) if ready else MISSING


def expand(names: Iterable[str], indicators: Mapping[str, Indicator]) -> tuple[str, ...]:
    """Indicators to load so that those named can be computed, each once."""
    found: dict[str, None] = {}
    for name in names:
        formula = indicators[name].compiled
        for part in formula.parts if formula else (Part(name),):
            found[part.name] = None
        other = indicators[name].periods_of
        if formula and other:
            found[other] = None
    return tuple(found)


def periods_of(indicator: Indicator, periods: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Periods at which a figure can be computed, oldest first.

    `periods`: those at hand for each loaded indicator.
    """
    formula = indicator.compiled
    at_hand = {name: set(found) for name, found in periods.items()}
    if formula is None:
        return tuple(sorted(at_hand.get(indicator.name, ()), key=order))
    if any(not at_hand.get(part.name) for part in formula.parts):
        return ()
    same = [at_hand[part.name] for part in formula.parts if not part.qualifier]
    if same:
        found = set.intersection(*same)
    elif indicator.periods_of in at_hand:
        found = at_hand[indicator.periods_of]
    elif formula.spans:
        ends = [at_hand[p.name] for p in formula.parts if p.qualifier in ("start", "end")]
        common = sorted({p for p in set.intersection(*ends) if "/" not in p}, key=order)
        found = {f"{a}/{b}" for a, b in zip(common, common[1:], strict=False)}
    else:
        found = set.union(*(at_hand[part.name] for part in formula.parts))
    kept = [p for p in found if _within(formula, p, at_hand)]
    return tuple(sorted(kept, key=order))


def order(period: str) -> tuple[float, float]:
    """Key that sorts periods from the oldest to the latest, by their end, then by their start."""
    start, _, end = period.partition("/")
    return (_year(end or start), _year(start))


def latest(periods: Iterable[str], until: str) -> str | None:
    """The latest of some periods that is not after another, else the first after it."""
    ordered = sorted(periods, key=order)
    limit = order(until)[0]
    before = [period for period in ordered if order(period)[0] <= limit]
    if before:
        return before[-1]
    return ordered[0] if ordered else None


def _within(formula: Formula, period: str, at_hand: Mapping[str, set[str]]) -> bool:
    start, _, end = period.partition("/")
    if formula.spans and not end:
        return False
    wanted = {"start": start, "end": end}
    return all(
        wanted[part.qualifier] in at_hand[part.name]
        for part in formula.parts
        if part.qualifier in wanted
    )


def _year(date: str) -> float:
    """Year of a date, with the months as a fraction, so that periods of any precision sort."""
    year, _, rest = date.partition("-")
    month, _, day = rest.partition("-")
    try:
        return int(year) + (int(month or 1) - 1) / 12 + (int(day or 1) - 1) / 372
    except ValueError:
        return -math.inf


class _Check(ast.NodeVisitor):
    """Accept arithmetic, collect names."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def generic_visit(self, node: ast.AST) -> None:
        match node:
            case ast.Name(id=name):
                self.names[name] = None
            case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
                pass
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.Pow()):
                self.visit(node.left)
                self.visit(node.right)
            case ast.UnaryOp(op=ast.USub()):
                self.visit(node.operand)
            case _:
                raise InvalidFormula(f"{type(node).__name__} is not arithmetic over indicators")


class _Replace(ast.NodeTransformer):
    """Write a formula in the place of a name, its parts taking the qualifier of the name."""

    def __init__(self, name: str, by: Formula) -> None:
        self.name = name
        self.by = by

    def visit_Name(self, node: ast.Name) -> ast.expr:  # noqa: N802
        part = _part(node.id)
        if part.name != self.name:
            return node
        tree = _copy(self.by.tree)
        if part.qualifier:
            for name in [n for n in ast.walk(tree) if isinstance(n, ast.Name)]:
                if _part(name.id).qualifier or name.id == "years":
                    raise InvalidFormula(f"{self.name} cannot be taken at @{part.qualifier}")
                name.id = f"{name.id}{_MARK}{part.qualifier}"
        return tree


class _Guard(ast.NodeTransformer):
    """Divide and raise to a power by functions that never fail: NaN is not applicable."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:  # noqa: N802
        self.generic_visit(node)
        function = {ast.Div: "divide", ast.Pow: "power"}.get(type(node.op))
        if function is None:
            return node
        return ast.Call(ast.Name(function, ast.Load()), [node.left, node.right], [])


def _copy(tree: ast.expr) -> Any:
    return ast.parse(ast.unparse(tree), mode="eval").body


def _part(name: str) -> Part:
    base, mark, qualifier = name.partition(_MARK)
    return Part(base, qualifier if mark else "")


def _build(tree: ast.expr) -> Formula:
    check = _Check()
    check.visit(tree)
    names = [name for name in check.names if name != "years"]
    if not names:
        raise InvalidFormula("no indicator in the formula")
    parts = tuple(_part(name) for name in names)
    spans = "years" in check.names or any(p.qualifier in ("start", "end") for p in parts)
    source = f"lambda years, {', '.join(names)}: {ast.unparse(_Guard().visit(_copy(tree)))}"

    def function(divide: Callable[..., Any], power: Callable[..., Any]) -> Callable[..., Any]:
        # The tree holds names, numbers and arithmetic only: _Check saw to it.
        return eval(source, {"__builtins__": {}, "divide": divide, "power": power})  # noqa: S307

    return Formula(parts, spans, tree, function(_divide, _power), function(_divides, _powers))


def _divide(a: float, b: float) -> float:
    return a / b if b else math.nan


def _power(a: float, b: float) -> float:
    if a < 0 or (a == 0 and b < 0):
        return math.nan
    try:
        return math.nan if math.isnan(a) or math.isnan(b) else math.pow(a, b)
    except OverflowError:
        return math.inf


def _divides(a: Any, b: Any) -> Any:
    return np.where(np.equal(b, 0), np.nan, np.divide(a, b))


def _powers(a: Any, b: Any) -> Any:
    wrong = np.less(a, 0) | (np.equal(a, 0) & np.less(b, 0)) | np.isnan(a) | np.isnan(b)
    return np.where(wrong, np.nan, np.power(np.where(wrong, 1.0, a), b))


def _cell(plan: Plan, formula: Formula, cells: Sequence[Cell]) -> Cell:
    origin = Origin.COMPUTED
    status = Status.VALUE
    sources: tuple[int, ...] = ()
    for cell in cells:
        if cell.status is not Status.VALUE and (status is Status.VALUE or cell.status < status):
            status = cell.status
        if cell.origin is Origin.ESTIMATED:
            origin = Origin.ESTIMATED
        if cell.sources and cell.sources != sources:
            sources = (*sources, *(s for s in cell.sources if s not in sources))
    coverage, alike = _together([cell.coverage for cell in cells])
    if status is Status.VALUE and not alike:
        status = Status.NOT_AVAILABLE
    value = None
    if status is Status.VALUE:
        value = formula.scalar(plan.years, *[cell.value for cell in cells])
        if not math.isfinite(value):
            value, status = None, Status.NOT_APPLICABLE
    return Cell(value, status, origin, coverage, plan.periods, sources)


def _together(coverages: Sequence[Coverage | None]) -> tuple[Coverage | None, bool]:
    """The coverage of a whole formula, the least of its parts', and whether they are alike."""
    least: Coverage | None = None
    partial: Coverage | None = None
    alike = True
    whole = False
    for coverage in coverages:
        if coverage is None:
            whole = True
            continue
        if least is None or _part_known(coverage) < _part_known(least):
            least = coverage
        if _part_known(coverage) >= _NEARLY_WHOLE:
            whole = True
        else:
            alike = alike and (partial is None or _same(partial, coverage))
            partial = coverage
    return least, alike and not (whole and partial is not None)


def _part_known(coverage: Coverage) -> float:
    """From 0 to 1; below 1 as soon as a member lacks."""
    members, known, share = coverage
    if known >= members:
        return 1.0
    return known / members if share is None else min(share, 1 - 1e-9)


def _same(one: Coverage, other: Coverage) -> bool:
    """Whether two partial coverages are of the same members, as far as can be told."""
    if one.members != other.members or one.known != other.known:
        return False
    if one.population_share is None or other.population_share is None:
        return one.population_share is other.population_share
    return abs(one.population_share - other.population_share) <= _SHARE_TOLERANCE


def _cells(plan: Plan, formula: Formula, columns: Sequence[Cells]) -> Cells:
    first = columns[0]
    statuses = first.statuses.copy()
    estimated = first.origins == Origin.ESTIMATED
    for column in columns[1:]:
        worse = (column.statuses != Status.VALUE) & (
            (statuses == Status.VALUE) | (column.statuses < statuses)
        )
        statuses[worse] = column.statuses[worse]
        estimated |= column.origins == Origin.ESTIMATED
    members, known, shares, alike = _covered(columns)
    statuses[~alike & (statuses == Status.VALUE)] = Status.NOT_AVAILABLE
    with np.errstate(all="ignore"):
        values = np.asarray(
            formula.vector(plan.years, *[column.values for column in columns]), dtype=np.float64
        )
    statuses[(statuses == Status.VALUE) & ~np.isfinite(values)] = Status.NOT_APPLICABLE
    values = np.where(statuses == Status.VALUE, values, np.nan)
    origins = np.where(estimated, Origin.ESTIMATED, Origin.COMPUTED).astype(np.int8)
    return Cells(values, statuses, origins, members, known, shares, plan.periods)


def _covered(columns: Sequence[Cells]) -> tuple[Any, Any, Any, Any]:
    """What `_together` says, for many."""
    first = columns[0]
    members, known, shares = first.members, first.known, first.shares
    alike = np.ones(len(members), dtype=bool)
    if not any(column.members.any() for column in columns):
        return members, known, shares, alike
    parts = [_parts_known(column) for column in columns]
    least = np.where(first.members > 0, parts[0], np.inf)
    for column, part in zip(columns[1:], parts[1:], strict=True):
        less = (column.members > 0) & (part < least)
        least = np.where(less, part, least)
        members = np.where(less, column.members, members)
        known = np.where(less, column.known, known)
        shares = np.where(less, column.shares, shares)
    partial = [part < _NEARLY_WHOLE for part in parts]
    some, every = np.logical_or.reduce(partial), np.logical_and.reduce(partial)
    alike = ~some | every
    for column in columns[1:]:
        near = np.abs(first.shares - column.shares) <= _SHARE_TOLERANCE
        near |= np.isnan(first.shares) & np.isnan(column.shares)
        same = (first.members == column.members) & (first.known == column.known) & near
        alike &= ~every | same
    return members, known, shares, alike


def _parts_known(column: Cells) -> Any:
    counted = column.known / np.maximum(column.members, 1)
    part = np.where(np.isnan(column.shares), counted, np.minimum(column.shares, 1 - 1e-9))
    return np.where(column.known >= column.members, 1.0, part)
