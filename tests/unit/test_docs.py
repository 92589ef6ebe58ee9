"""What a person can set, call or open is documented, or these tests fail."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ckanext" / "territoires"
DOCS = ROOT / "docs"


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def options() -> list[str]:
    declaration = yaml.safe_load((PACKAGE / "config_declaration.yaml").read_text(encoding="utf-8"))
    return [option["key"] for group in declaration["groups"] for option in group["options"]]


def actions() -> list[str]:
    tree = ast.parse((PACKAGE / "logic" / "action" / "__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return ast.literal_eval(node.value)
    raise AssertionError("logic/action/__init__.py declares no __all__")


def routes() -> list[str]:
    """Addresses that the blueprints of views/ declare, as literals of `route` or `add_url_rule`."""
    return [
        str(node.args[0].value)
        for source in sorted((PACKAGE / "views").glob("*.py"))
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("route", "add_url_rule", "get", "post")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and str(node.args[0].value).startswith("/")
    ]


def fields() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name in ("dataset.yaml", "organization.yaml"):
        schema = yaml.safe_load((PACKAGE / "schemas" / name).read_text(encoding="utf-8"))
        for part in ("dataset_fields", "resource_fields", "fields"):
            found += [(name, field["field_name"]) for field in schema.get(part, [])]
    return found


def commands() -> list[str]:
    """Names of the click commands of cli/, read from `@group.command()` and its function."""
    found: list[str] = []
    for source in sorted((PACKAGE / "cli").glob("*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for decorator in node.decorator_list:
                    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith(
                        ".command"
                    ):
                        named = decorator.args[0] if decorator.args else None
                        found.append(
                            str(named.value)
                            if isinstance(named, ast.Constant)
                            else node.name.replace("_", "-")
                        )
    return found


@pytest.mark.parametrize("option", options())
def test_each_option_is_documented(option: str) -> None:
    assert f"`{option}`" in text("options.md")


@pytest.mark.parametrize("action", actions())
def test_each_action_is_documented(action: str) -> None:
    assert f"`{action}`" in text("api.md")


@pytest.mark.parametrize("route", routes())
def test_each_page_is_documented(route: str) -> None:
    assert f"`{route}`" in text("pages.md")


@pytest.mark.parametrize(("schema", "field"), fields())
def test_each_field_is_documented(schema: str, field: str) -> None:
    assert f"`{field}`" in text("producers.md"), f"{schema}: {field}"


@pytest.mark.parametrize("command", commands())
def test_each_command_is_documented(command: str) -> None:
    assert re.search(rf"`ckan territoires [\w -]*{command}\b", text("commands.md"))


def test_documents_link_to_files_that_exist() -> None:
    missing: list[str] = []
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.glob("*.md")]:
        links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", document.read_text("utf-8"))
        missing += [f"{document.name}: {x}" for x in links if not (document.parent / x).exists()]
    assert not missing
