"""The French catalogue over CKAN's own, and the pages that say what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ckan.lib import base
from ckan.plugins import toolkit as tk
from flask_babel import force_locale


@pytest.fixture
def request_in_french(app: Any) -> Iterator[None]:
    with app.flask_app.test_request_context(
        "/", environ_overrides={"CKAN_LANG": "fr", "CKAN_CURRENT_URL": "/"}
    ):
        yield


@pytest.mark.usefixtures("request_in_french")
def test_ckan_speaks_our_french_and_its_own_english() -> None:
    with force_locale("fr"):
        assert tk._("Datasets") == "Données"
        assert tk._("Add New Resource") == "Ajouter un fichier"
        assert tk.ungettext("{num} Dataset", "{num} Datasets", 1) == "{num} jeu de données"
        assert tk.ungettext("{num} Dataset", "{num} Datasets", 2) == "{num} jeux de données"
        # A message that we leave to CKAN.
        assert tk._("Members") == "Membres"
    with force_locale("en"):
        assert tk._("Datasets") == "Datasets"
        assert tk._("Add New Resource") == "Add New Resource"


@pytest.mark.usefixtures("request_in_french")
@pytest.mark.parametrize(
    ("code", "content", "title", "sentence"),
    [
        (
            [500],
            "Internal server error",
            "Une erreur s’est produite",
            "Le site n’a pas pu répondre",
        ),
        (404, "No 50% of <b>it</b>", "Cette page n’existe pas", "No 50% of &lt;b&gt;it&lt;/b&gt;"),
    ],
)
def test_an_error_is_said_in_french(code: Any, content: str, title: str, sentence: str) -> None:
    page = base.render("error_document_template.html", {"code": code, "content": content})
    assert f"<h1>{title}</h1>" in page
    assert sentence in page
