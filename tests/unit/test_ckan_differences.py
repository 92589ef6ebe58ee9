"""What CKAN's own suites expect otherwise is listed once for pytest and once for the reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SECTIONS = {"ours": "With our plugin", "ckan": "Without our plugin too"}


@pytest.mark.parametrize("section", SECTIONS)
def test_the_list_and_the_document_agree(section: str) -> None:
    source = ROOT / "tests" / "ckan_suites" / "differences.yaml"
    listed = yaml.safe_load(source.read_text(encoding="utf-8"))[section]
    document = (ROOT / "docs" / "ckan-differences.md").read_text(encoding="utf-8")
    part = document.split(f"## {SECTIONS[section]}\n", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"`(ckan\S*::\S+)`", part)) == set(listed)
    assert all(reason.strip() for reason in listed.values())
