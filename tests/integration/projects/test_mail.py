"""Mail of what people follow: for whom, what it says, once, through a real mail server."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import mail_choices, mailing
from ckanext.territoires.bridge.mail_choices import Stop
from ckanext.territoires.model import Delivery, Follow, MailChoice, Notice
from ckanext.territoires.model.moment import NOW, utc_now
from tests.integration.projects.conftest import LEVELS, Circle, admit, person
from tests.integration.projects.post_office import PostOffice, html_of, opened, text_of
from tests.integration.projects.visitors import browser, headers, send

SAID = "Le diagnostic zêta est rendu"
ROLES = ("agent", "other_member", "service_member", "reader", "member", "sysadmin")
#: A Wednesday, at noon in Paris.
NOON = datetime(2035, 11, 21, 11, 0, tzinfo=UTC)


@pytest.fixture
def office(ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    with opened() as found:
        monkeypatch.setitem(ckan_config, "smtp.server", f"127.0.0.1:{found.port}")
        monkeypatch.setitem(ckan_config, "smtp.mail_from", "portail@example.org")
        yield found


def say(circle: Circle, text: str = SAID, author: str = "lead", **more: Any) -> dict[str, Any]:
    return circle.call(
        author,
        "territoires_message_create",
        project_id=circle.project["id"],
        text=text,
        **more,
    )


def follow(circle: Circle, role: str, **data: Any) -> None:
    asked = {"kind": "project", "id": circle.project["id"]} | data
    circle.call(role, "territoires_follow", **asked)


def date_notices(moment: datetime) -> None:
    """Have all that is told be of this moment."""
    created = moment.astimezone(UTC).replace(tzinfo=None)
    model.Session.execute(sa.update(Notice).values(created=created))
    model.Session.commit()


def morning(moment: datetime = NOON) -> mailing.Counts:
    """Send the digests of a day, of what came the day before."""
    date_notices(moment - timedelta(days=1))
    return mailing.digests(moment)


def address(circle: Circle, role: str) -> str:
    return circle.people[role].email or ""


def test_at_once(circle: Circle, office: PostOffice) -> None:
    circle.set_level("agents")
    name = circle.people["agent"].name
    message = say(circle, f"@{name} {SAID}")
    say(circle, "Je réponds", "member", reply_to_id=message["id"])
    say(circle, "À faire", kind="task", assignee=circle.people["reader"].name, due="2035-12-01")
    mailing.at_once()
    (mail,) = office.to(address(circle, "agent"))
    assert circle.project["title"] in str(mail["Subject"])
    assert SAID in text_of(mail)
    assert SAID in html_of(mail)
    assert f"/projet/{circle.project['name']}/fil/" in text_of(mail)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(office.to(address(circle, "lead"))) == 1
    assert len(office.to(address(circle, "reader"))) == 1
    mailing.at_once()
    assert len(office.mails) == 3
    # What was mailed is in no digest.
    assert morning()["sent"] == 0


def test_a_message_queues_its_mail(circle: Circle, office: PostOffice) -> None:
    circle.set_level("agents")
    before = len(tk.get_action("job_list")({"ignore_auth": True}, {}))
    say(circle, f"@{circle.people['agent'].name} {SAID}")
    titles = [one["title"] for one in tk.get_action("job_list")({"ignore_auth": True}, {})]
    assert len(titles) == before + 1
    assert titles[-1] == "Mail what is told at once"
    say(circle)
    assert len(tk.get_action("job_list")({"ignore_auth": True}, {})) == before + 1


def test_what_was_read_on_the_site_is_not_mailed(circle: Circle, office: PostOffice) -> None:
    circle.set_level("agents")
    say(circle, f"@{circle.people['agent'].name} {SAID}")
    model.Session.execute(sa.update(Notice).values(seen=NOW))
    model.Session.commit()
    mailing.at_once()
    morning()
    assert office.mails == []


def test_a_digest(circle: Circle, office: PostOffice) -> None:
    follow(circle, "reader")
    for number in range(12):
        say(circle, f"{SAID}, {number}")
    assert morning()["sent"] == 1
    (mail,) = office.mails
    assert address(circle, "reader") in str(mail["To"])
    text, html = text_of(mail), html_of(mail)
    assert f"{SAID}, 0" in text
    assert f"{SAID}, 9" in html
    assert f"{SAID}, 10" not in text
    assert text.count(circle.project["title"].upper()) == 1
    assert "<script" not in html
    # Nothing is left to tell, at any time.
    assert morning(NOON + timedelta(days=1))["sent"] == 0
    assert model.Session.query(Delivery).count() == 1


def test_it_tells_what_came_before_its_hour(circle: Circle, office: PostOffice) -> None:
    follow(circle, "reader")
    say(circle)
    date_notices(NOON)
    assert mailing.digests(NOON + timedelta(hours=1))["sent"] == 0
    assert mailing.digests(NOON + timedelta(days=1))["sent"] == 1


def test_nobody_is_told_of_what_they_may_not_see(circle: Circle, office: PostOffice) -> None:
    for level in LEVELS:
        office.mails.clear()
        model.Session.execute(sa.delete(Notice))
        model.Session.execute(sa.delete(Delivery))
        model.Session.commit()
        # All follow and are named while they may; then the level changes.
        circle.set_level("agents")
        for role in ROLES:
            follow(circle, role)
        names = " ".join(f"@{circle.people[role].name}" for role in ROLES)
        say(circle, f"{names} {SAID}")
        say(circle, f"Autrement dit, {SAID}")
        circle.set_level(level)
        mailing.at_once()
        morning()
        for role in ROLES:
            reads = circle.may(role, "package_show", id=circle.project["id"])
            mails = office.to(address(circle, role))
            assert bool(mails) == reads, (level, role)


def test_who_has_left_is_told_no_more(circle: Circle, office: PostOffice) -> None:
    follow(circle, "reader")
    say(circle, f"@{circle.people['reader'].name} {SAID}")
    circle.call("reader", "territoires_project_leave", id=circle.project["id"])
    mailing.at_once()
    morning()
    assert office.to(address(circle, "reader")) == []


def test_a_removed_message_is_not_mailed(circle: Circle, office: PostOffice) -> None:
    follow(circle, "reader")
    kept = say(circle, SAID)
    say(circle, "Le reste")
    circle.call("lead", "territoires_message_remove", id=kept["id"])
    morning()
    (mail,) = office.mails
    assert SAID not in text_of(mail)


def test_one_address_that_fails_stops_no_other(circle: Circle, office: PostOffice) -> None:
    follow(circle, "reader")
    follow(circle, "member")
    say(circle)
    office.refused = {address(circle, "reader")}
    counts = morning()
    assert counts == {"sent": 1, "failed": 1}
    assert "550" in mail_choices.last_failure(circle.people["reader"].id)
    # Not at once again; later, and then once.
    office.refused = set()
    assert mailing.digests(NOON)["sent"] == 0
    earlier = Delivery.created - sa.literal_column("interval '20 minutes'")
    model.Session.execute(sa.update(Delivery).values(created=earlier))
    model.Session.commit()
    assert mailing.digests(NOON)["sent"] == 1
    assert mailing.digests(NOON)["sent"] == 0
    assert len(office.to(address(circle, "reader"))) == 1
    assert mail_choices.last_failure(circle.people["reader"].id) == ""


def test_after_its_attempts_it_waits_for_the_next_digest(
    circle: Circle, office: PostOffice
) -> None:
    follow(circle, "reader")
    say(circle)
    office.refused = {address(circle, "reader")}
    morning()
    long_ago = utc_now() - timedelta(days=2)
    for _again in range(mailing.MOST_ATTEMPTS + 2):
        model.Session.execute(sa.update(Delivery).values(created=long_ago))
        model.Session.commit()
        failed = mailing.digests(NOON)["failed"]
    assert failed == 0
    office.refused = set()
    assert mailing.digests(NOON + timedelta(days=1))["sent"] == 1


def test_a_server_that_is_down_costs_no_attempt(
    circle: Circle, office: PostOffice, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(circle, "reader")
    say(circle, f"@{circle.people['member'].name} {SAID}")
    with monkeypatch.context() as away:
        away.setitem(ckan_config, "smtp.server", "127.0.0.1:9")
        with pytest.raises(mailing.Unreachable):
            mailing.at_once()
        with pytest.raises(mailing.Unreachable):
            morning()
    assert model.Session.query(Delivery).count() == 0
    assert mailing.digests(NOON)["sent"] == 2


def test_rhythm_hour_and_language(circle: Circle, office: PostOffice) -> None:
    for role in ("reader", "member", "sysadmin"):
        follow(circle, role)
    circle.call("reader", "territoires_mail_choice_save", rhythm="none")
    circle.call("member", "territoires_mail_choice_save", rhythm="weekly")
    circle.call("sysadmin", "territoires_mail_choice_save", hour=18, language="en")
    say(circle)
    # On Wednesday, the weekly digest is of Monday: nothing had come.
    assert morning()["sent"] == 0
    assert mailing.digests(NOON + timedelta(hours=6))["sent"] == 1
    (english,) = office.mails
    assert address(circle, "sysadmin") in str(english["To"])
    assert "Why do I receive this?" in text_of(english)
    monday = NOON + timedelta(days=5)
    assert mailing.digests(monday)["sent"] == 1
    assert "Pourquoi" in text_of(office.to(address(circle, "member"))[0])
    assert office.to(address(circle, "reader")) == []


def test_no_mention_at_once_for_who_wants_none(circle: Circle, office: PostOffice) -> None:
    circle.call("reader", "territoires_mail_choice_save", mentions=False)
    say(circle, f"@{circle.people['reader'].name} {SAID}")
    assert mailing.at_once()["sent"] == 0
    assert morning()["sent"] == 1


def test_two_runs_at_once(circle: Circle, office: PostOffice) -> None:
    others = [person() for _number in range(6)]
    for user in others:
        admit_reader(circle, user)
    say(circle)
    date_notices(NOON - timedelta(days=1))
    office.slowness = 0.2
    runs = [command(office) for _number in range(2)]
    assert {run.wait(120) for run in runs} == {0}
    for user in others:
        assert len(office.to(user.email or "")) == 1


def test_a_run_that_is_killed(circle: Circle, office: PostOffice) -> None:
    others = [person() for _number in range(8)]
    for user in others:
        admit_reader(circle, user)
    say(circle)
    date_notices(NOON - timedelta(days=1))
    office.slowness = 0.4
    run = command(office)
    deadline = time.monotonic() + 120
    while len(office.mails) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait(20)
    office.slowness = 0
    assert command(office).wait(120) == 0
    told = [len(office.to(user.email or "")) for user in others]
    # The one that was leaving may have left: it is not sent twice.
    assert set(told) <= {0, 1}
    assert told.count(0) <= 1
    if 0 in told:
        assert mailing.digests(NOON + timedelta(days=1))["sent"] == 1


def admit_reader(circle: Circle, user: model.User) -> None:
    from ckanext.territoires.discussion.message import Role

    admit(circle.project["id"], user, Role.READER)
    context: Any = {"user": user.name, "ignore_auth": False, "auth_user_obj": user}
    tk.get_action("territoires_follow")(context, {"kind": "project", "id": circle.project["id"]})


def command(office: PostOffice, *more: str) -> subprocess.Popen[bytes]:
    """Run `ckan territoires mail` beside this process."""
    environment = os.environ | {
        "CKAN_SMTP_SERVER": f"127.0.0.1:{office.port}",
        "CKAN_SMTP_MAIL_FROM": "portail@example.org",
    }
    local = NOON.astimezone(tk.h.get_display_timezone())
    at = ["--at", f"{local:%Y-%m-%dT%H:%M}"]
    return subprocess.Popen(
        [
            Path(sys.executable).parent / "ckan",
            *("-c", tk.config["__file__"], "territoires", "mail", *at, *more),
        ],
        env=environment,
        start_new_session=True,
    )


def test_stop_by_the_link(app: Any, circle: Circle, office: PostOffice) -> None:
    follow(circle, "reader")
    say(circle)
    morning()
    (mail,) = office.mails
    given = str(mail["List-Unsubscribe"]).strip("<>")
    path = given[given.index("/mon-fil/") :]
    page = app.get(path)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    user_id = circle.people["reader"].id
    # Programs that check links open them: nothing has changed.
    assert mail_choices.chosen(user_id).rhythm == "daily"
    done = app.post(path, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert mail_choices.chosen(user_id).rhythm == "none"
    app.post(path, data={"deed": "undo", "rhythm": "weekly"})
    assert mail_choices.chosen(user_id).rhythm == "weekly"
    # The project's own link.
    (stop,) = set(re.findall(r"/mon-fil/arret/[\w.-]+", html_of(mail))) - {path}
    app.post(stop, data={})
    found = model.Session.get(Follow, (user_id, "project", circle.project["id"]))
    assert found
    assert found.level == "none"
    assert app.get(f"{path}x").status_code == 404
    assert app.post("/mon-fil/arret/rien", data={}).status_code == 404


def test_a_stop_link_names_nothing_that_is_lost(app: Any, circle: Circle) -> None:
    circle.set_level("agents")
    follow(circle, "agent")
    asked = Stop(circle.people["agent"].id, "follow", "project", circle.project["id"])
    with app.flask_app.test_request_context():
        link = mail_choices.stop_link(asked)
    path = link[link.index("/mon-fil/") :]
    assert circle.project["title"] in app.get(path).text
    circle.set_level("community")
    assert circle.project["title"] not in app.get(path).text


def test_the_page_of_choices(app: Any, circle: Circle, office: PostOffice) -> None:
    path = "/mon-fil/courriels"
    assert app.get(path).status_code in (401, 403)
    answer = send(app, circle, "reader", path, {"rhythm": "weekly", "hour": "9", "language": "fr"})
    assert answer.status_code == 302
    choice = mail_choices.chosen(circle.people["reader"].id)
    assert (choice.rhythm, choice.hour, choice.mentions) == ("weekly", 9, False)
    wrong = send(app, circle, "reader", path, {"rhythm": "hourly", "hour": "31"})
    assert wrong.status_code == 200
    assert 'role="alert"' in wrong.text
    page = app.get(path, headers=headers(circle, "reader"))
    assert address(circle, "reader") in page.text
    forged = browser(app, circle, "reader").post(path, data={"rhythm": "none", "_csrf_token": "x"})
    assert forged.status_code == 400
    assert mail_choices.chosen(circle.people["reader"].id).rhythm == "weekly"


def test_a_closed_account_is_told_nothing(circle: Circle, office: PostOffice) -> None:
    follow(circle, "reader")
    say(circle, f"@{circle.people['reader'].name} {SAID}")
    circle.call("reader", "territoires_mail_choice_save", rhythm="weekly")
    circle.call("sysadmin", "user_delete", id=circle.people["reader"].id)
    mailing.at_once()
    morning()
    assert office.mails == []
    assert model.Session.query(MailChoice).count() == 0


def test_a_dry_run_sends_nothing(circle: Circle, office: PostOffice) -> None:
    follow(circle, "reader")
    say(circle)
    date_notices(NOON - timedelta(days=1))
    assert command(office, "--dry-run").wait(120) == 0
    assert office.mails == []
    assert [(user.name, count) for user, count in mailing.waiting(NOON)] == [
        (circle.people["reader"].name, 1)
    ]


def test_a_title_adds_no_header(circle: Circle, office: PostOffice) -> None:
    circle.call(
        "sysadmin", "package_patch", id=circle.project["id"], title="Friche\nBcc: x@example.org"
    )
    follow(circle, "reader")
    say(circle)
    morning()
    (mail,) = office.mails
    assert mail["Bcc"] is None
