"""The pages of a thread: who reads, who writes, what shows, what never runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import call_action
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from werkzeug.datastructures import FileStorage

from ckanext.territoires.bridge import thread_words
from ckanext.territoires.model import Message
from ckanext.territoires.views.thread_page import PAGE
from tests.helpers.queries import counted_queries
from tests.integration.projects.conftest import LEVELS, Circle
from tests.integration.projects.visitors import browser, headers, send

SEEN = {
    "public": {"anonymous", "agent", "other_member", "service_member"},
    "agents": {"agent", "other_member", "service_member"},
    "service": {"service_member"},
    "community": set[str](),
}
INSIDE = {"reader", "member", "lead", "sysadmin"}
ROLES = ("anonymous", "agent", "other_member", "service_member", *sorted(INSIDE))
SAID = "Le diagnostic zêta est rendu"


@pytest.fixture
def thread(circle: Circle) -> Iterator[Circle]:
    """A thread of a few messages, one of each kind."""
    for kind in ("message", "question", "decision", "task"):
        say(circle, "member", f"{SAID}, {kind}", kind=kind)
    yield circle
    model.Session.remove()


def say(circle: Circle, role: str, text: str, **more: Any) -> dict[str, Any]:
    return circle.call(
        role, "territoires_message_create", project_id=circle.project["id"], text=text, **more
    )


def fil(circle: Circle, rest: str = "") -> str:
    return f"/projet/{circle.project['name']}/fil{rest}"


def entries(page: Any) -> list[Any]:
    return BeautifulSoup(page.body, "html.parser").select(".territoires-thread__entries article")


def positions(page: Any) -> list[int]:
    return [int(one["id"].removeprefix("m-")) for one in entries(page)]


class TestWhoReads:
    @pytest.mark.parametrize("level", LEVELS)
    def test_pages_files_and_streams(self, app: Any, thread: Circle, level: str) -> None:
        thread.set_level(level)
        name = thread.people["member"].name
        paths = (fil(thread), fil(thread, ".md"), fil(thread, ".csv"))
        streams = (f"/dataset/activity/{thread.project['id']}", f"/user/activity/{name}")
        for role in ROLES:
            sees = role in SEEN[level] | INSIDE
            asked = headers(thread, role)
            for path in paths:
                answer = app.get(path, headers=asked)
                assert answer.status_code == (200 if sees else 404), (role, path)
                assert (SAID in answer.data.decode()) == sees, (role, path)
            # Pages of people are for those who are signed in.
            for path in streams if role != "anonymous" else streams[:1]:
                answer = app.get(path, headers=asked)
                assert (SAID in answer.data.decode()) == sees, (role, path)

    def test_after_the_level_changes_and_a_member_leaves(self, app: Any, thread: Circle) -> None:
        thread.set_level("agents")
        agent, member = headers(thread, "agent"), headers(thread, "member")
        assert SAID in app.get(fil(thread), headers=agent).body
        thread.set_level("community")
        assert app.get(fil(thread), headers=agent).status_code == 404
        assert SAID in app.get(fil(thread), headers=member).body
        model.Session.query(model.PackageMember).filter_by(
            package_id=thread.project["id"], user_id=thread.people["member"].id
        ).delete()
        model.Session.commit()
        assert app.get(fil(thread), headers=member).status_code == 404
        name = thread.people["member"].name
        assert SAID not in app.get(f"/user/activity/{name}", headers=member).body

    def test_the_form_is_for_those_who_write(self, app: Any, thread: Circle) -> None:
        thread.set_level("public")
        for role in ROLES:
            page = app.get(fil(thread), headers=headers(thread, role))
            assert ('id="ecrire"' in page.body) == (role in {"member", "lead", "sysadmin"}), role


class TestWriting:
    def test_a_message_and_where_it_leads(self, app: Any, circle: Circle) -> None:
        answer = send(app, circle, "member", fil(circle), {"kind": "message", "text": "Bonjour"})
        assert answer.status_code == 302
        assert answer.headers["Location"].endswith("/fil/1")
        page = app.get(fil(circle), headers=headers(circle, "reader"))
        assert "Bonjour" in page.body

    def test_what_is_wrong_is_said_and_what_was_typed_stays(self, app: Any, circle: Circle) -> None:
        typed = {"kind": "task", "text": "À faire", "assignee": "personne", "due": "demain"}
        answer = send(app, circle, "member", fil(circle), typed)
        assert answer.status_code == 200
        soup = BeautifulSoup(answer.text, "html.parser")
        assert soup.select_one("textarea[name=text]").text.strip() == "À faire"  # pyright: ignore[reportOptionalMemberAccess]
        assert soup.select_one("input[name=assignee]")["value"] == "personne"  # pyright: ignore[reportOptionalSubscript]
        assert soup.select_one("#error-due, #error-assignee")
        assert model.Session.query(Message).count() == 0

    def test_a_preview_writes_nothing(self, app: Any, circle: Circle) -> None:
        typed = {"kind": "message", "text": "**gras**", "_action": "preview"}
        answer = send(app, circle, "member", fil(circle), typed)
        assert "<strong>gras</strong>" in answer.text
        assert model.Session.query(Message).count() == 0

    @pytest.mark.parametrize("role", ["agent", "reader", "service_member"])
    def test_who_may_not(self, app: Any, circle: Circle, role: str) -> None:
        circle.set_level("agents")
        answer = send(app, circle, role, fil(circle), {"kind": "message", "text": "Bonjour"})
        assert answer.status_code == 403
        assert model.Session.query(Message).filter_by(kind="message").count() == 0

    @pytest.mark.parametrize(
        "path",
        [
            "retirer",
            "modifier",
            "signaler",
            "masquer",
            "epingler",
            "clore",
            "retablir",
            "verrou",
            "ecrire",
        ],
    )
    @pytest.mark.parametrize("token", ["", "forged"])
    def test_a_form_without_its_token(
        self, app: Any, thread: Circle, path: str, token: str
    ) -> None:
        address = fil(thread, "/verrou" if path == "verrou" else "")
        if path not in ("ecrire", "verrou"):
            message = model.Session.query(Message).filter_by(kind="question").one()
            address = f"/projet/fil/{message.id}/{path}"
        # CKAN would exempt the view after a post without a session.
        app.post(address, data={})
        client = browser(app, thread, "lead")
        data = {"text": "Forgé", "reason": "Forgé", "closed": "1", "_csrf_token": token}
        assert client.post(address, data=data).status_code in (400, 403)
        assert "Forgé" not in app.get(fil(thread), headers=headers(thread, "lead")).body

    def test_a_token_of_another_session(self, app: Any, thread: Circle) -> None:
        other = browser(app, thread, "member").get(fil(thread)).text
        token = re.search(r'name="_csrf_token" content="([^"]+)"', other)
        assert token
        client = browser(app, thread, "lead")
        answer = client.post(fil(thread), data={"text": "Rejoué", "_csrf_token": token[1]})
        assert answer.status_code == 400

    def test_a_task_is_given_done_and_opened_again(self, app: Any, circle: Circle) -> None:
        typed = {
            "kind": "task",
            "text": "Envoyer le rapport",
            "assignee": circle.people["lead"].name,
            "due": "2026-03-31",
        }
        send(app, circle, "member", fil(circle), typed)
        task = model.Session.query(Message).filter_by(kind="task").one()
        asked = headers(circle, "reader")
        assert "31/03/2026" in app.get(fil(circle), headers=asked).body
        send(app, circle, "lead", f"/projet/fil/{task.id}/clore", {"closed": "1"})
        done = circle.call("reader", "territoires_message_show", id=task.id)
        assert done["closed"]

    def test_an_answer_closes_the_question(self, app: Any, thread: Circle) -> None:
        question = model.Session.query(Message).filter_by(kind="question").one()
        answer = say(thread, "lead", "Oui, hier", reply_to_id=question.id)
        page = browser(app, thread, "member").get(fil(thread)).text
        assert f'value="{answer["id"]}"' in page
        send(app, thread, "member", f"/projet/fil/{question.id}/clore", {"answer_id": answer["id"]})
        shown = thread.call("reader", "territoires_message_show", id=question.id)
        assert (shown["answer_id"], bool(shown["closed"])) == (answer["id"], True)


class TestReading:
    def test_pages_lose_and_repeat_nothing(self, app: Any, circle: Circle) -> None:
        for number in range(120):
            say(circle, "member", f"Message {number}")
        asked = headers(circle, "reader")
        for order in ("", "?ordre=anciens"):
            seen: list[int] = []
            address: str | None = fil(circle, order)
            backwards: list[str] = []
            while address:
                page = app.get(address, headers=asked)
                seen += positions(page)
                soup = BeautifulSoup(page.body, "html.parser")
                following = soup.select_one("a[rel=next]")
                before = soup.select_one("a[rel=prev]")
                backwards += [str(before["href"])] if before else []
                address = str(following["href"]) if following else None
            assert seen == sorted(seen, reverse=not order)
            assert sorted(seen) == list(range(1, 121))
            # Back from the second page: the first again.
            assert positions(app.get(backwards[0], headers=asked)) == seen[:PAGE]

    def test_the_history_tells_what_nobody_wrote(self, app: Any, circle: Circle) -> None:
        say(circle, "member", "Bonjour à tous")
        for number in range(PAGE + 1):
            circle.call("lead", "package_patch", id=circle.project["id"], title=f"Gare {number}")
        address = f"/projet/{circle.project['name']}/historique"
        first = app.get(address, headers=headers(circle, "reader"))
        assert "Bonjour à tous" not in first.body
        assert f"Gare {PAGE}" in first.body
        following = BeautifulSoup(first.body, "html.parser").select_one("a[rel=next]")
        assert following
        last = app.get(str(following["href"]), headers=headers(circle, "reader"))
        assert "/historique?" in str(following["href"])
        assert len(positions(first)) + len(positions(last)) == PAGE + 1
        assert app.get(address, headers=headers(circle, "agent")).status_code == 404

    def test_a_link_to_one_entry(self, app: Any, circle: Circle) -> None:
        for number in range(70):
            say(circle, "member", f"Message {number}")
        asked = headers(circle, "reader")
        answer = app.get(fil(circle, "/3"), headers=asked, follow_redirects=False)
        assert answer.headers["Location"].endswith("#m-3")
        assert 3 in positions(app.get(answer.headers["Location"], headers=asked))
        gone = app.get(fil(circle, "/71"), headers=asked)
        assert gone.status_code == 404

    def test_words_and_kinds(self, app: Any, thread: Circle) -> None:
        asked = headers(thread, "reader")
        assert len(entries(app.get(fil(thread, "?q=diagnostics+zeta"), headers=asked))) == 4
        assert len(entries(app.get(fil(thread, "?genre=question"), headers=asked))) == 1
        assert not entries(app.get(fil(thread, "?q=introuvable"), headers=asked))
        # What cannot be read asks for nothing.
        assert len(entries(app.get(fil(thread, "?avant=x&genre=y&ordre=z"), headers=asked))) == 4

    def test_what_is_new_since_the_last_visit(self, app: Any, thread: Circle) -> None:
        asked = headers(thread, "reader")
        first = app.get(fil(thread), headers=asked).body
        assert "4 nouveaux depuis" in first.replace("\xa0", " ") or "4 new since" in first
        assert 'id="nouveaux"' not in first
        say(thread, "member", "Et encore ceci")
        second = app.get(fil(thread), headers=asked)
        shown = BeautifulSoup(second.body, "html.parser")
        assert len(shown.select(".territoires-entry--unread")) == 1
        assert 'id="nouveaux"' in second.body
        assert "territoires-entry--unread" not in app.get(fil(thread), headers=asked).body

    def test_a_fixed_number_of_queries(self, app: Any, circle: Circle) -> None:
        asked = headers(circle, "reader")
        counts: list[int] = []
        for batch in (3, 30):
            for number in range(batch):
                say(circle, "member", f"Message {number} /territoire/commune/44109/nantes")
            app.get(fil(circle), headers=asked)
            with counted_queries() as found:
                app.get(fil(circle), headers=asked)
            counts.append(len(found))
        assert counts[0] == counts[1]


class TestRemoving:
    def test_text_is_nowhere_left(self, app: Any, thread: Circle) -> None:
        message = model.Session.query(Message).filter_by(kind="message").one()
        thread.call("member", "territoires_message_update", id=message.id, text="Secret omega")
        answer = send(app, thread, "member", f"/projet/fil/{message.id}/retirer", {})
        assert answer.status_code == 302
        for role in ("member", "lead", "sysadmin"):
            asked = headers(thread, role)
            for path in (
                fil(thread),
                fil(thread, ".md"),
                f"/dataset/activity/{thread.project['id']}",
                f"/user/activity/{thread.people['member'].name}",
                f"/projet/fil/{message.id}/versions",
            ):
                found = app.get(path, headers=asked).data.decode()
                assert "Secret omega" not in found, path
                assert f"{SAID}, message" not in found, path

    def test_hidden_shows_to_those_who_moderate(self, app: Any, thread: Circle) -> None:
        message = model.Session.query(Message).filter_by(kind="decision").one()
        send(app, thread, "lead", f"/projet/fil/{message.id}/masquer", {"reason": "Hors sujet"})
        said = f"{SAID}, decision"
        assert said in app.get(fil(thread), headers=headers(thread, "lead")).body
        page = app.get(fil(thread), headers=headers(thread, "reader")).body
        assert said not in page
        assert "Hors sujet" in page

    def test_erasing_activities_loses_no_message(self, app: Any, thread: Circle) -> None:
        call_action("activity_delete_all", {"user": thread.people["sysadmin"].name})
        assert len(entries(app.get(fil(thread), headers=headers(thread, "reader")))) == 4


class TestFiles:
    def attach(self, app: Any, circle: Circle, name: str, content: bytes) -> Any:
        data = {"kind": "message", "text": "Voir la pièce", "upload": (io.BytesIO(content), name)}
        return send(app, circle, "member", fil(circle), data)

    def address(self, app: Any, circle: Circle, role: str = "member") -> str:
        page = app.get(fil(circle), headers=headers(circle, role))
        link = BeautifulSoup(page.body, "html.parser").select_one("a[href*='/file/download/']")
        assert link
        return str(link["href"])

    @pytest.mark.parametrize(
        "name", ["page.html", "image.svg", "script.js", "rapport.pdf", "photo.png"]
    )
    def test_is_given_to_be_saved(self, app: Any, circle: Circle, name: str) -> None:
        self.attach(app, circle, name, b"<script>alert(1)</script>")
        answer = app.get(self.address(app, circle), headers=headers(circle, "reader"))
        assert answer.data == b"<script>alert(1)</script>"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(
        ("name", "saved"), [("page.html", True), ("a.svg", True), ("a.csv", False)]
    )
    def test_those_of_the_sheet_run_nothing(
        self, app: Any, circle: Circle, name: str, saved: bool
    ) -> None:
        upload = FileStorage(io.BytesIO(b"<script>alert(1)</script>"), name)
        made = circle.call(
            "member", "resource_create", package_id=circle.project["id"], url=name, upload=upload
        )
        path = f"/dataset/{circle.project['id']}/resource/{made['id']}/download/{name}"
        answer = app.get(path, headers=headers(circle, "reader"))
        given = answer.headers.get("Content-Disposition", "")
        assert given.startswith("attachment") == saved
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_is_for_those_who_read_the_project(self, app: Any, circle: Circle) -> None:
        self.attach(app, circle, "note.txt", b"zeta")
        address = self.address(app, circle)
        for role in ROLES:
            answer = app.get(address, headers=headers(circle, role))
            assert (answer.status_code == 200) == (role in INSIDE), role

    def test_goes_with_its_message(self, app: Any, circle: Circle) -> None:
        self.attach(app, circle, "note.txt", b"zeta")
        address = self.address(app, circle)
        message = model.Session.query(Message).filter_by(kind="message").one()
        circle.call("lead", "territoires_message_hide", id=message.id, reason="Non")
        answer = app.get(address, headers=headers(circle, "reader"))
        assert answer.status_code == 404
        assert app.get(address, headers=headers(circle, "lead")).status_code == 200
        circle.call("lead", "territoires_message_restore", id=message.id)
        circle.call("member", "territoires_message_remove", id=message.id)
        for role in ("lead", "sysadmin"):
            gone = app.get(address, headers=headers(circle, role))
            assert gone.status_code == 404

    def test_an_empty_one_is_refused_and_the_text_stays(self, app: Any, circle: Circle) -> None:
        answer = self.attach(app, circle, "vide.txt", b"")
        assert answer.status_code == 200
        assert "Voir la pièce" in answer.text
        assert model.Session.query(Message).filter_by(kind="message").count() == 0


class TestCards:
    def test_what_the_reader_may_see(self, app: Any, circle: Circle) -> None:
        public = factories.Dataset(
            title="Données ouvertes zêta", access_level="public", owner_org=circle.service["id"]
        )
        private = factories.Dataset(
            title="Données closes zêta",
            access_level="service",
            access_reason="internal",
            owner_org=circle.service["id"],
        )
        site = tk.config["ckan.site_url"]
        say(
            circle,
            "member",
            f"Voir {site}/dataset/{public['name']} et /dataset/{private['name']},"
            f" puis /territoire/commune/44109/nantes et http://ailleurs.test/dataset/x",
        )
        for role, sees in (("reader", False), ("sysadmin", True)):
            page = app.get(fil(circle), headers=headers(circle, role))
            shown = BeautifulSoup(page.body, "html.parser").select(".territoires-card")
            cards = [card.text for card in shown]
            assert any("Données ouvertes zêta" in card for card in cards)
            assert any("Nantes" in card for card in cards)
            assert any("Données closes zêta" in card for card in cards) == sees
            assert len(cards) == (3 if sees else 2)


class TestArchives:
    def test_hold_the_same_entries(self, app: Any, thread: Circle) -> None:
        say(thread, "member", "=1+1")
        asked = headers(thread, "reader")
        rows = list(
            csv.reader(
                io.StringIO(app.get(fil(thread, ".csv"), headers=asked).data.decode("utf-8-sig")),
                delimiter=";",
            )
        )
        assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4", "5"]
        assert rows[5][4] == "'=1+1"
        text = app.get(fil(thread, ".md"), headers=asked).data.decode()
        pages = PdfReader(io.BytesIO(app.get(fil(thread, ".pdf"), headers=asked).data)).pages
        printed = " ".join("".join(page.extract_text() for page in pages).split())
        for kind in ("message", "question", "decision", "task"):
            assert f"{SAID}, {kind}" in text
            assert f"{SAID}, {kind}" in printed


# What browsers run, in pieces that a text may hold in any order.
PIECES = st.sampled_from(
    ["<script>", "</script>", "alert(1)", "<img src=x onerror=alert(1)>", "[a](", "javascript:",
     "data:text/html,", ")", "![", "](", "<svg/onload=alert(1)>", "`", "```\n", "> ", "&#106;",
     "<a href=", '"', "'", "@member", "tag:x", "\n", "http://a.test/", "<iframe>", "<!--", "-->",
     "style=", "\x00", "é"]
)  # fmt: skip


@pytest.mark.usefixtures("with_request_context")
class TestMarkup:
    @settings(
        max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(st.lists(PIECES | st.text(max_size=8), max_size=14).map("".join))
    def test_no_script_runs(self, text: str) -> None:
        named = [{"name": "member", "title": "<b>Léa</b> [x](javascript:alert(1))"}]
        soup = BeautifulSoup(str(thread_words.html(text, named)), "html.parser")
        assert not soup.find(["script", "iframe", "svg", "object", "style", "form", "base"])
        for tag in soup.find_all(True):
            for name, value in tag.attrs.items():
                assert not name.lower().startswith("on"), tag
                assert name.lower() != "style"
                plain = re.sub(r"[\s\x00-\x20]", "", str(value)).lower()
                if name in ("href", "src"):
                    assert not plain.startswith(("javascript:", "data:", "vbscript:")), tag
