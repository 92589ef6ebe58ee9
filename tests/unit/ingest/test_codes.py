"""Each code that the sources use has a sentence, and each sentence is used."""

from __future__ import annotations

import ast
from pathlib import Path

from ckanext.territoires.ingest import codes

SOURCES = sorted(Path(codes.__file__).parent.glob("*.py"))


def used(method: str) -> set[str]:
    found: set[str] = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == method
                and node.args
            ):
                found |= {
                    part.value
                    for part in ast.walk(node.args[0])
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
    return found


def test_problems() -> None:
    # What pandera found, and what a parser is told to say, are named by value.
    named = {"too_small", "too_great", "not_in_list", "wrong_form", "unknown_territory",
             "not_a_code", "not_a_year"}  # fmt: skip
    assert used("problem") | named == codes.PROBLEMS.keys()


def test_assumptions() -> None:
    prefix = "cog_year_of_"
    named = {f"{prefix}profile", f"{prefix}codes"}
    assert (used("assume") - {prefix}) | named == codes.ASSUMPTIONS.keys()
