"""Portraits made by hand, with every status and every kind of chart."""

from __future__ import annotations

from ckanext.territoires.portrait.document import (
    Chart,
    Figure,
    Place,
    Portrait,
    Row,
    Source,
    Theme,
)

SOURCE = Source(
    1, "r", "d", "comparateur", "Comparateur de territoires", "INSEE", "RP 2018", 2021, "2026-11-25"
)
NANTES = Place("fr:commune:44109", "commune", "44109", "Nantes", 314138)
METROPOLE = Place("fr:epci:244400404", "epci", "244400404", "Nantes Métropole", 665204, "epci")
DEPARTEMENT = Place(
    "fr:departement:44", "departement", "44", "Loire-Atlantique", 1429272, "departement"
)
REGION = Place("fr:region:52", "region", "52", "Pays de la Loire", 3806461, "region")
METRO = Place(
    "country-subset:fr:metro",
    "country-subset",
    "metro",
    "France métropolitaine",
    65_000_000,
    "metropole",
)
LONG = Place(
    "fr:epci:243500741", "epci", "243500741",
    "Communauté de communes du Pays de Pont-Château Saint-Gildas-des-Bois", 35000, "chosen",
)  # fmt: skip
COMPARATORS = (METROPOLE, DEPARTEMENT, REGION, METRO, LONG)


def figure(value: float | str | None, period: str = "2018", **more: object) -> Figure:
    """Make a figure: a number, or the name of a status."""
    if isinstance(value, str):
        return Figure("t", period, None, value, sources=(1,), **more)  # type: ignore[arg-type]
    return Figure("t", period, value, "value", sources=(1,), **more)  # type: ignore[arg-type]


def row(
    indicator: str,
    label: str,
    values: list[float | str],
    unit: str = "%",
    precision: int = 1,
    period: str = "2018",
    history: tuple[Figure, ...] = (),
    histories: tuple[tuple[Figure, ...], ...] = (),
) -> Row:
    """Make a row: the values of the territory, then of the comparators."""
    made = [figure(value, period) for value in values]
    return Row(
        indicator, label, unit, precision, "neutral", "", "", "INSEE", made[0], tuple(made[1:]),
        history=history, comparison_histories=histories,
    )  # fmt: skip


ROWS = (
    row(
        "vacant_homes_share",
        "Part des logements vacants",
        [5.94, 5.2, 5.8, 6.4, "not_available", 0.0],
    ),
    row(
        "poverty_rate",
        "Taux de pauvreté",
        ["secret", 12.2, 10.4, 10.8, 14.5, "secret"],
        period="2019",
    ),
    row(
        "population_change_rate",
        "Évolution annuelle",
        [-0.41, 1.4, 1.3, -0.06, 0.4, 0.0],
        "% par an",
        2,
        "2013/2018",
    ),
    row(
        "median_income",
        "Revenu médian disponible",
        [21950, 22510, "secret", 21510, 21930, 21870],
        "€",
        0,
        history=(
            figure(20010, "2012"),
            figure(20450, "2013"),
            figure("secret", "2014"),
            figure(21020, "2016"),
            figure(21950, "2019"),
        ),
        histories=(
            (
                figure(20900, "2012"),
                figure(21200, "2013"),
                figure(21500, "2014"),
                figure(21800, "2016"),
                figure(22510, "2019"),
            ),
            (figure(19800, "2012"), figure(21510, "2019")),
        ),
    ),
    row(
        "establishments_agriculture",
        "Agriculture",
        [120, 300, 9000, "secret", 3e5, 40],
        "établissements",
        0,
    ),
    row(
        "establishments_industry",
        "Industrie",
        [900, 2100, 7100, 20000, 2e5, 30],
        "établissements",
        0,
    ),
    row(
        "establishments_construction",
        "Construction",
        [1900, 4300, 12100, 30000, 5e5, 90],
        "établissements",
        0,
    ),
    row(
        "establishments_services",
        "Commerce, transports, services divers",
        [22000, 38000, 81000, 2e5, 4e6, 200],
        "établissements",
        0,
    ),
    row(
        "establishments_public",
        "Administration publique, enseignement, santé",
        [5600, 9000, 18000, 5e4, 9e5, 50],
        "établissements",
        0,
    ),
    row(
        "population",
        "Population",
        [314138, 656275, 1412502, 3781423, 64.8e6, 35000],
        "habitants",
        0,
    ),
    row("births", "Naissances", [4100, 8000, 16000, 40000, 7e5, 300], "naissances", 0),
)
CHARTS = (
    Chart("vacant", "comparison", "Part des logements vacants", ("vacant_homes_share",)),
    Chart("hard", "comparison", "Logement et pauvreté", ("vacant_homes_share", "poverty_rate")),
    Chart("change", "comparison", "Évolution de la population", ("population_change_rate",)),
    Chart("income", "history", "Revenu médian depuis 2012", ("median_income",)),
    Chart(
        "sectors",
        "structure",
        "Établissements par secteur d’activité",
        tuple(r.indicator for r in ROWS if r.indicator.startswith("establishments")),
    ),
    Chart(
        "vacant_map",
        "map",
        "Les logements vacants dans l’intercommunalité",
        ("vacant_homes_share",),
    ),
    Chart("births_map", "map", "Les naissances", ("births",)),
)
PORTRAIT = Portrait(
    NANTES, "fr", 2026, False, COMPARATORS, "", (Theme("all", "Tout", "", ROWS, CHARTS),), (SOURCE,)
)


def chart(name: str) -> Chart:
    """Return a chart of the portrait."""
    return next(chart for chart in CHARTS if chart.id == name)
