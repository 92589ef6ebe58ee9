"""Each option of the theme is in its page of the documentation."""

from __future__ import annotations

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[3]


def test_options_are_documented():
    declaration = ROOT / "ckanext" / "territoires" / "dsfr" / "config_declaration.yaml"
    groups = yaml.safe_load(declaration.read_text(encoding="utf-8"))["groups"]
    page = (ROOT / "docs" / "dsfr.md").read_text(encoding="utf-8")

    missing = [o["key"] for g in groups for o in g["options"] if f"`{o['key']}`" not in page]

    assert missing == []
