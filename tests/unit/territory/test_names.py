from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.territoires.territory.names import fold, of, without_article
from ckanext.territoires.territory.slug import slugify


@given(st.text())
def test_folding_leaves_plain_words_and_is_idempotent(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert set(folded) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert folded == folded.strip()
    assert "  " not in folded


@given(st.text(alphabet="abéèœÉ' -’xyz", max_size=30))
def test_case_does_not_count(text: str) -> None:
    assert fold(text.upper()) == fold(text)


@given(st.text())
def test_slugs_are_safe_in_an_address(text: str) -> None:
    assert set(slugify(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slugify(slugify(text)) == slugify(text)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("St-Nazaire", "saint nazaire"),
        ("Ste Luce", "sainte luce"),
        ("SAINT-Étienne-de-Mer-Morte", "saint etienne de mer morte"),
        ("L’Île-d’Yeu", "l ile d yeu"),
        ("Lœuilly", "loeuilly"),
        ("  Orée   d'Anjou ", "oree d anjou"),
        ("Stains", "stains"),
    ],
)
def test_fold(given: str, expected: str) -> None:
    assert fold(given) == expected


@pytest.mark.parametrize(
    ("name", "liaison", "expected"),
    [
        ("Nantes", 0, "de Nantes"),
        ("Orée d'Anjou", 1, "d'Orée d'Anjou"),
        ("Le Mans", 2, "du Mans"),
        ("La Baule-Escoublac", 3, "de la Baule-Escoublac"),
        ("Loire-Atlantique", 3, "de la Loire-Atlantique"),
        ("Les Herbiers", 4, "des Herbiers"),
        ("L'Île-d'Yeu", 5, "de l'Île-d'Yeu"),
        ("Ain", 5, "de l'Ain"),
    ],
)
def test_complement(name: str, liaison: int, expected: str) -> None:
    assert of(name, liaison) == expected


def test_articles_and_slugs() -> None:
    assert without_article("le mans") == "mans"
    assert without_article("lemans") == "lemans"
    assert slugify("Orée d'Anjou") == "oree-d-anjou"
    assert slugify("L’Œuvre") == "l-oeuvre"
