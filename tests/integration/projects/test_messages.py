"""The actions of a thread: who may read and write, what is refused and why, moderation."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from tests.integration.projects.conftest import Circle

READERS = {"lead", "member", "reader", "sysadmin"}
WRITERS = {"lead", "member", "sysadmin"}
ALL = (
    "anonymous",
    "agent",
    "other_member",
    "service_member",
    "reader",
    "member",
    "lead",
    "sysadmin",
)


def say(circle: Circle, role: str = "member", text: str = "Bonjour", **data: Any) -> dict[str, Any]:
    return circle.call(
        role, "territoires_message_create", project_id=circle.project["id"], text=text, **data
    )


def listed(circle: Circle, role: str = "reader", **data: Any) -> dict[str, Any]:
    return circle.call(role, "territoires_message_list", project_id=circle.project["id"], **data)


@pytest.mark.parametrize("role", ALL)
def test_the_community_alone_reads_its_thread(circle: Circle, role: str) -> None:
    message = say(circle)
    reads = role in READERS
    project = circle.project["id"]
    assert circle.may(role, "territoires_message_list", project_id=project) is reads
    assert circle.may(role, "territoires_message_show", id=message["id"]) is reads
    assert circle.may(role, "territoires_message_list", project_id=project, q="bonjour") is reads


@pytest.mark.parametrize("role", ALL)
def test_leads_and_members_write(circle: Circle, role: str) -> None:
    project = circle.project["id"]
    written = circle.may(role, "territoires_message_create", project_id=project, text="Oui")
    assert written is (role in WRITERS)
    assert len(listed(circle)["messages"]) == written


@pytest.mark.parametrize("role", ALL)
def test_only_its_author_changes_a_text(circle: Circle, role: str) -> None:
    message = say(circle, "member", "avant")
    changed = circle.may(role, "territoires_message_update", id=message["id"], text="après")
    assert changed is (role == "member")
    shown = circle.call("reader", "territoires_message_show", id=message["id"])
    assert shown["text"] == ("après" if changed else "avant")
    assert [one["text"] for one in shown["former"]] == (["avant"] if changed else [])


@pytest.mark.parametrize("role", ALL)
def test_its_author_or_a_sysadmin_takes_a_message_back(circle: Circle, role: str) -> None:
    message = say(circle, "member", "à oublier")
    removed = circle.may(role, "territoires_message_remove", id=message["id"])
    assert removed is (role in {"member", "sysadmin"})
    (shown,) = listed(circle)["messages"]
    assert shown["state"] == ("removed" if removed else "visible")
    assert shown["text"] == ("" if removed else "à oublier")


@pytest.mark.parametrize("role", ALL)
def test_who_moderates_hides_and_sees_what_is_hidden(circle: Circle, role: str) -> None:
    message = say(circle, "member", "hors sujet")
    hidden = circle.may(role, "territoires_message_hide", id=message["id"], reason="Hors sujet")
    moderates = role in {"lead", "sysadmin"}
    assert hidden is moderates
    if not hidden:
        circle.call("lead", "territoires_message_hide", id=message["id"], reason="Hors sujet")
    assert listed(circle, q="sujet")["messages"] == []
    if role in READERS:
        shown = circle.call(role, "territoires_message_show", id=message["id"])
        assert shown["text"] == ("hors sujet" if moderates else "")
        assert shown["hidden_reason"] == "Hors sujet"
    restored = circle.call("lead", "territoires_message_restore", id=message["id"])
    assert restored["text"] == "hors sujet"
    assert len(listed(circle, q="sujet")["messages"]) == 1


def test_a_locked_thread_takes_the_words_of_its_leads_alone(circle: Circle) -> None:
    project = circle.project["id"]
    assert not circle.may("member", "territoires_thread_lock", project_id=project)
    circle.call("lead", "territoires_thread_lock", project_id=project)
    assert listed(circle, "member")["may_write"] is False
    assert not circle.may("member", "territoires_message_create", project_id=project, text="encore")
    assert circle.may("lead", "territoires_message_create", project_id=project, text="clos")
    circle.call("lead", "territoires_thread_lock", project_id=project, locked=False)
    assert circle.may("member", "territoires_message_create", project_id=project, text="encore")
    kinds = [one["kind"] for one in listed(circle)["messages"]]
    assert kinds == ["moderation", "message", "moderation", "message"]


def test_a_report_waits_for_who_moderates(circle: Circle) -> None:
    message = say(circle, "member", "téléphone personnel")
    project = circle.project["id"]
    circle.call("reader", "territoires_message_report", id=message["id"], reason="Vie privée")
    circle.call("reader", "territoires_message_report", id=message["id"], reason="Vie privée !")
    assert not circle.may("member", "territoires_report_list", project_id=project)
    assert not circle.may("lead", "territoires_report_list")
    (seen,) = circle.call("sysadmin", "territoires_report_list")
    (report,) = circle.call("lead", "territoires_report_list", project_id=project)
    assert seen["id"] == report["id"]
    assert report["reason"] == "Vie privée !"
    assert not circle.may("member", "territoires_report_handle", id=report["id"], outcome="hidden")
    circle.call("lead", "territoires_report_handle", id=report["id"], outcome="hidden")
    assert listed(circle)["messages"][0]["state"] == "hidden"
    assert circle.call("lead", "territoires_report_list", project_id=project) == []
    (handled,) = circle.call("lead", "territoires_report_list", project_id=project, handled=True)
    assert handled["outcome"] == "hidden"


def test_a_question_is_answered_and_a_task_is_done(circle: Circle) -> None:
    question = say(circle, "member", "Qui instruit ?", kind="question")
    answer = say(circle, "lead", "La DDTM", reply_to_id=question["id"])
    assert answer["reply_to"]["excerpt"] == "Qui instruit ?"
    closed = circle.call(
        "member", "territoires_message_update", id=question["id"], answer_id=answer["id"]
    )
    assert closed["closed"]
    assert closed["answer_id"] == answer["id"]
    opened = circle.call("member", "territoires_message_update", id=question["id"], closed=False)
    assert (opened["closed"], opened["answer_id"]) == (None, None)
    reader = circle.people["reader"]
    task = say(circle, "lead", "Relire", kind="task", assignee=reader.name, due="2026-12-01")
    assert (task["assignee"]["id"], task["due"]) == (reader.id, "2026-12-01")
    done = circle.call("member", "territoires_message_update", id=task["id"], closed=True)
    assert done["closed"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "x", "kind": "sheet"}, "kind"),
        ({"text": "x", "reply_to_id": "ailleurs"}, "reply_to_id"),
        ({"text": "x", "kind": "task", "assignee": "personne"}, "assignee"),
        ({"text": "x", "kind": "task", "due": "demain"}, "due"),
        ({"text": "x", "files": ["inconnu"]}, "files"),
        ({"text": "x", "colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named(circle: Circle, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        say(circle, "member", **wrong)
    assert list(refused.value.error_dict) == [field]
    model.Session.rollback()
    assert listed(circle)["messages"] == []


def test_a_dataset_has_no_thread(circle: Circle) -> None:
    dataset = factories.Dataset(owner_org=circle.service["id"])
    with pytest.raises(tk.ObjectNotFound):
        circle.call("lead", "territoires_message_list", project_id=dataset["id"])


def test_a_person_who_may_not_read_is_not_charged_of_a_task(circle: Circle) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        say(circle, "lead", kind="task", assignee=circle.people["agent"].name)
    assert "assignee" in refused.value.error_dict


def test_pages_of_the_thread_and_the_last_visit(circle: Circle) -> None:
    for number in range(5):
        say(circle, "member", f"n° {number}")
    first = listed(circle, limit=2)
    assert [one["position"] for one in first["messages"]] == [1, 2]
    assert first["last_position"] == 5
    rest = listed(circle, after=2, limit=10)
    assert [one["position"] for one in rest["messages"]] == [3, 4, 5]
    assert listed(circle, "member")["last_visit"] == 5
    assert listed(circle, "reader")["last_visit"] == 0
