"""A service, its dataset, and files of real figures put in it as a producer does."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from werkzeug.datastructures import FileStorage

COMPARATEUR = Path(__file__).parents[3] / "demo" / "files" / "insee-comparateur-2021.csv"
# Nantes and communes around it, some of them too small for their incomes to be told.
COMMUNES = ("44109", "44162", "44190", "44204", "44049", "44010")
Put = Callable[..., dict[str, Any]]


def lines(*communes: str) -> list[str]:
    """The header, and the lines of some communes, as INSEE publishes them."""
    header, *rows = COMPARATEUR.read_text(encoding="utf-8").splitlines(keepends=True)
    wanted = communes or COMMUNES
    return [header, *(row for row in rows if row.split(";")[0] in wanted)]


def changed(commune: str, column: str, value: str, communes: Sequence[str] = ()) -> bytes:
    """The same file, one cell apart."""
    header, *rows = lines(*communes)
    position = header.rstrip("\r\n").split(";").index(column)
    out = [header]
    for row in rows:
        cells = row.rstrip("\r\n").split(";")
        if cells[0] == commune:
            cells[position] = value
        out.append(";".join(cells) + "\r\n")
    return "".join(out).encode()


def file_of(content: bytes | None = None) -> bytes:
    return "".join(lines()).encode() if content is None else content


@pytest.fixture
def service(clean_db: None, clean_index: None, clean_queues: None) -> dict[str, Any]:
    """A service with an editor."""
    editor = factories.User(name="editrice")
    return factories.Organization(
        name="ddtm-44", users=[{"name": editor["name"], "capacity": "editor"}]
    )


@pytest.fixture
def dataset(service: dict[str, Any]) -> dict[str, Any]:
    """A public dataset of the service, without a file."""
    return factories.Dataset(owner_org=service["id"], access_level="public")


@pytest.fixture
def put(dataset: dict[str, Any]) -> Put:
    """Upload a file, a new one or in place of another, as the editor does."""

    def do(content: bytes | None = None, name: str = "comparateur.csv", **fields: Any) -> Any:
        upload = FileStorage(io.BytesIO(file_of(content)), name)
        action = "resource_patch" if "id" in fields else "resource_create"
        if "id" not in fields:
            fields = {"package_id": dataset["id"], "name": "Comparateur", **fields}
        context: Any = {"user": "editrice", "auth_user_obj": model.User.get("editrice")}
        data = {"format": "CSV", "cog_year": "2021", **fields, "url": name, "upload": upload}
        return tk.get_action(action)(context, data)

    return do
