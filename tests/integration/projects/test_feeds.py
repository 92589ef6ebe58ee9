"""Atom feeds: what they hold, for whom, and the secret that opens them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from ckan import model
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.territoires.bridge import feed_tokens
from ckanext.territoires.model import FeedToken
from ckanext.territoires.renderings import atom
from tests.integration.projects.conftest import LEVELS, Circle
from tests.integration.projects.visitors import browser, headers, send

SAID = "Le diagnostic zêta est rendu"
NANTES = "/territoire/commune/44109/fil.atom"
ATOM = "{http://www.w3.org/2005/Atom}"
ROLES = ("anonymous", "agent", "other_member", "service_member", "reader", "member", "sysadmin")


def key(circle: Circle, role: str) -> str:
    token = feed_tokens.make(circle.people[role].id)
    model.Session.commit()
    return token


def feed(circle: Circle) -> str:
    return f"/projet/{circle.project['name']}/fil.atom"


def say(circle: Circle, text: str) -> dict[str, Any]:
    return circle.call(
        "member", "territoires_message_create", project_id=circle.project["id"], text=text
    )


@pytest.mark.parametrize("level", LEVELS)
def test_a_project_by_role(app: Any, circle: Circle, level: str) -> None:
    circle.set_level(level)
    say(circle, SAID)
    readers = {role: circle.may(role, "package_show", id=circle.project["id"]) for role in ROLES}
    keys = {role: f"?cle={key(circle, role)}" for role in ROLES if role != "anonymous"}
    for role, reads in readers.items():
        answer = app.get(feed(circle) + keys.get(role, ""))
        assert answer.status_code == (200 if reads else 404), role
        assert (SAID in answer.data.decode()) == reads, role
        if reads:
            assert ("public" in answer.headers["Cache-Control"]) == (level == "public")
            assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_rights_are_asked_at_each_reading(app: Any, circle: Circle) -> None:
    circle.set_level("agents")
    say(circle, SAID)
    path = f"{feed(circle)}?cle={key(circle, 'agent')}"
    assert SAID in app.get(path).data.decode()
    circle.set_level("community")
    assert app.get(path).status_code == 404


def test_what_one_is_told(app: Any, circle: Circle) -> None:
    circle.call("reader", "territoires_follow", kind="project", id=circle.project["id"])
    say(circle, SAID)
    path = f"/mon-fil.atom?cle={key(circle, 'reader')}"
    root = ET.fromstring(app.get(path).data)
    (entry,) = root.findall(f"{ATOM}entry")
    assert SAID in (entry.findtext(f"{ATOM}content") or "")
    assert app.get("/mon-fil.atom").status_code in (401, 403)
    message = circle.call("member", "territoires_message_list", project_id=circle.project["id"])
    circle.call("member", "territoires_message_remove", id=message["messages"][-1]["id"])
    assert SAID not in app.get(path).data.decode()


def test_a_territory(app: Any, circle: Circle) -> None:
    for level in ("public", "agents"):
        circle.call(
            "sysadmin",
            "package_create",
            name=f"donnees-{level}",
            title=f"Données {level}",
            notes="Notes",
            owner_org=circle.service["id"],
            territory=["fr:commune:44109"],
            access_level=level,
            access_reason="internal",
            theme=["ENVI"],
            license_id="lov2",
        )
    titles = [e.findtext(f"{ATOM}title") for e in ET.fromstring(app.get(NANTES).data)]
    assert "Données public" in titles
    assert "Données agents" not in titles
    mine = app.get(f"{NANTES}?cle={key(circle, 'agent')}").data.decode()
    assert "Données agents" in mine
    assert app.get("/territoire/commune/99999/fil.atom").status_code == 404


class TestSecret:
    def test_made_shown_once_made_again_and_taken_back(self, app: Any, circle: Circle) -> None:
        answer = send(app, circle, "agent", "/mon-fil/flux", {"deed": "make"})
        first = re.search(r"cle=([\w-]+)", answer.text)
        assert first
        assert answer.cache_control.no_store
        assert first[1] not in app.get("/mon-fil/flux", headers=headers(circle, "agent")).body
        assert app.get(f"/mon-fil.atom?cle={first[1]}").status_code == 200
        send(app, circle, "agent", "/mon-fil/flux", {"deed": "make"})
        assert app.get(f"/mon-fil.atom?cle={first[1]}").status_code == 404
        send(app, circle, "agent", "/mon-fil/flux", {"deed": "revoke"})
        assert model.Session.query(FeedToken).count() == 0

    def test_is_not_kept(self, circle: Circle) -> None:
        token = key(circle, "agent")
        kept = model.Session.query(FeedToken).one()
        assert token not in (kept.token_hash, kept.id)

    def test_opens_nothing_else(self, app: Any, circle: Circle) -> None:
        circle.set_level("agents")
        token = key(circle, "agent")
        for path in (
            f"/projet/{circle.project['name']}",
            f"/projet/{circle.project['name']}/fil",
            "/mon-fil",
            "/api/action/territoires_follow_list",
        ):
            answer = app.get(path, query_string={"cle": token})
            assert answer.status_code in (401, 403, 404), path
        api = app.get("/api/action/territoires_follow_list", headers={"Authorization": token})
        assert api.status_code == 403

    def test_goes_with_the_account(self, app: Any, circle: Circle) -> None:
        token = key(circle, "agent")
        circle.call("sysadmin", "user_delete", id=circle.people["agent"].id)
        assert app.get(f"/mon-fil.atom?cle={token}").status_code == 404

    @pytest.mark.parametrize("cle", ["", "x", "x" * 43, "../..", "%00"])
    def test_a_wrong_one(self, app: Any, circle: Circle, cle: str) -> None:
        assert app.get("/mon-fil.atom", query_string={"cle": cle}).status_code == 404

    def test_a_form_without_its_token(self, app: Any, circle: Circle) -> None:
        client = browser(app, circle, "agent")
        assert client.post("/mon-fil/flux", data={"_csrf_token": "x"}).status_code == 400
        assert model.Session.query(FeedToken).count() == 0


def test_the_same_entries_are_not_sent_twice(app: Any, circle: Circle) -> None:
    circle.set_level("public")
    say(circle, SAID)
    first = app.get(feed(circle))
    again = app.get(feed(circle), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    say(circle, "Autre chose")
    later = app.get(feed(circle), headers={"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_text_makes_a_feed(text: str) -> None:
    from datetime import datetime

    item = atom.Item("urn:x", text or "x", "http://a.test/", datetime(2026, 1, 1), text, text)  # noqa: DTZ001
    root = ET.fromstring(atom.render("Titre", "http://a.test/", "fr", "Site", [item]))
    assert len(root.findall(f"{ATOM}entry")) == 1
