"""The pages by territory: where addresses lead, what each person is shown, what forms refuse."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from ckan import model
from ckan.tests.helpers import CKANTestApp, call_action

from ckanext.territoires.bridge import profile
from ckanext.territoires.model import CustomTerritory
from tests.helpers.people import People, of_each_role

NANTES_PAGE = "/territoire/commune/44109/nantes"
LEVELS = ("public", "agents", "service")
MAY_SEE = {
    "anonymous": {"public"},
    "agent": {"public", "agents"},
    "other_member": {"public", "agents"},
    "member": set(LEVELS),
    "sysadmin": set(LEVELS),
}
PASSWORD = "correct-horse-9"
COUNT = re.compile(r'class="territoires-count">(\d+)<')


@dataclass
class World:
    """A service, five people, and three datasets of each access level about Nantes."""

    app: CKANTestApp
    people: People

    def get(self, role: str, address: str, **options: Any) -> Any:
        return self.app.get(address, headers=self.people.headers(role), **options)

    def browser(self, role: str) -> Any:
        """Return a client with a session of its own, signed in by the form."""
        browser = self.app.test_client()
        browser.post("/user/login", data={"login": role, "password": PASSWORD})
        return browser


def send(browser: Any, address: str, **data: str) -> Any:
    """Fill a form in: its token is that of the page where it stands."""
    page = browser.get(address)
    assert page.status_code == 200
    token = re.search(r'name="_csrf_token" content="([^"]+)"', page.body)
    assert token
    return browser.post(address, data={"_csrf_token": token[1], **data}, follow_redirects=False)


@pytest.fixture(scope="module")
def world(
    _site: CKANTestApp, reset_db: Callable[[], None], reset_index: Callable[[], None]
) -> World:
    reset_db()
    reset_index()
    people = of_each_role(
        password=PASSWORD, name="ddtm-44", title="DDTM 44", territory="fr:departement:44"
    )
    for level in LEVELS:
        for rank, territory in enumerate(("commune:44109", "epci:244400404", "departement:44")):
            call_action(
                "package_create",
                {"user": "member"},
                name=f"zeta-{level}-{rank}",
                title=f"Zeta {level} {rank}",
                notes="Zeta",
                owner_org=people.service["id"],
                access_level=level,
                territory=[f"fr:{territory}"],
            )
    return World(_site, people)


def seen(body: str) -> set[str]:
    return {level for level in LEVELS if f"Zeta {level}" in body or f"zeta-{level}" in body}


class TestAddresses:
    @pytest.mark.parametrize(
        ("asked", "canonical"),
        [
            ("/territoire/commune/44109", NANTES_PAGE),
            ("/territoire/commune/44109/wrong", NANTES_PAGE),
            ("/territoire/commune/49069", "/territoire/commune/49126/oree-d-anjou"),
            ("/territoire/commune/49069/champtoceaux", "/territoire/commune/49126/oree-d-anjou"),
            ("/territoire/arrondissement/44002", "/territoire/arrondissement/442/nantes"),
            ("/territoire/departement/44", "/territoire/departement/44/loire-atlantique"),
            ("/territoire/departement/44/x/communes",
             "/territoire/departement/44/loire-atlantique/communes"),
            ("/territoire/commune/1001", "/territoire/commune/01001/l-abergement-clemenciat"),
        ],
    )  # fmt: skip
    def test_another_address_leads_to_the_canonical_one(
        self, world: World, asked: str, canonical: str
    ) -> None:
        answer = world.get("anonymous", asked, follow_redirects=False)
        assert answer.status_code == 301
        assert answer.location.endswith(canonical)

    def test_the_page_says_what_a_former_commune_became(self, world: World) -> None:
        body = world.get("anonymous", "/territoire/commune/49069").body
        assert "49069" in body.split("<h1>")[0]
        assert "Orée d&#39;Anjou" in body

    @pytest.mark.parametrize(
        "asked",
        [
            "/territoire/commune/99999/x",
            "/territoire/commune/abc",
            "/territoire/canton/44109",
            "/territoire/custom/nobody/nobody",
            "/territoire/epci/999999999",
        ],
    )
    def test_what_is_unknown_is_a_404_with_a_search_box(self, world: World, asked: str) -> None:
        body = world.get("anonymous", asked, status=404).body
        assert 'action="/recherche"' in body

    @pytest.mark.parametrize(
        "path",
        [
            NANTES_PAGE,
            "/territoire/epci/243500741",
            "/territoire/arrondissement/442",
            "/territoire/departement/44",
            "/territoire/region/52",
            "/territoire/country-subset/metro",
            "/territoire/country/fr",
            "/territoire/country/fr/france/communes",
            "/territoires",
            "/",
        ],
    )
    def test_every_level_has_its_page(self, world: World, path: str) -> None:
        assert "<h1" in world.get("anonymous", path, status=200).body

    def test_an_epci_over_two_regions_names_both(self, world: World) -> None:
        body = world.get("anonymous", "/territoire/epci/243500741").body
        assert "/territoire/region/52/" in body
        assert "/territoire/region/53/" in body


class TestLookup:
    @pytest.mark.parametrize(
        ("asked", "page"),
        [
            ("44109", NANTES_PAGE),
            ("fr:commune:44109", NANTES_PAGE),
            ("44000", NANTES_PAGE),
            ("49069", "/territoire/commune/49126/oree-d-anjou"),
            ("243500741", "/territoire/epci/243500741/"),
            ("44", "/territoire/departement/44/loire-atlantique"),
        ],
    )
    def test_a_code_goes_straight_to_the_page(self, world: World, asked: str, page: str) -> None:
        answer = world.get("anonymous", f"/recherche?q={asked}", follow_redirects=False)
        assert answer.status_code == 302
        assert page in answer.location

    @pytest.mark.parametrize(
        ("asked", "first"),
        [
            ("nantes", "/territoire/commune/44109/"),
            ("saint nazaire", "/territoire/commune/44184/"),
            ("st-nazaire", "/territoire/commune/44184/"),
            ("nantes 44", "/territoire/commune/44109/"),
            ("redon agglomeration", "/territoire/epci/243500741/"),
            ("loire atlantique", "/territoire/departement/44/"),
            ("pays de la loire", "/territoire/region/52/"),
            ("Champtoceaux", "/territoire/commune/49126/"),
            ("zeta à Nantes", "/territoire/commune/44109/"),
        ],
    )
    def test_a_name_shows_the_likeliest_first(self, world: World, asked: str, first: str) -> None:
        body = world.get("anonymous", "/recherche", query_string={"q": asked}, status=200).body
        links = re.findall(r'href="(/territoire/[^"]+)"', body)
        assert links[0].startswith(first)

    def test_words_are_sought_in_the_data(self, world: World) -> None:
        body = world.get("anonymous", "/recherche?q=zeta+nantes").body
        assert "Zeta public" in body
        assert world.get("anonymous", "/recherche?q=qqqzzz").body.count("Zeta") == 0

    def test_nothing_typed_leads_to_the_territories(self, world: World) -> None:
        answer = world.get("anonymous", "/recherche?q=+", follow_redirects=False)
        assert answer.location.endswith("/territoires")


class TestWhoSeesWhat:
    @pytest.mark.parametrize("role", MAY_SEE)
    @pytest.mark.parametrize(
        "address",
        [
            NANTES_PAGE,
            "/territoire/epci/244400404",
            "/territoire/departement/44",
            "/recherche?q=nantes",
            "/dataset/?ext_territory=fr:commune:44109",
            "/dataset/?ext_territory=fr:departement:44&ext_scope=within",
        ],
    )
    def test_lists(self, world: World, role: str, address: str) -> None:
        assert seen(world.get(role, address).body) == MAY_SEE[role]

    @pytest.mark.parametrize("role", MAY_SEE)
    def test_the_home_page_shows_the_last_of_them(self, world: World, role: str) -> None:
        body = world.get(role, "/").body
        assert seen(body)
        assert seen(body) <= MAY_SEE[role]
        assert re.search(rf"\b{3 * len(MAY_SEE[role])} (dataset|jeu)", body)

    @pytest.mark.parametrize("role", MAY_SEE)
    def test_counts(self, world: World, role: str) -> None:
        body = world.get(role, NANTES_PAGE).body
        each = len(MAY_SEE[role])
        groups = body.split('aria-labelledby="data"')[1].split("</section>")[0]
        # Each level has one dataset on the commune, one on the EPCI, one on the département.
        assert [int(count) for count in COUNT.findall(groups)] == [each, each, each]

    @pytest.mark.parametrize("role", MAY_SEE)
    def test_counts_of_the_scopes(self, world: World, role: str) -> None:
        body = world.get(role, "/dataset/?ext_territory=fr:departement:44&ext_scope=exact").body
        each = len(MAY_SEE[role])
        scopes = body.split('class="territoires-scopes"')[1].split("</ul>")[0]
        assert [int(count) for count in COUNT.findall(scopes)] == [3 * each, 3 * each, each]

    def test_the_services_competent_there(self, world: World) -> None:
        body = world.get("anonymous", NANTES_PAGE).body
        assert "/organization/ddtm-44" in body
        assert "/organization/dreal" not in body


class TestOutlines:
    def test_one(self, world: World) -> None:
        answer = world.get("anonymous", "/territoire/commune/44109/outline.geojson")
        (feature,) = answer.json["features"]
        assert feature["id"] == "fr:commune:44109"
        assert feature["properties"]["url"] == NANTES_PAGE
        again = world.app.get(
            "/territoire/commune/44109/outline.geojson",
            headers={"If-None-Match": answer.headers["ETag"]},
        )
        assert again.status_code == 304
        assert "max-age=86400" in again.headers["Cache-Control"]

    def test_several(self, world: World) -> None:
        answer = world.get(
            "anonymous", "/territoires/outlines.geojson?within=fr:epci:244400404&level=commune"
        )
        assert len(answer.json["features"]) == 24

    @pytest.mark.parametrize(
        "query", ["", "within=foo&level=commune", "within=country:fr&level=commune", "level=x"]
    )
    def test_what_is_wrongly_asked(self, world: World, query: str) -> None:
        world.get("anonymous", f"/territoires/outlines.geojson?{query}", status=400)


class TestForms:
    """Without its token, a form that writes is refused, even after an anonymous POST to it."""

    ADDRESSES = (
        "/territoires/nouveau",
        "/territoires/mon-territoire",
        "/territoires/custom/{slug}/modifier",
        "/territoires/custom/{slug}/supprimer",
    )

    @pytest.fixture
    def slug(self, world: World) -> str:
        made = call_action(
            "territoires_custom_territory_create",
            {"user": "agent"},
            name="Vignoble",
            communes=["fr:commune:44043"],
        )
        return made["code"]

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_a_forged_form_is_refused(self, world: World, slug: str, address: str) -> None:
        world.app.post(address.format(slug=slug), data={})
        answer = world.browser("agent").post(
            address.format(slug=slug),
            data={"name": "Forged", "communes": "44109", "visibility": "public",
                  "territory": "fr:commune:44109"},
            follow_redirects=False,
        )  # fmt: skip
        assert answer.status_code == 400
        record = CustomTerritory.by_slug(slug)
        assert record is not None
        assert record.name == "Vignoble"
        user = model.User.get("agent")
        assert user is not None
        assert profile.territory_of(user) is None


class TestOwnPages:
    def test_a_territory_is_made_changed_and_deleted(self, world: World) -> None:
        browser = world.browser("agent")
        pasted = "44109\n44143; 49069"
        answer = send(browser, "/territoires/nouveau", name="Loire", communes=pasted,
                      visibility="private")  # fmt: skip
        assert answer.status_code == 302
        slug = answer.location.rpartition("/")[2]
        record = CustomTerritory.by_slug(slug)
        assert record is not None
        assert record.communes == ["fr:commune:44109", "fr:commune:44143", "fr:commune:49126"]
        assert "Loire" in browser.get("/territoires/mes-territoires").body
        address = f"/territoires/custom/{slug}"
        send(browser, f"{address}/modifier", name="Loire aval", communes="44109",
             visibility="public")  # fmt: skip
        assert "Loire aval" in world.get("anonymous", f"/territoire/custom/{slug}").body
        send(browser, f"{address}/supprimer")
        world.get("anonymous", f"/territoire/custom/{slug}", status=404)

    def test_a_refused_form_keeps_what_was_typed(self, world: World) -> None:
        answer = send(world.browser("agent"), "/territoires/nouveau", name="Loire",
                      communes="44109 99999", visibility="private")  # fmt: skip
        assert answer.status_code == 200
        assert "44109 99999" in answer.body
        assert "“99999”" in answer.body

    def test_one_chooses_one_s_territory(self, world: World) -> None:
        browser = world.browser("other-member")
        assert send(browser, "/territoires/mon-territoire", territory="nowhere").status_code == 200
        send(browser, "/territoires/mon-territoire", territory="fr:commune:49069")
        model.Session.expire_all()
        assert profile.territory_of(model.User.get("other-member")) == "fr:commune:49126"
        send(browser, "/territoires/mon-territoire", territory="")
        model.Session.expire_all()
        assert profile.territory_of(model.User.get("other-member")) is None

    @pytest.mark.parametrize(
        "address", ["/territoires/mes-territoires", "/territoires/nouveau",
                    "/territoires/mon-territoire"]
    )  # fmt: skip
    def test_a_visitor_is_sent_away(self, world: World, address: str) -> None:
        assert world.get("anonymous", address, follow_redirects=False).status_code in (302, 403)

    def test_only_its_author_changes_a_territory(self, world: World) -> None:
        made = call_action(
            "territoires_custom_territory_create", {"user": "member"}, name="Estuaire",
            communes=["44184"], visibility="agents",
        )  # fmt: skip
        address = f"/territoires/custom/{made['code']}/modifier"
        assert world.get("member", address).status_code == 200
        assert world.get("agent", address).status_code == 403
        assert world.get("agent", made["path"]).status_code == 200
        assert world.get("anonymous", made["path"]).status_code == 404

    def test_one_s_own_territory_comes_first(self, world: World) -> None:
        member = model.User.get("member")
        assert member is not None
        profile.set_territory(member, "fr:departement:44")
        body = world.get("member", "/").body
        assert "/territoire/departement/44/loire-atlantique" in body.split('id="spaces"')[0]
        assert 'id="own"' not in world.get("anonymous", "/").body
