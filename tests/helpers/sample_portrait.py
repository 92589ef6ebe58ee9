"""A portrait that holds every case: the four statuses, a floor, an estimate, ranks, changes."""

from __future__ import annotations

from dataclasses import replace

from ckanext.territoires.portrait.document import (
    Change,
    Chart,
    Comment,
    Coverage,
    Figure,
    Label,
    Place,
    Portrait,
    Rank,
    Row,
    Source,
    Theme,
)

NANTES = "fr:commune:44109"
PLACES = (
    Place("fr:epci:244400404", "epci", "244400404", "Nantes Métropole", 665_204, "epci"),
    Place("fr:departement:44", "departement", "44", "Loire-Atlantique", 1_457_806, "departement"),
    Place("fr:region:52", "region", "52", "Pays de la Loire", 3_853_999, "region"),
    Place(
        "country-subset:fr:metro",
        "country-subset",
        "metro",
        "France métropolitaine",
        None,
        "metropole",
    ),
    Place("country:fr", "country", "fr", "France", 67_000_000, "country"),
    Place("fr:commune:35238", "commune", "35238", "Rennes", 220_488, "chosen"),
    Place("fr:commune:49007", "commune", "49007", "Angers", 155_850, "chosen"),
)
SOURCES = (
    Source(
        7, "res-7", "ds-7", "comparateur", "Comparateur de territoires", "Insee",
        "RP2018, Filosofi 2019", 2021, "2026-11-24T10:00:00",
    ),
    Source(
        9, "res-9", "ds-9", "bpe", "Base permanente <des> équipements", "Insee",
        "2018", None, "2026-11-24",
    ),
)  # fmt: skip


def _row(name: str, label: str, unit: str, precision: int, figure: Figure, **more: object) -> Row:
    plain = Row(
        name, label, unit, precision, "neutral", "", f"Ce que compte « {label} »", "", figure
    )
    return replace(plain, **more)


def _own(
    value: float | None, status: str = "value", period: str = "2018", **more: object
) -> Figure:
    return replace(Figure(NANTES, period, value, status, sources=(7,)), **more)


def _there(*values: float | str, period: str = "2018") -> tuple[Figure, ...]:
    """Figures of the comparators; a text is a status."""
    return tuple(
        Figure(place.id, period, None, value, reason="Trop peu de cas", sources=(7,))
        if isinstance(value, str)
        else Figure(place.id, period, value, "value", "computed", sources=(7,))
        for place, value in zip(PLACES, values, strict=True)
    )


def sample(language: str = "fr") -> Portrait:
    """Nantes, with made-up figures, all different so that none can stand for another."""
    population = _row(
        "population", "Population municipale", "habitants", 0, _own(318_808.0),
        comparisons=(
            Figure(PLACES[0].id, "2018", 656_275.0, "value", "computed",
                   Coverage(24, 23, 0.973), "La somme manque une commune", (7,), floor=True),
            *_there(0.0, 1_429_272.0, 3_801_797.0, 64_844_037.0, 66_732_538.0, 217_728.0,
                    154_508.0)[1:],
        ),
        rank=Rank(1, 207, "communes de Loire-Atlantique", 3_211.0),
        change=Change("2013", 26_838.0, 0.0919),
        comparison_changes=(Change("2013", 47_000.0, 0.077), None, Change("2012", 9.0, None)),
        history=(_own(291_970.0, period="2013"), _own(309_346.0, period="2016"), _own(318_808.0)),
        key=True,
        comparison_histories=(
            (Figure(PLACES[0].id, "2013", 609_198.0, "value", "computed", sources=(7,)),),
        ),
    )  # fmt: skip
    change = _row(
        "population_change_rate", "Évolution annuelle de la population", "%", 2,
        _own(-1.25, period="2013/2018", origin="computed"),
        comparisons=_there(1.31, 0.97, 0.61, 0.36, 0.35, 0.88, -0.5, period="2013/2018"),
    )  # fmt: skip
    poverty = _row(
        "poverty_rate", "Taux de pauvreté", "%", 1,
        _own(None, "secret", "2019", reason="Secret statistique à la source"),
        comparisons=_there("not_available", 10.4, "secret", 14.5, 14.6, "not_applicable", 0.0,
                           period="2019"),
        history=(_own(16.1, period="2016"), _own(None, "secret", "2019")),
        change=Change("2016", -0.44, None, points=True),
    )  # fmt: skip
    income = _row(
        "median_income", "Médiane du niveau de vie", "€", 0, _own(22_550.0, period="2019"),
        comparisons=_there(23_690.0, 22_950.0, "not_available", 21_930.0, 22_041.0, 22_380.0,
                           20_460.0, period="2019"),
        key=True,
    )  # fmt: skip
    doctors = _row(
        "equipments_doctors", "Médecins généralistes", "", 0,
        _own(0.0, origin="estimated", reason="Partage d'une ancienne commune", sources=(9,)),
        comparisons=_there(1_012.0, 2_045.0, 4_321.0, 61_000.0, 62_500.0, 311.0, "not_available"),
        rank=Rank(12, 207, "communes de Loire-Atlantique", None),
    )  # fmt: skip
    share = _row(
        "vacant_share", "Part des logements vacants parmi ceux d'une île sans logement", "%", 1,
        _own(None, "not_applicable", reason="Aucun logement"),
        comparisons=_there(6.3, 6.4, 6.5, 8.2, 8.3, 7.1, 7.7),
    )  # fmt: skip
    missing = _row(
        "fiscal_persons", "Personnes des foyers fiscaux", "", 0, _own(None, "not_available"),
        comparisons=_there(*("not_available",) * 7),
    )  # fmt: skip
    return Portrait(
        Place(NANTES, "commune", "44109", "Nantes", 318_808),
        language,
        2026,
        False,
        PLACES,
        "Nantes compte 318 808 habitants.\n\nElle est la plus peuplée de son département.",
        (
            Theme(
                "population", "Population", "La population augmente <vite>.", (population, change),
                (Chart("population-history", "history", "Population", ("population",)),
                 Chart("population-comparison", "comparison", "Évolution annuelle",
                       ("population_change_rate",)),),
                Comment("Un port & une gare.\n\nÀ suivre <b>de près</b>.", "Anne Le Goff, DDTM 44",
                        "2026-11-20"),
            ),
            Theme("income", "Revenus", "", (poverty, income, missing)),
            Theme("equipments", "Équipements / services", "", (doctors, share)),
            Theme("state_action", "Action de l'État", "", (), labels=(
                Label("programme", "Action cœur de ville", "redynamiser les centres", 7,
                      "Nantes Métropole"),
            )),
        ),
        SOURCES,
    )  # fmt: skip
