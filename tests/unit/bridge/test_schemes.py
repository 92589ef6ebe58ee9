"""The words of the schemes: complete, in both languages, each name of one scheme."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ckanext.territoires.territory.names import fold

FILE = Path(__file__).parents[3] / "ckanext" / "territoires" / "bridge" / "schemes.yaml"
DECLARED: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
PROFILES = FILE.parents[1] / "profiles"


@pytest.mark.parametrize("name", DECLARED["schemes"])
def test_a_scheme_is_said_in_both_languages(name: str) -> None:
    scheme = DECLARED["schemes"][name]
    for words in (scheme["label"], scheme["meaning"]):
        assert set(words) == {"en", "fr"}
        assert all(words.values())
    assert scheme["contact"] in DECLARED["contacts"]
    assert scheme["link"].startswith("https://")


@pytest.mark.parametrize("name", DECLARED["parts"])
def test_a_part_says_who_could_publish_it(name: str) -> None:
    part = DECLARED["parts"][name]
    assert set(part["publishers"]) == {"en", "fr"}
    assert part["contact"] in DECLARED["contacts"]


def test_a_name_is_of_one_scheme() -> None:
    owners: dict[str, str] = {}
    for name, scheme in DECLARED["schemes"].items():
        for alias in (name, *scheme["aliases"]):
            assert owners.setdefault(fold(alias), name) == name


def test_the_schemes_of_the_profiles_are_described() -> None:
    known = {
        fold(alias)
        for name, scheme in DECLARED["schemes"].items()
        for alias in (name, *scheme["aliases"])
    }
    profiles = [yaml.safe_load(p.read_text(encoding="utf-8")) for p in PROFILES.glob("*.yaml")]
    named = {
        fold(str(profile["constants"]["scheme"]))
        for profile in profiles
        if "scheme" in profile.get("constants", {})
    }
    assert named
    assert named <= known
