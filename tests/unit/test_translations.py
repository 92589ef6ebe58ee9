"""The French catalogue says all that the code, the templates and the scripts say."""

from __future__ import annotations

import io
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ckanext" / "territoires"
TEMPLATE = PACKAGE / "i18n" / "ckanext-territoires.pot"
FRENCH = PACKAGE / "i18n" / "fr" / "LC_MESSAGES" / "ckanext-territoires.po"
UPDATE = "see “Translate” in CONTRIBUTING.md"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*(?:[:!][^{}]*)?\}|</?\w+")
TAG = re.compile(r"<[^>]*>")
# A space that a line may break on, where French wants one that it may not; a straight apostrophe.
LOOSE = re.compile(r"« | »| [;:?!]| %(?![(\w])|'")


@cache
def extracted() -> frozenset[tuple[str, ...]]:
    """What a translator has to say, read from the sources as `pybabel extract` reads them."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["babel"]
    methods = [(mapping["pattern"], mapping["method"]) for mapping in mappings["mappings"]]
    found = extract_from_dir(PACKAGE, method_map=methods)
    return frozenset(forms(message) for _, _, message, *_ in found)


def forms(text: Any) -> tuple[str, ...]:
    """A text of a catalogue: alone, or in the singular and in the plural."""
    return (text,) if isinstance(text, str) else tuple(text or ("",))


@cache
def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def messages(path: Path = FRENCH) -> list[Message]:
    return [message for message in catalogue(path) if message.id]


def placeholders(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("path", [TEMPLATE, FRENCH], ids=["template", "french"])
def test_the_catalogue_holds_the_messages_of_the_sources(path: Path) -> None:
    known = {forms(message.id) for message in messages(path)}
    # A catalogue holds what is said both alone and in the plural as a plural only.
    alone = {text[:1] for text in known}
    assert not extracted() - known - alone, f"messages to translate: {UPDATE}"
    assert not known - extracted(), f"messages that nothing says any more: {UPDATE}"


def test_each_message_is_said_in_french() -> None:
    assert not [message.id for message in messages() if not all(forms(message.string))]
    assert not [message.id for message in messages() if message.fuzzy]
    assert not catalogue(FRENCH).obsolete


def test_the_french_keeps_the_placeholders_and_the_tags() -> None:
    changed = {
        english: french
        for message in messages()
        for english, french in zip(forms(message.id), forms(message.string), strict=True)
        if placeholders(english) != placeholders(french)
        # One thing is often said without its number.
        and not (message.pluralizable and placeholders(french) < placeholders(english))
    }
    assert not changed


def test_the_french_is_set_as_french() -> None:
    texts = (text for message in messages() for text in forms(message.string))
    assert not [text for text in texts if LOOSE.search(TAG.sub("", text))]


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    compiled = FRENCH.with_suffix(".mo").read_bytes()
    expected = io.BytesIO()
    write_mo(expected, catalogue(FRENCH))
    # The headers hold the version of Babel that compiled them: only messages are compared.
    assert texts_of(compiled) == texts_of(expected.getvalue()), UPDATE


def texts_of(compiled: bytes) -> list[tuple[object, object]]:
    return [(message.id, message.string) for message in read_mo(io.BytesIO(compiled)) if message.id]
