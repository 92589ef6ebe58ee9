"""Territories as subjects of sentences."""

from __future__ import annotations

import pytest

from ckanext.territoires.portrait.subject import subject
from ckanext.territoires.territory.reference import load_reference


@pytest.mark.parametrize(
    ("id", "name", "of", "plural"),
    [
        ("fr:commune:44109", "Nantes", "de Nantes", False),
        ("fr:commune:72181", "Le Mans", "du Mans", False),
        ("fr:departement:44", "La Loire-Atlantique", "de la Loire-Atlantique", False),
        ("fr:departement:01", "L'Ain", "de l'Ain", False),
        ("fr:departement:78", "Les Yvelines", "des Yvelines", True),
        ("fr:region:52", "Les Pays de la Loire", "des Pays de la Loire", True),
        ("fr:arrondissement:442", "L'arrondissement de Nantes", "de l'arrondissement de Nantes", 0),
        ("fr:epci:244400404", "Nantes Métropole", "de Nantes Métropole", False),
        (
            "fr:epci:243500741",
            "La communauté d'agglomération Redon Agglomération",
            "de la communauté d'agglomération Redon Agglomération",
            False,
        ),
        ("country:fr", "La France", "de la France", False),
    ],
)
def test_french(id: str, name: str, of: str, plural: bool) -> None:
    told = subject(load_reference().territories[id], "fr")
    assert (told.name, told.of, told.plural) == (name, of, bool(plural))
