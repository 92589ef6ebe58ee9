"""What a portrait says of figures, whatever their status."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.portrait.contents import contents
from ckanext.territoires.portrait.document import Comment, Label, Mapped, Rank
from ckanext.territoires.portrait.json_text import json_text

from .territories import DEPARTEMENT, MAINLAND, NANTES, portrait, row, value

CENSUS = [
    value(NANTES, "population", "2013", 292718),
    value(NANTES, "population", "2018", 314138),
    value(NANTES, "births_intercensal", "2013/2018", 20000),
    value(NANTES, "deaths_intercensal", "2013/2018", 11000),
    value(NANTES, "area", "2018", 65.19),
    value(DEPARTEMENT, "population", "2013", 1328620, origin=1, coverage=(207, 207, 1.0)),
    value(DEPARTEMENT, "population", "2018", 1412502, origin=1, coverage=(207, 207, 1.0)),
    value(DEPARTEMENT, "births_intercensal", "2013/2018", 80000, origin=1),
    value(DEPARTEMENT, "deaths_intercensal", "2013/2018", 55000, origin=1),
    value(DEPARTEMENT, "area", "2018", 6815, origin=1),
]
INCOME = [
    value(NANTES, "median_income", "2019", 22770),
    value(NANTES, "poverty_rate", "2019", None, status=1),
    value(MAINLAND, "median_income", "2019", 22040),
    value(DEPARTEMENT, "fiscal_households", "2019", 600000, origin=1),
]


class TestFigures:
    def test_a_value_a_rate_and_a_change(self) -> None:
        made = portrait(CENSUS)
        population = row(made, "population")
        assert population.figure.value == 314138
        assert population.figure.period == "2018"
        assert population.figure.sources == (1,)
        assert population.change is not None
        assert population.change.since == "2013"
        assert population.change.absolute == 21420
        assert population.change.relative == pytest.approx(21420 / 292718)
        assert [figure.period for figure in population.history] == ["2013", "2018"]
        rate = row(made, "population_change_rate").figure
        assert rate.period == "2013/2018"
        assert rate.value == pytest.approx(100 * ((314138 / 292718) ** 0.2 - 1))

    def test_comparators_keep_their_order_and_their_lacks(self) -> None:
        population = row(portrait(CENSUS), "population")
        departement, mainland = population.comparisons
        assert (departement.territory, departement.value) == (DEPARTEMENT, 1412502)
        assert departement.origin == "computed"
        assert departement.coverage is not None
        assert departement.coverage.complete
        assert (mainland.value, mainland.status) == (None, "not_available")
        assert mainland.reason == "aucun fichier chargé ne donne cet indicateur pour ce territoire"
        assert population.comparison_changes[0] is not None
        assert population.comparison_changes[1] is None

    def test_a_secret_stays_a_secret(self) -> None:
        poverty = row(portrait(INCOME), "poverty_rate")
        assert (poverty.figure.value, poverty.figure.status) == (None, "secret")
        assert "secret statistique" in poverty.figure.reason

    def test_a_median_is_never_made_from_medians(self) -> None:
        departement = row(portrait(INCOME), "median_income").comparisons[0]
        assert (departement.value, departement.status) == (None, "not_available")
        assert departement.reason.startswith("cet indicateur ne s’additionne pas")

    def test_a_sum_that_lacks_a_part_is_a_floor(self) -> None:
        rows = [value(DEPARTEMENT, "jobs", "2018", 1000, origin=1, coverage=(16, 14, 0.97))]
        figure = row(portrait(rows, territory=DEPARTEMENT, others=()), "jobs").figure
        assert figure.floor
        assert figure.reason == "somme de 14 communes sur 16, soit 97\u00a0% de la population"

    def test_a_zero_is_a_zero(self) -> None:
        rows = [
            value(NANTES, "establishments", "2018", 0),
            value(NANTES, "establishments_industry", "2018", 0),
        ]
        made = portrait(rows)
        assert row(made, "establishments").figure.value == 0
        share = row(made, "establishments_industry_share").figure
        assert (share.value, share.status) == (None, "not_applicable")

    def test_what_no_file_holds_has_no_row(self) -> None:
        made = portrait(INCOME)
        names = {r.indicator for theme in made.themes for r in theme.rows}
        assert "population" not in names
        assert [theme.name for theme in made.themes] == ["income"]

    def test_what_others_have_and_not_this_territory_has_a_row(self) -> None:
        households = row(portrait(INCOME), "fiscal_households")
        assert households.figure.status == "not_available"
        assert households.comparisons[0].value == 600000

    def test_the_published_wins_over_the_computed(self) -> None:
        rows = [
            value(DEPARTEMENT, "median_income", "2019", 22000, release=1),
            value(DEPARTEMENT, "population", "2018", 10, origin=1, release=1),
            value(DEPARTEMENT, "population", "2018", 11, origin=0, release=2),
        ]
        made = portrait(rows, territory=DEPARTEMENT, others=())
        assert row(made, "population").figure.value == 11
        assert row(made, "population").figure.sources == (2,)

    def test_sources_are_those_of_the_figures(self) -> None:
        assert [source.release for source in portrait(CENSUS).sources] == [1]


class TestText:
    def test_a_person_could_have_written_it(self) -> None:
        text = next(t for t in portrait(CENSUS).themes if t.name == "population").text
        assert text.startswith(
            "Nantes compte 314\u202f138 habitants en 2018, soit 7,3\u00a0% de plus qu’en 2013 "
            "(+1,42\u00a0% par an, davantage que le département). Les naissances y dépassent les "
            "décès (+0,59\u00a0% par an) et les arrivées, les départs (+0,83\u00a0% par an)."
        )

    def test_a_plural_name_has_a_plural_verb(self) -> None:
        rows = [value("fr:region:52", "population", "2018", 3801797, origin=1)]
        text = portrait(rows, territory="fr:region:52", others=()).themes[0].text
        assert text == "Les Pays de la Loire comptent 3\u202f801\u202f797 habitants en 2018."

    def test_one_inhabitant(self) -> None:
        rows = [value(NANTES, "population", "2018", 1)]
        assert portrait(rows).themes[0].text == "Nantes compte 1 habitant en 2018."

    def test_a_secret_is_said(self) -> None:
        made = portrait([value(NANTES, "median_income", "2019", None, status=1)])
        assert made.themes[0].text == (
            "Le niveau de vie médian n’est pas diffusé (secret statistique)."
        )

    def test_a_floor_is_said(self) -> None:
        rows = [value(DEPARTEMENT, "jobs", "2018", 1000, origin=1, coverage=(16, 14, 0.97))]
        made = portrait(rows, territory=DEPARTEMENT, others=())
        assert made.themes[0].text == (
            "La Loire-Atlantique offre au moins 1\u202f000 emplois en 2018."
        )

    def test_a_rank_is_said(self) -> None:
        rank = Rank(1, 207, "communes de la Loire-Atlantique")
        rows = [value(NANTES, "population", "2018", 314138)]
        text = portrait(rows, ranks=[rank]).themes[0].text
        assert text.endswith("C’est la plus peuplée des 207 communes de la Loire-Atlantique.")
        third = Rank(3, 207, "communes de la Loire-Atlantique")
        text = portrait(rows, ranks=[third]).themes[0].text
        assert text.endswith(
            "Par sa population, c’est la 3e des 207 communes de la Loire-Atlantique."
        )

    def test_english(self) -> None:
        text = portrait(CENSUS, language="en").themes[0].text
        assert text.startswith(
            "Nantes has 314,138 inhabitants in 2018, 7.3% more than in 2013 (+1.42% a year, more "
            "than the département)."
        )

    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_no_sentence_has_a_hole(self, language: str) -> None:
        rows = [
            value(id, name, "2018", number)
            for id in (NANTES, DEPARTEMENT, MAINLAND)
            for number, (name, one) in enumerate(load_indicators().items())
            if one.formula is None and "intercensal" not in name
        ]
        made = portrait(rows, language=language)
        assert len(made.themes) == 7
        for text in (made.summary, *(theme.text for theme in made.themes)):
            assert text
            assert not set("{}[]") & set(text)
            assert "None" not in text
            assert "  " not in text


class TestDocument:
    def test_plain_is_what_dataclasses_say(self) -> None:
        made = portrait([*CENSUS, *INCOME])
        plain: Any = _lists(asdict(made))
        # Left out while empty: what was kept before maps were has the digest that it had.
        assert plain.pop("maps") == []
        assert made.to_dict() == plain

    @pytest.mark.parametrize("rows", [CENSUS, INCOME, [*CENSUS, *INCOME], []])
    def test_its_text_is_its_plain_form(self, rows: list[Any]) -> None:
        made = portrait(rows)
        for _ in range(2):  # What a figure wrote of itself serves the second time.
            assert json.loads(json_text(made)) == made.to_dict()
            assert list(json.loads(json_text(made))) == list(made.to_dict())
        assert json_text(made).isascii()

    def test_its_text_holds_what_is_rare(self) -> None:
        made = portrait([value(NANTES, "jobs", "2018", 1, coverage=(16, 14, 0.9))])
        theme = made.themes[0]
        figure = theme.rows[0].figure
        odd = replace(
            made,
            themes=(
                replace(
                    theme,
                    comment=Comment('a "quoted" word\n', "Zoé", "2026-01-01"),
                    labels=(Label("zoning", "ZRR", "", 1),),
                ),
            ),
            maps=(Mapped("m", NANTES, True, (made.territory,), (replace(figure, value=0),)),),
        )
        assert json.loads(json_text(odd)) == odd.to_dict()

    def test_what_it_wrote_of_itself_does_not_tell_figures_apart(self) -> None:
        written, other = portrait(CENSUS), portrait(CENSUS)
        json_text(written)
        assert written == other
        assert written.digest == other.digest
        assert replace(row(written, "area").figure, value=0) != row(other, "area").figure

    def test_same_figures_same_digest(self) -> None:
        assert portrait(CENSUS).digest == portrait(CENSUS).digest
        assert portrait(CENSUS).digest != portrait(CENSUS[:-1]).digest

    def test_charts_are_of_figures_that_are_known(self) -> None:
        made = portrait(CENSUS)
        charts = {chart.id: chart for chart in made.themes[0].charts}
        assert charts["population-history"].indicators == ("population",)
        assert row(made, "population").comparison_histories[0][0].value == 1328620
        assert "housing-structure" not in charts

    def test_themes_may_be_chosen(self) -> None:
        made = portrait([*CENSUS, *INCOME], themes=frozenset({"income"}))
        assert [theme.name for theme in made.themes] == ["income"]


def test_themes_name_indicators_that_exist() -> None:
    known = load_indicators()
    for spec in contents():
        for name in spec.rows:
            assert known[name].theme == spec.name
        for chart in spec.charts:
            assert set(chart.indicators) <= known.keys()


def _lists(value: object) -> object:
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_lists(item) for item in value]
    return value
