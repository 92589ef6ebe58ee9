"""An answer that its JSON stands for is a dictionary to whoever looks inside."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import simplejson

from ckanext.territoires.bridge.written import Written

PLAIN = {"a": 1, "b": {"c": [1, 2]}}


def answer() -> Written:
    return Written(PLAIN, lambda: copy.deepcopy(PLAIN), "the text")


def as_the_api_writes(value: Any) -> str:
    return simplejson.dumps({"result": value}, for_json=True)


def test_the_text_is_written_while_nobody_looked() -> None:
    assert as_the_api_writes(answer()) == '{"result": the text}'
    assert len(answer()) == 2
    assert "a" in answer()


@pytest.mark.parametrize(
    "look",
    [
        dict,
        copy.copy,
        copy.deepcopy,
        lambda one: pickle.loads(pickle.dumps(one)),
        lambda one: {**one},
        lambda one: one | {},
        lambda one: {} | one,
        lambda one: one.copy(),
        lambda one: dict(one.items()),
        lambda one: dict(zip(one, one.values(), strict=True)),
        lambda one: {name: one.get(name) for name in one},
        lambda one: {name: one[name] for name in ("a", "b")},
        lambda one: (lambda **named: named)(**one),
        lambda one: json.loads(json.dumps(one)),
        lambda one: json.loads(json.dumps(one, indent=1)),
        lambda one: simplejson.loads(simplejson.dumps(one)),
        lambda one: one,
    ],
)
def test_whoever_looks_finds_a_dictionary(look: Callable[[Written], Any]) -> None:
    assert look(answer()) == PLAIN
    assert (look(answer()) != PLAIN) is False
    assert repr(look(answer())) == repr(PLAIN)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["b"]["c"].append(3),
        lambda one: one.update(a=2),
        lambda one: one.__setitem__("d", 1),
        lambda one: one.pop("a"),
        lambda one: one.__ior__({"a": 2}),
    ],
)
def test_what_is_changed_is_what_is_written(change: Callable[[Written], Any]) -> None:
    changed, expected = answer(), copy.deepcopy(PLAIN)
    change(changed)
    change(expected)  # pyright: ignore[reportArgumentType]
    assert json.loads(as_the_api_writes(changed)) == {"result": expected}
    assert changed == expected
