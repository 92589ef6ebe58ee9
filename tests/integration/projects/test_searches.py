"""A search that is followed: who is told of what it finds, and its feed."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.lib import jobs
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import feed_tokens, mail_choices, notice_reading
from ckanext.territoires.bridge.mail_choices import Stop
from ckanext.territoires.model import Notice
from tests.helpers.queries import counted_queries
from tests.integration.projects.conftest import LEVELS, Circle
from tests.integration.projects.visitors import headers, send

ATOM = "{http://www.w3.org/2005/Atom}"
METROPOLE = "fr:epci:244400404"
NANTES, LAVAL = "fr:commune:44109", "fr:commune:53130"
ROLES = ("agent", "other_member", "service_member", "reader", "member", "sysadmin")
WATER = "/dataset/?q=inondation"


@pytest.fixture(autouse=True)
def empty_queue(circle: Circle) -> None:
    work()


def work() -> None:
    """Run the jobs that are waiting, as the worker does."""
    jobs.Worker().work(burst=True, with_scheduler=False)
    model.Session.remove()


def follow(circle: Circle, role: str, address: str, **more: Any) -> dict[str, Any]:
    return circle.call(role, "territoires_follow", kind="search", id=address, **more)


def publish(circle: Circle, title: str, level: str = "public", **more: Any) -> dict[str, Any]:
    values = {
        "name": f"data-{model.Session.query(model.Package).count()}",
        "title": title,
        "notes": "Notes",
        "owner_org": circle.service["id"],
        "territory": [NANTES],
        "access_level": level,
        "access_reason": "internal",
        "theme": ["ENVI"],
        "license_id": "lov2",
    }
    return circle.call("service_admin", "package_create", **values | more)


def told(circle: Circle, role: str) -> list[tuple[str, str]]:
    """Reason and subject of what a person is told, and may see, the latest first."""
    user = model.User.get(circle.people[role].name)
    assert user
    return [(one.notice.reason, one.notice.subject) for one in notice_reading.told(user)]


@pytest.fixture
def circle(circle: Circle) -> Circle:
    """With one who publishes in the lead service."""
    circle.people["service_admin"] = circle.people["service_member"]
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": circle.people["sysadmin"].name},
        {
            "id": circle.service["id"],
            "username": circle.people["service_admin"].name,
            "role": "editor",
        },
    )
    return circle


class TestNotices:
    def test_what_it_finds_is_told_once(self, circle: Circle) -> None:
        follow(circle, "agent", WATER)
        follow(circle, "reader", "/dataset/?q=forêt")
        publish(circle, "Zones d'inondation")
        work()
        assert told(circle, "agent") == [("search", "created")]
        assert told(circle, "reader") == []
        work()
        assert len(told(circle, "agent")) == 1

    def test_not_the_author(self, circle: Circle) -> None:
        follow(circle, "service_admin", WATER)
        publish(circle, "Zones d'inondation")
        work()
        assert told(circle, "service_admin") == []

    def test_a_change_once_a_day(self, circle: Circle) -> None:
        data = publish(circle, "Zones d'inondation")
        work()
        follow(circle, "agent", WATER)
        for notes in ("Une", "Deux"):
            circle.call("service_admin", "package_patch", id=data["id"], notes=notes)
            work()
        assert told(circle, "agent") == [("search", "changed")]

    def test_one_notice_for_several_reasons(self, circle: Circle) -> None:
        follow(circle, "agent", WATER)
        circle.call("agent", "territoires_follow", kind="territory", id=NANTES)
        publish(circle, "Zones d'inondation")
        work()
        assert told(circle, "agent") == [("territory", "created")]

    def test_a_draft_is_new_when_it_is_published(self, circle: Circle) -> None:
        follow(circle, "agent", WATER)
        circle.call("agent", "territoires_follow", kind="service", id=circle.service["id"])
        follow(circle, "reader", WATER)
        data = publish(circle, "Zones d'inondation", state="draft")
        work()
        assert told(circle, "agent") == told(circle, "reader") == []
        circle.call("service_admin", "package_patch", id=data["id"], state="active")
        work()
        assert told(circle, "agent") == [("service", "created")]
        assert told(circle, "reader") == [("search", "created")]

    @pytest.mark.parametrize("level", ["public", "agents", "service"])
    def test_for_those_who_may_see_it(self, circle: Circle, level: str) -> None:
        for role in ROLES:
            follow(circle, role, WATER)
        data = publish(circle, "Zones d'inondation", level)
        work()
        for role in ROLES:
            if role == "service_member":
                continue  # The author.
            reads = circle.may(role, "package_show", id=data["id"])
            assert bool(told(circle, role)) == reads, role

    @pytest.mark.parametrize("level", LEVELS)
    def test_projects(self, circle: Circle, level: str) -> None:
        for role in ("agent", "other_member"):
            follow(circle, role, f"/projet?ext_territory={METROPOLE}&ext_scope=within")
        project = circle.call(
            "service_admin",
            "package_create",
            type="project",
            name="gare",
            title="La gare",
            owner_org=circle.service["id"],
            territory=[NANTES],
            access_level=level,
            access_reason="internal",
        )
        publish(circle, "Zones d'inondation")
        work()
        for role in ("agent", "other_member"):
            reads = circle.may(role, "package_show", id=project["id"])
            assert told(circle, role) == ([("search", "created")] if reads else [])

    def test_filters_and_places(self, circle: Circle) -> None:
        follow(circle, "agent", f"/dataset/?vocab_theme=ENVI&ext_territory={NANTES}")
        follow(circle, "reader", f"/dataset/?vocab_theme=ENVI&ext_territory={LAVAL}")
        follow(circle, "member", "/dataset/?vocab_theme=AGRI")
        publish(circle, "Zones")
        work()
        assert told(circle, "agent") == [("search", "created")]
        assert told(circle, "reader") == told(circle, "member") == []

    def test_a_territory_of_ones_own(self, circle: Circle) -> None:
        """A private territory finds for its author, whom nobody has signed in to a job."""
        own = circle.call(
            "agent",
            "territoires_custom_territory_create",
            name="Ma vallée",
            communes=[NANTES],
        )
        address = f"/dataset/?ext_territory={own['id']}"
        follow(circle, "agent", address)
        publish(circle, "Zones")
        work()
        assert told(circle, "agent") == [("search", "created")]

    def test_nothing_when_nobody_follows(self, circle: Circle) -> None:
        publish(circle, "Zones d'inondation")
        assert not [job for job in jobs.get_queue().jobs if "search" in str(job.func_name)]


class TestFollowing:
    def test_one_search_whatever_its_order(self, circle: Circle) -> None:
        one = follow(circle, "agent", "/dataset/?q=eau&organization=ddtm&page=3&sort=title_string")
        same = follow(circle, "agent", "https://ailleurs.fr/en/dataset?organization=ddtm&q=eau")
        assert one["id"] == same["id"]
        (kept,) = circle.call("agent", "territoires_follow_list")
        # Named in the language of who follows: here, of nobody's page.
        assert (kept["kind"], kept["title"]) == ("search", "“eau” · ddtm")
        assert kept["path"] == "/dataset/?organization=ddtm&q=eau"

    def test_less_then_no_more(self, circle: Circle) -> None:
        kept = follow(circle, "agent", WATER)
        follow(circle, "agent", kept["id"], level="none")
        (less,) = circle.call("agent", "territoires_follow_list")
        assert (less["level"], less["title"]) == ("none", "“inondation”")
        publish(circle, "Zones d'inondation")
        work()
        assert told(circle, "agent") == []
        for id in (WATER, WATER, kept["id"]):
            circle.call("agent", "territoires_unfollow", kind="search", id=id)
            assert circle.call("agent", "territoires_follow_list") == []

    @pytest.mark.parametrize(
        "address",
        [
            "/dataset/",
            "/dataset/?page=2",
            "/projet?ext_mine=1&q=eau",
            "x",
            "/dataset/?ext_scope=exact",
            "/dataset/?vocab_theme:ENVI%20OR%20x=y",
        ],
    )
    def test_what_asks_for_nothing(self, circle: Circle, address: str) -> None:
        with pytest.raises(tk.ValidationError) as error:
            follow(circle, "agent", address)
        assert "id" in error.value.error_dict

    def test_an_unknown_territory(self, circle: Circle) -> None:
        with pytest.raises(tk.ValidationError) as error:
            follow(circle, "agent", "/dataset/?ext_territory=fr:commune:99999")
        assert "99999" in str(error.value.error_dict["id"])

    def test_the_buttons(self, app: Any, circle: Circle) -> None:
        for page in ("/dataset/?q=eau", "/projet?q=eau"):
            seen = app.get(page, headers=headers(circle, "agent"))
            block = BeautifulSoup(seen.body, "html.parser").select_one(".territoires-follow-search")
            assert block
            form = {str(one["name"]): str(one["value"]) for one in block.select("input[name]")}
            form.pop("_csrf_token", None)
            send(app, circle, "agent", "/mon-fil/suivre", form | {"level": "all"})
        followed = app.get("/mon-fil/suivis", headers=headers(circle, "agent"))
        assert len(BeautifulSoup(followed.body, "html.parser").select(".territoires-followed")) == 2
        again = app.get("/projet?q=eau", headers=headers(circle, "agent"))
        assert "Ne plus suivre" in again.body

    @pytest.mark.parametrize("page", ["/dataset/", "/projet", "/projet?q=eau&ext_mine=1"])
    def test_no_button_where_nothing_is_asked(self, app: Any, circle: Circle, page: str) -> None:
        seen = app.get(page, headers=headers(circle, "agent"))
        assert "territoires-follow-search" not in seen.body

    def test_the_reason_names_it(self, app: Any, circle: Circle) -> None:
        follow(circle, "agent", WATER)
        publish(circle, "Zones d'inondation")
        work()
        page = app.get("/mon-fil", headers=headers(circle, "agent"))
        assert "Vous suivez la recherche “inondation”" in " ".join(
            BeautifulSoup(page.body, "html.parser").get_text(" ").split()
        )
        notice = model.Session.query(Notice).one()
        stop = {"kind": "search", "id": notice.follow_id, "level": "stop"}
        send(app, circle, "agent", "/mon-fil/suivre", stop)
        assert circle.call("agent", "territoires_follow_list") == []

    def test_the_link_of_an_old_mail(self, app: Any, circle: Circle) -> None:
        """It stops a search, undoes it, and does nothing once the search is left."""
        kept = follow(circle, "agent", WATER)
        user = circle.people["agent"]
        path = mail_choices.stop_link(Stop(user.id, mail_choices.FOLLOW, "search", kept["id"]))
        path = path.partition("://")[2].partition("/")[2]
        client = app.test_client()

        def levels() -> list[str]:
            return [one["level"] for one in circle.call("agent", "territoires_follow_list")]

        client.post(f"/{path}", data={"List-Unsubscribe": "One-Click"})
        assert levels() == ["none"]
        client.post(f"/{path}", data={"deed": "undo"})
        assert levels() == ["all"]
        circle.call("agent", "territoires_unfollow", kind="search", id=kept["id"])
        for data in ({"List-Unsubscribe": "One-Click"}, {"deed": "undo"}):
            assert client.post(f"/{path}", data=data).status_code < 400
            assert levels() == []
        assert app.get("/mon-fil/suivis", headers=headers(circle, "agent")).status_code == 200

    def test_a_fixed_number_of_queries(self, app: Any, circle: Circle) -> None:
        words = ("alpha", "bravo", "charlie", "delta", "echo")
        for word in words:
            follow(circle, "agent", f"/dataset/?q={word}")
        asked = headers(circle, "agent")
        counts: list[int] = []
        for batch in (words[:1], words[1:]):
            for word in batch:
                publish(circle, f"Zones {word}")
            work()
            app.get("/mon-fil", headers=asked)
            with counted_queries() as found:
                page = app.get("/mon-fil", headers=asked)
            counts.append(len(found))
        assert all(f"“{word}”" in page.body for word in words)
        assert counts[0] == counts[1]


class TestFeed:
    def titles(self, answer: Any) -> list[str]:
        return [
            one.findtext(f"{ATOM}title") or ""
            for one in ET.fromstring(answer.data).iter(f"{ATOM}entry")
        ]

    def key(self, circle: Circle, role: str) -> str:
        token = feed_tokens.make(circle.people[role].id)
        model.Session.commit()
        return token

    def test_by_role(self, app: Any, circle: Circle) -> None:
        for level in ("public", "agents", "service"):
            publish(circle, f"Inondation {level}", level)
        publish(circle, "Forêt")
        path = "/recherche/fil.atom?q=inondation"
        anonymous = app.get(path)
        assert self.titles(anonymous) == ["Inondation public"]
        assert "public" in anonymous.headers["Cache-Control"]
        seen = {
            role: len(self.titles(app.get(f"{path}&cle={self.key(circle, role)}")))
            for role in ("agent", "other_member", "service_member", "sysadmin")
        }
        assert seen == {"agent": 2, "other_member": 2, "service_member": 3, "sysadmin": 3}

    def test_projects_apart(self, app: Any, circle: Circle) -> None:
        circle.set_level("public")
        publish(circle, circle.project["title"])
        word = circle.project["title"].split()[-1]
        found = app.get(f"/recherche/fil.atom?type=project&q={word}")
        assert self.titles(found) == [circle.project["title"]]
        assert "/projet/" in found.body

    def test_a_territory_of_ones_own(self, app: Any, circle: Circle) -> None:
        own = circle.call(
            "agent",
            "territoires_custom_territory_create",
            name="Ma vallée",
            communes=[NANTES],
        )
        publish(circle, "Zones")
        path = f"/recherche/fil.atom?ext_territory={own['id']}&cle="
        mine = app.get(path + self.key(circle, "agent"))
        assert self.titles(mine) == ["Zones"]
        assert "Ma vallée" in mine.data.decode()
        other = app.get(path + self.key(circle, "other_member"))
        assert other.status_code == 400
        assert "Ma vallée" not in other.data.decode()

    @pytest.mark.parametrize("query", ["", "?type=project", "?q=", "?ext_territory=nulle-part"])
    def test_what_asks_for_nothing(self, app: Any, query: str, circle: Circle) -> None:
        assert app.get(f"/recherche/fil.atom{query}").status_code == 400
