"""Models of sentences."""

from __future__ import annotations

import pytest

from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.portrait import facts
from ckanext.territoires.portrait.narrative import models, names, parse


def test_brackets_have_to_match() -> None:
    for text in ("a [b", "a ] b"):
        with pytest.raises(ValueError, match="bracket"):
            parse(text)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_sentences_name_facts_that_exist(language: str) -> None:
    known = load_indicators()
    for sentences in models(language).values():
        for sentence in sentences:
            for model in sentence.models:
                for name in names(model):
                    assert _exists(name, known), name


def _exists(name: str, known: object) -> bool:
    if name in ("subject", "of") or ("/" in name and "~" not in name):
        return True
    indicator = name.lstrip("?").split("~")[0].split(".")[0]
    fact = name.partition(".")[2]
    kept = fact in facts._FACTS or fact in ("secret", "lacking") or "~" in name
    return indicator in known and kept  # type: ignore[operator]
