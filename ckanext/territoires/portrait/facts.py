"""What the sentences of a portrait may say of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ckanext.territoires.portrait.document import Change, Figure, Place, Row
from ckanext.territoires.portrait.numbers import format_number
from ckanext.territoires.portrait.words import (
    amount,
    is_singular,
    join,
    period_words,
    short_unit,
    words,
)

#: The nearest comparator that a sentence names, then the widest.
_NEAREST = ("departement", "region")
_WIDEST = ("metropole", "country")
#: A rank among fewer peers says nothing.
_ENOUGH_PEERS = 4
_FAR_ABOVE = 1.5
#: Of fewer, a share is that of one or two.
_SEVERAL = 20
#: Changes that a sentence calls no change, in the unit it writes them in.
_FLAT = 0.05


class RowFacts:
    """Facts of a row; a sentence that asks for one that is lacking is not written."""

    def __init__(self, row: Row, places: Mapping[str, Place], language: str) -> None:
        """`places` are the comparators by identifier."""
        self._row = row
        self._language = language
        self._words = words(language)
        self._by_role: dict[str, Figure] = {}
        for figure in row.comparisons:
            if _known(figure):
                self._by_role.setdefault(places[figure.territory].role, figure)

    def fact(self, name: str) -> str | None:
        """Text of a fact, "" for a condition that holds, None when it is lacking."""
        figure = self._row.figure
        if name == "secret":
            return _holds(figure.status == "secret")
        if name == "lacking":
            return _holds(figure.status == "not_available")
        if not _known(figure):
            return None
        maker = _FACTS.get(name)
        return maker(self, figure, figure.value or 0.0) if maker else None

    def agree(self, one: str, several: str) -> str | None:
        """The word that agrees with the value."""
        figure = self._row.figure
        if figure.value is None:
            return None
        shown = round(figure.value, self._row.precision)
        return one if is_singular(shown, self._language) else several

    def value(self, figure: Figure, value: float) -> str:
        text = amount(value, self._row.precision, self._row.unit, self._language)
        if figure.floor:
            return self._words["least"].format(number=text)
        if figure.origin == "estimated":
            return self._words["about"].format(number=text)
        return text

    def period(self, figure: Figure, value: float) -> str:
        return period_words(figure.period, self._language)

    def signed(self, figure: Figure, value: float) -> str:
        unit = short_unit(self._row.unit)
        return format_number(value, self._row.precision, unit, self._language, sign=True)

    def change(self, figure: Figure, value: float) -> str | None:
        change = self._row.change
        if change is None:
            return None
        size, text = self._size(change)
        if size is None:
            return None
        key = "as_many" if abs(size) < _FLAT else "more" if size > 0 else "less"
        return self._words[key].format(amount=text, year=change.since)

    def since(self, figure: Figure, value: float) -> str | None:
        return self._row.change.since if self._row.change else None

    def trend(self, figure: Figure, value: float) -> float | None:
        change = self._row.change
        return self._size(change)[0] if change else None

    def versus(self, figure: Figure, value: float) -> str | None:
        role, other = self._nearest()
        if other is None or other.value is None:
            return None
        precision = self._row.precision
        difference = round(value, precision) - round(other.value, precision)
        key = "equal" if difference == 0 else "above" if difference > 0 else "below"
        return self._words[key].format(
            than=self._words["than"][role], place=self._words.get("place", {}).get(role, "")
        )

    def against(self, figure: Figure, value: float) -> str | None:
        found: list[str] = []
        for role in (self._role(_NEAREST), self._role(_WIDEST)):
            other = self._by_role.get(role)
            if other is not None and other.value is not None:
                text = amount(other.value, self._row.precision, self._row.unit, self._language)
                found.append(f"{text} {self._words['inside'][role]}")
        if not found:
            return None
        return self._words["against"].format(list=join(found, self._language))

    def rank(self, feminine: bool) -> str | None:
        rank = self._row.rank
        if rank is None or rank.of < _ENOUGH_PEERS:
            return None
        plural = rank.group.split(" ")[0]
        gender = next((g for _, name, g in self._words["levels"].values() if name == plural), "m")
        if (gender == "f") != feminine:
            return None
        known = self._words
        place = (
            known["rank_first"][gender]
            if rank.position == 1
            else known["rank"].format(n=rank.position)
        )
        of = format_number(rank.of, 0, "", self._language)
        return known["rank_of"].format(rank=place, of=of, peers=rank.group)

    def is_shown_as_zero(self, value: float) -> bool:
        return round(value, self._row.precision) == 0

    def among(self, feminine: bool, *, first: bool) -> str | None:
        """The peers of which it is the first, or else the last."""
        rank = self._row.rank
        if rank is None or self.rank(feminine) is None:
            return None
        if rank.position != (1 if first else rank.of):
            return None
        return f"{format_number(rank.of, 0, '', self._language)} {rank.group}"

    def is_far_above(self, value: float) -> bool:
        _role, other = self._nearest()
        return other is not None and bool(other.value) and value >= _FAR_ABOVE * (other.value or 0)

    def _nearest(self) -> tuple[str, Figure | None]:
        role = self._role(_NEAREST) or self._role(_WIDEST)
        return role, self._by_role.get(role)

    def _role(self, roles: tuple[str, ...]) -> str:
        return next((role for role in roles if role in self._by_role), "")

    def _size(self, change: Change) -> tuple[float | None, str]:
        """Size of a change as a sentence writes it, and that text without its sign."""
        if change.points:
            size = round(change.absolute, 1)
            one, several = self._words["point"]
            number = format_number(abs(size), 1, "", self._language)
            word = one if is_singular(abs(size), self._language) else several
            return size, f"{number} {word}"
        if change.relative is None:
            return None, ""
        size = round(change.relative * 100, 1)
        return size, format_number(abs(size), 1, "%", self._language)


def _known(figure: Figure) -> bool:
    return figure.status == "value" and figure.value is not None


def _holds(condition: bool) -> str | None:
    return "" if condition else None


_FACTS: Mapping[str, Callable[[RowFacts, Figure, float], str | None]] = {
    "": RowFacts.value,
    "period": RowFacts.period,
    "signed": RowFacts.signed,
    "change": RowFacts.change,
    "since": RowFacts.since,
    "versus": RowFacts.versus,
    "against": RowFacts.against,
    "rank": lambda facts, figure, value: facts.rank(feminine=True),
    "rank_m": lambda facts, figure, value: facts.rank(feminine=False),
    "first": lambda facts, figure, value: facts.among(feminine=True, first=True),
    "first_m": lambda facts, figure, value: facts.among(feminine=False, first=True),
    "last": lambda facts, figure, value: facts.among(feminine=True, first=False),
    "last_m": lambda facts, figure, value: facts.among(feminine=False, first=False),
    "several": lambda facts, figure, value: _holds(value >= _SEVERAL),
    "up": lambda facts, figure, value: _holds((facts.trend(figure, value) or 0) > 0),
    "down": lambda facts, figure, value: _holds((facts.trend(figure, value) or 0) < 0),
    "flat": lambda facts, figure, value: _holds(facts.trend(figure, value) == 0),
    "positive": lambda facts, figure, value: _holds(
        not facts.is_shown_as_zero(value) and value > 0
    ),
    "negative": lambda facts, figure, value: _holds(
        not facts.is_shown_as_zero(value) and value < 0
    ),
    "none": lambda facts, figure, value: _holds(facts.is_shown_as_zero(value) and not figure.floor),
    "high": lambda facts, figure, value: _holds(facts.is_far_above(value)),
}
