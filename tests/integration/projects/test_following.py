"""Following: who is told of what, who no longer is, and the pages that tell it."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import notice_reading
from ckanext.territoires.model import Notice
from tests.helpers.queries import counted_queries
from tests.integration.projects.conftest import Circle
from tests.integration.projects.visitors import headers, send

NANTES, METROPOLE = "fr:commune:44109", "fr:epci:244400404"
LOIRE_ATLANTIQUE, MAYENNE = "fr:departement:44", "fr:departement:53"


def follow(circle: Circle, role: str, kind: str, id: str, **more: Any) -> dict[str, Any]:
    return circle.call(role, "territoires_follow", kind=kind, id=id, **more)


def say(circle: Circle, role: str, text: str, **more: Any) -> dict[str, Any]:
    return circle.call(
        role, "territoires_message_create", project_id=circle.project["id"], text=text, **more
    )


def told(circle: Circle, role: str) -> list[str]:
    """Reasons of what a person is told, and may see, the latest first."""
    user = model.User.get(circle.people[role].name)
    assert user
    return [one.notice.reason for one in notice_reading.told(user)]


def unread(circle: Circle, role: str) -> int:
    user = model.User.get(circle.people[role].name)
    assert user
    return notice_reading.unread_count(user)


def publish(circle: Circle, territory: str, level: str = "public", **more: Any) -> dict[str, Any]:
    return circle.call(
        "sysadmin",
        "package_create",
        name=f"data-{model.Session.query(model.Package).count()}",
        title="Données zêta",
        notes="Notes",
        owner_org=circle.service["id"],
        territory=[territory],
        access_level=level,
        access_reason="internal",
        theme=["ENVI"],
        license_id="lov2",
        **more,
    )


class TestProjects:
    def test_who_follows_is_told_and_the_author_is_not(self, circle: Circle) -> None:
        for role in ("reader", "lead", "member"):
            follow(circle, role, "project", circle.project["id"])
        say(circle, "member", "Bonjour")
        assert told(circle, "reader") == told(circle, "lead") == ["project"]
        assert told(circle, "member") == []

    def test_levels(self, circle: Circle) -> None:
        follow(circle, "reader", "project", circle.project["id"], level="mentions")
        follow(circle, "lead", "project", circle.project["id"], level="none")
        names = " ".join(f"@{circle.people[role].name}" for role in ("reader", "lead"))
        say(circle, "member", "Sans nom")
        say(circle, "member", f"{names} regardez")
        assert told(circle, "reader") == ["mention"]
        assert told(circle, "lead") == []

    def test_a_mention_and_a_follow_are_one_notice(self, circle: Circle) -> None:
        follow(circle, "reader", "project", circle.project["id"])
        say(circle, "member", f"@{circle.people['reader'].name} regardez")
        assert told(circle, "reader") == ["mention"]

    def test_what_is_no_longer_theirs_is_neither_shown_nor_counted(
        self, app: Any, circle: Circle
    ) -> None:
        circle.set_level("agents")
        model.Session.query(Notice).delete()
        follow(circle, "agent", "project", circle.project["id"])
        say(circle, "member", "Secret oméga")
        asked = headers(circle, "agent")
        assert unread(circle, "agent") == 1
        assert "Secret oméga" in app.get("/mon-fil", headers=asked).body
        circle.set_level("community")
        assert unread(circle, "agent") == 0
        page = app.get("/mon-fil", headers=asked).body
        assert "Secret oméga" not in page
        assert circle.project["title"] not in page
        assert circle.project["title"] not in app.get("/mon-fil/suivis", headers=asked).body
        assert circle.call("agent", "territoires_follow_list") == []

    def test_removed_text_leaves(self, app: Any, circle: Circle) -> None:
        follow(circle, "reader", "project", circle.project["id"])
        message = say(circle, "member", "Secret oméga")
        circle.call("member", "territoires_message_remove", id=message["id"])
        assert "Secret oméga" not in app.get("/mon-fil", headers=headers(circle, "reader")).body
        assert unread(circle, "reader") == 0

    def test_reading_the_thread_is_reading_its_notices(self, app: Any, circle: Circle) -> None:
        follow(circle, "reader", "project", circle.project["id"])
        say(circle, "member", "Bonjour")
        assert unread(circle, "reader") == 1
        app.get(f"/projet/{circle.project['name']}/fil", headers=headers(circle, "reader"))
        assert unread(circle, "reader") == 0

    def test_one_may_not_follow_what_one_may_not_see(self, circle: Circle) -> None:
        for role in ("agent", "other_member", "service_member"):
            with pytest.raises(tk.NotAuthorized):
                follow(circle, role, "project", circle.project["id"])
        with pytest.raises(tk.NotAuthorized):
            follow(circle, "anonymous", "territory", NANTES)


class TestTerritories:
    @pytest.mark.parametrize(
        ("followed", "scope", "published", "is_told"),
        [
            (NANTES, "exact", NANTES, True),
            (LOIRE_ATLANTIQUE, "exact", NANTES, False),
            (LOIRE_ATLANTIQUE, "within", NANTES, True),
            (NANTES, "within", LOIRE_ATLANTIQUE, False),
            (NANTES, "relevant", LOIRE_ATLANTIQUE, True),
            (MAYENNE, "relevant", NANTES, False),
        ],
    )
    def test_scopes(
        self, circle: Circle, followed: str, scope: str, published: str, is_told: bool
    ) -> None:
        follow(circle, "agent", "territory", followed, scope=scope)
        publish(circle, published)
        assert told(circle, "agent") == (["territory"] if is_told else [])

    def test_things(self, circle: Circle) -> None:
        follow(circle, "agent", "territory", NANTES, things=["projects"])
        publish(circle, NANTES)
        assert told(circle, "agent") == []
        publish(circle, NANTES, level="agents", type="project", stage="idea")
        assert told(circle, "agent") == ["territory"]

    def test_private_data_are_told_to_those_who_may_see_them(self, circle: Circle) -> None:
        for role in ("agent", "service_member", "other_member"):
            follow(circle, role, "territory", NANTES)
        publish(circle, NANTES, level="service")
        assert told(circle, "agent") == told(circle, "other_member") == []
        assert told(circle, "service_member") == ["territory"]

    def test_a_former_code_follows_the_territory_of_today(self, circle: Circle) -> None:
        assert follow(circle, "agent", "territory", "fr:commune:49069")["id"] == "fr:commune:49126"

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"kind": "territory", "id": "fr:commune:99999"}, "id"),
            ({"kind": "planet", "id": "x"}, "kind"),
            ({"kind": "territory", "id": NANTES, "level": "some"}, "level"),
            ({"kind": "territory", "id": NANTES, "things": ["x"]}, "things"),
            ({"kind": "territory", "id": NANTES, "scop": "within"}, "scop"),
        ],
    )
    def test_an_error_names_the_field(
        self, circle: Circle, data: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(tk.ValidationError) as error:
            circle.call("agent", "territoires_follow", **data)
        assert field in error.value.error_dict


class TestServices:
    def test_members_are_told_of_their_private_data(self, circle: Circle) -> None:
        for role in ("agent", "service_member"):
            follow(circle, role, "service", circle.service["id"])
        publish(circle, NANTES, level="service")
        assert told(circle, "agent") == []
        assert told(circle, "service_member") == ["service"]

    def test_ckan_knows_it(self, circle: Circle) -> None:
        follow(circle, "agent", "service", circle.service["id"])
        asked = {"id": circle.service["id"]}
        assert circle.call("agent", "am_following_group", **asked)
        circle.call("agent", "territoires_unfollow", kind="service", **asked)
        assert not circle.call("agent", "am_following_group", **asked)


class TestPages:
    def test_following_stopping_and_coming_back(self, app: Any, circle: Circle) -> None:
        form = {"kind": "territory", "id": NANTES, "level": "all", "back": "/mon-fil/suivis"}
        answer = send(app, circle, "agent", "/mon-fil/suivre", form)
        assert answer.headers["Location"].endswith("/mon-fil/suivis")
        assert "Nantes" in app.get("/mon-fil/suivis", headers=headers(circle, "agent")).body
        send(app, circle, "agent", "/mon-fil/suivre", form | {"level": "stop"})
        page = app.get("/mon-fil/suivis", headers=headers(circle, "agent"))
        assert not BeautifulSoup(page.body, "html.parser").select(".territoires-followed")

    def test_how_much_of_a_territory(self, app: Any, circle: Circle) -> None:
        """Where and what are chosen on the page, and stay when the level changes."""
        follow(circle, "agent", "territory", LOIRE_ATLANTIQUE)
        form = {"kind": "territory", "id": LOIRE_ATLANTIQUE, "level": "all", "choosing": "1"}
        send(
            app,
            circle,
            "agent",
            "/mon-fil/suivre",
            form | {"scope": "exact", "things": ["projects", "grants"]},
        )
        page = app.get("/mon-fil/suivis", headers=headers(circle, "agent"))
        chosen = BeautifulSoup(page.body, "html.parser").select("input[checked]")
        assert {str(one["value"]) for one in chosen} == {"exact", "projects", "grants"}
        for level in ("none", "all"):
            data = {"kind": "territory", "id": LOIRE_ATLANTIQUE, "level": level}
            send(app, circle, "agent", "/mon-fil/suivre", data)
            (kept,) = circle.call("agent", "territoires_follow_list")
            assert (kept["level"], kept["scope"]) == (level, "exact")
            assert kept["things"] == ["grants", "projects"]
        send(app, circle, "agent", "/mon-fil/suivre", form | {"scope": "relevant"})
        (kept,) = circle.call("agent", "territoires_follow_list")
        assert (kept["scope"], kept["things"]) == ("relevant", [])

    @pytest.mark.parametrize("back", ["https://ailleurs.test/", "//ailleurs.test", "/\\ailleurs"])
    def test_it_leads_to_this_site_only(self, app: Any, circle: Circle, back: str) -> None:
        form = {"kind": "territory", "id": NANTES, "level": "all", "back": back}
        answer = send(app, circle, "agent", "/mon-fil/suivre", form)
        assert "ailleurs" not in answer.headers["Location"]

    @pytest.mark.parametrize("path", ["/mon-fil/suivre", "/mon-fil/lu"])
    def test_a_form_without_its_token(self, app: Any, circle: Circle, path: str) -> None:
        form = {"kind": "territory", "id": NANTES, "level": "all", "_csrf_token": "forged"}
        assert send(app, circle, "agent", path, form).status_code == 400
        assert circle.call("agent", "territoires_follow_list") == []

    def test_all_read_then_one_is_not(self, app: Any, circle: Circle) -> None:
        follow(circle, "reader", "project", circle.project["id"])
        for number in range(3):
            say(circle, "member", f"Message {number}")
        send(app, circle, "reader", "/mon-fil/lu", {"all": "1"})
        assert unread(circle, "reader") == 0
        last = model.Session.query(Notice).order_by(Notice.id.desc()).first()
        assert last
        send(app, circle, "reader", "/mon-fil/lu", {"id": str(last.id), "undo": "1"})
        assert unread(circle, "reader") == 1

    def test_the_page_is_ones_own(self, app: Any, circle: Circle) -> None:
        assert app.get("/mon-fil", expect_errors=True).status_code in (401, 403)
        follow(circle, "reader", "project", circle.project["id"])
        say(circle, "member", "Bonjour oméga")
        notice = model.Session.query(Notice).filter_by(user_id=circle.people["reader"].id).one()
        send(app, circle, "lead", "/mon-fil/lu", {"id": str(notice.id)})
        assert unread(circle, "reader") == 1
        assert "Bonjour oméga" not in app.get("/mon-fil", headers=headers(circle, "lead")).body

    def test_a_fixed_number_of_queries(self, app: Any, circle: Circle) -> None:
        follow(circle, "reader", "project", circle.project["id"])
        asked = headers(circle, "reader")
        counts: list[int] = []
        for batch in (2, 20):
            for number in range(batch):
                say(circle, "member", f"Message {number}")
            app.get("/mon-fil", headers=asked)
            with counted_queries() as found:
                app.get("/mon-fil", headers=asked)
            counts.append(len(found))
        assert counts[0] == counts[1]

    def test_the_header_counts_by_one_query(self, circle: Circle) -> None:
        with counted_queries() as none:
            assert unread(circle, "reader") == 0
        assert len([s for s in none if "territoires_notice" in s]) == 1
        follow(circle, "reader", "project", circle.project["id"])
        for number in range(30):
            say(circle, "member", f"Message {number}")
        with counted_queries() as some:
            assert unread(circle, "reader") == 30
        assert len([s for s in some if "territoires_notice" in s]) == 1
