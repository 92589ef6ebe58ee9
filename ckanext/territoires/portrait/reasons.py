"""Why a figure is lacking, or is not the plain value, in words."""

from __future__ import annotations

from typing import Any

from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.portrait.document import Coverage
from ckanext.territoires.portrait.numbers import format_number
from ckanext.territoires.portrait.words import join, level_name, period_words, words


class Reasons:
    """Reasons in a language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._words: dict[str, str] = words(language)["reasons"]
        # Most figures of a territory have one and the same.
        self._made: dict[tuple[Any, ...], str] = {}

    def lacking(self, territory: str, is_computed: bool) -> str:
        """Nothing is known; `is_computed`: larger territories would have it from their members."""
        if is_computed or ":commune:" in territory:
            return self._words["no_file"]
        return self._words["cannot_aggregate"]

    def absent(self, status: int, derived: bool, sum_of_parts: bool, territory: str) -> str:
        """A status other than `value`."""
        if status == Status.SECRET:
            return self._words["secret_part" if derived else "secret"]
        if status == Status.NOT_APPLICABLE:
            return self._words["zero"] if derived else ""
        if derived:
            return self._words["not_available"]
        if sum_of_parts or ":commune:" in territory:
            return self._words["not_published"]
        return self._words["cannot_aggregate"]

    def perimeter(self, year: int) -> str:
        """A value of the territory as it was in a year."""
        return self._words["perimeter"].format(year=year)

    def present(
        self,
        coverage: Coverage | None,
        origin: int,
        others: tuple[str, ...],
        derived: bool,
        *,
        of_grants: bool = False,
    ) -> str:
        """A value that lacks a part, that is an estimate, or whose parts are of several periods."""
        key = (coverage, origin, others, derived, of_grants)
        text = self._made.get(key)
        if text is None:
            text = self._made[key] = self._present(*key)
        return text

    def _present(
        self,
        coverage: Coverage | None,
        origin: int,
        others: tuple[str, ...],
        derived: bool,
        of_grants: bool,
    ) -> str:
        found: list[str] = []
        if coverage is not None and not coverage.complete:
            found.append(
                self._of_grants(coverage) if of_grants else self._coverage(coverage, derived)
            )
        if origin == Origin.ESTIMATED:
            found.append(self._words["estimated"])
        elif origin == Origin.MERGED:
            found.append(self._words["merged"])
        if others:
            periods = join([period_words(each, self._language) for each in others], self._language)
            found.append(self._words["latest"].format(periods=periods))
        return " ; ".join(found) if self._language.startswith("fr") else "; ".join(found)

    def _of_grants(self, coverage: Coverage) -> str:
        return self._words["grants"].format(
            known=format_number(coverage.known, 0, "", self._language),
            count=format_number(coverage.members, 0, "", self._language),
        )

    def _coverage(self, coverage: Coverage, derived: bool) -> str:
        members, known = coverage.members, coverage.known
        population_share = coverage.population_share
        share = ""
        if population_share is not None:
            percent = 100 * population_share
            # Nearly all of the people is not all of them.
            percent = min(percent, 99.9) if percent > 99 else percent
            text = format_number(percent, 1 if percent > 99 else 0, "%", self._language)
            share = self._words["share"].format(share=text)
        return self._words["ratio_coverage" if derived else "coverage"].format(
            known=format_number(known, 0, "", self._language),
            members=level_name("commune", known, self._language),
            count=format_number(members, 0, "", self._language),
            share=share,
        )
