"""Sentences written from the figures of a theme, by the models of `sentences.yaml`.

A model names facts in braces. A part in square brackets is left out when one of its facts is
lacking; a sentence that lacks a fact elsewhere is not written: no sentence has a hole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import yaml

_TOKEN = re.compile(r"(\{[^{}]*\}|\[|\])")
_SENTENCES = Path(__file__).with_name("sentences.yaml")

#: Parts of a model: a text, a fact (in braces), or a list of parts that may be left out.
Part = str | tuple[str] | list["Part"]
Model = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Models of one sentence in a language, the most precise first."""

    models: tuple[Model, ...]


class Row(Protocol):
    """What is known of an indicator."""

    def fact(self, name: str) -> str | None:
        """Text of a fact, None when it is lacking."""
        ...

    def agree(self, one: str, several: str) -> str | None:
        """The word that agrees with the value."""
        ...


class Rows(Protocol):
    """The rows that sentences may name."""

    def get(self, indicator: str) -> Row | None:
        """The row of an indicator, None when there is none."""
        ...


class Facts:
    """What sentences may say; a fact that is lacking is None."""

    def __init__(self, known: Mapping[str, str | None], rows: Rows, plural: bool) -> None:
        """`plural`: the subject is."""
        self._known = known
        self._rows = rows
        self._plural = plural

    def get(self, name: str) -> str | None:
        """Text of a fact, "" for a condition that holds."""
        if "~" in name:
            indicator, words = name.split("~")
            row = self._rows.get(indicator)
            one, several = words.split("/")
            return row.agree(one, several) if row else None
        if "/" in name:
            return name.split("/")[1 if self._plural else 0]
        if name in self._known:
            return self._known[name]
        indicator, _, fact = name.lstrip("?").partition(".")
        row = self._rows.get(indicator)
        found = row.fact(fact) if row else None
        return "" if found is not None and name.startswith("?") else found


def write(theme: str, facts: Facts, language: str) -> str:
    """Sentences of a theme, or an empty text when no figure allows one."""
    sentences = models(language).get(theme, ())
    return " ".join(text for sentence in sentences if (text := _first(sentence, facts)))


@cache
def models(language: str) -> Mapping[str, tuple[Sentence, ...]]:
    """Models of each theme in a language: French, or English for any other."""
    key = "fr" if language.startswith("fr") else "en"
    content: dict[str, list[dict[str, list[str]]]] = yaml.safe_load(
        _SENTENCES.read_text(encoding="utf-8")
    )
    return {
        theme: tuple(Sentence(tuple(map(parse, one[key]))) for one in sentences)
        for theme, sentences in content.items()
    }


def parse(text: str) -> Model:
    """Read a model.

    Raises:
        ValueError: brackets do not match.

    """
    stack: list[list[Part]] = [[]]
    for token in _TOKEN.split(text):
        if token == "[":
            stack.append([])
        elif token == "]":
            if len(stack) < 2:
                raise ValueError(f"unmatched bracket: {text}")
            part = stack.pop()
            stack[-1].append(part)
        elif token.startswith("{"):
            stack[-1].append((token[1:-1],))
        elif token:
            stack[-1].append(token)
    if len(stack) != 1:
        raise ValueError(f"unmatched bracket: {text}")
    return tuple(stack[0])


def names(model: Iterable[Part]) -> Iterable[str]:
    """Facts that a model names."""
    for part in model:
        if isinstance(part, list):
            yield from names(part)
        elif isinstance(part, tuple):
            yield part[0]


def _first(sentence: Sentence, facts: Facts) -> str:
    for model in sentence.models:
        text = _fill(model, facts)
        if text is not None:
            return text[:1].upper() + text[1:]
    return ""


def _fill(parts: Sequence[Part], facts: Facts) -> str | None:
    written: list[str] = []
    for part in parts:
        if isinstance(part, str):
            written.append(part)
        elif isinstance(part, list):
            written.append(_fill(part, facts) or "")
        else:
            fact = facts.get(part[0])
            if fact is None:
                return None
            written.append(fact)
    return "".join(written)
