"""Portraits to take away, frozen editions and comments: what is made, and for whom."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdf
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from click.testing import CliRunner, Result

from ckanext.territoires.bridge import editions, releases
from ckanext.territoires.bridge.language import spoken
from ckanext.territoires.cli import territoires
from ckanext.territoires.logic import edition_batch, edition_files
from ckanext.territoires.logic.edition_batch import Ledger, Line
from ckanext.territoires.model import CustomTerritory, Edition, Observation, Release
from ckanext.territoires.portrait.reading import portrait_from_dict
from ckanext.territoires.renderings import FORMATS
from tests.helpers.people import ROLES, People, of_each_role

NANTES, REZE, CORDEMAIS = "fr:commune:44109", "fr:commune:44143", "fr:commune:44045"
PAGE = "/territoire/commune/44109/nantes"
# Dwellings of Nantes come from a file of one service: nobody else may read them.
SECRET = "123457"
MAY_SEE = {"member", "sysadmin"}
MAY_COMMENT = {"member", "sysadmin"}


@dataclass
class World:
    """People, a public file of populations and one of a service alone."""

    app: CKANTestApp
    people: People

    def call(self, role: str, action: str, **data: Any) -> Any:
        releases.forget()
        with spoken("fr"):
            return self.people.call(role, action, **data)

    def get(self, role: str, path: str, **options: Any) -> Any:
        headers = self.people.headers(role)
        headers |= options.pop("headers", {})
        return self.app.get(path, headers=headers, follow_redirects=False, **options)

    def api(self, role: str, action: str, **data: Any) -> Any:
        headers = self.people.headers(role)
        answer = self.app.post(f"/api/3/action/{action}", json=data, headers=headers)
        return json.loads(answer.data)["result"]

    def edition(self, role: str = "member", **data: Any) -> dict[str, Any]:
        return self.call(role, "territoires_edition_create", id=NANTES, **data)


def publish(org: str, level: str, values: dict[str, dict[str, float]]) -> dict[str, Any]:
    dataset = factories.Dataset(
        owner_org=org, access_level=level, access_reason="internal", title=f"Fichier {level}"
    )
    resource = factories.Resource(package_id=dataset["id"], url=f"http://example.test/{level}")
    indicators = sorted({name for by_name in values.values() for name in by_name})
    release = Release(
        resource_id=resource["id"],
        package_id=dataset["id"],
        profile="test",
        shape="observations",
        vintage="RP2018",
        cog_year=2021,
        indicators=indicators,
        periods=["2018"],
        levels=["commune"],
    )
    model.Session.add(release)
    model.Session.flush()
    for territory, by_name in values.items():
        for name, value in by_name.items():
            model.Session.add(
                Observation(
                    release_id=release.id,
                    territory=territory,
                    indicator=name,
                    period="2018",
                    value=value,
                    status=0,
                    origin=0,
                )
            )
    model.Session.commit()
    return dataset


@pytest.fixture
def world(
    app: CKANTestApp,
    reset_db: Callable[[], None],
    reset_index: Callable[[], None],
    reset_queues: Callable[[], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    reset_db()
    reset_index()
    monkeypatch.setitem(tk.config, "ckan.storage_path", str(tmp_path / "storage"))
    people = of_each_role(
        name="ddtm-44",
        title="DDTM de Loire-Atlantique",
        territory="fr:departement:44",
        other={"territory": "fr:departement:49"},
    )
    ddtm = people.service
    publish(
        ddtm["id"],
        "public",
        {NANTES: {"population": 318808.0}, REZE: {"population": 43217.0}},
    )
    publish(ddtm["id"], "service", {NANTES: {"dwellings": float(SECRET)}})
    return World(app, people)


def text_of(content: bytes, form: str) -> str:
    """What a file says, without its spaces."""
    if form == "pdf":
        pages = pypdf.PdfReader(io.BytesIO(content)).pages
        text = "".join(page.extract_text() for page in pages)
    else:
        text = content.decode()
    return "".join(text.split())


class TestDownload:
    """`/territoire/.../portrait.<fmt>`."""

    @pytest.mark.parametrize("form", FORMATS)
    def test_each_format_is_served(self, world: World, form: str) -> None:
        answer = world.get("anonymous", f"{PAGE}/portrait.{form}")
        assert answer.status_code == 200
        assert answer.content_type == FORMATS[form].mimetype
        assert 'filename="portrait-nantes-44109-20' in answer.headers["Content-Disposition"]
        assert answer.data

    def test_the_figures_are_those_of_the_api(self, world: World) -> None:
        shown = world.call("anonymous", "territoires_portrait_show", id=NANTES)
        served = json.loads(world.get("anonymous", f"{PAGE}/portrait.json").data)
        assert portrait_from_dict(served) == portrait_from_dict(shown)
        lines = csv.DictReader(
            io.StringIO(world.get("anonymous", f"{PAGE}/portrait.csv").data.decode("utf-8-sig")),
            delimiter=";",
        )
        own = {row["indicator"]: row["value"] for row in lines if row["territory"] == NANTES}
        assert own["population"] == "318808"

    @pytest.mark.parametrize("form", ["csv", "pdf"])
    def test_holds_what_the_person_may_see(self, world: World, form: str) -> None:
        for role in ROLES:
            text = text_of(world.get(role, f"{PAGE}/portrait.{form}").data, form)
            assert "318808" in text, role
            assert (SECRET in text) == (role in MAY_SEE), role

    def test_is_compared_as_the_page_is(self, world: World) -> None:
        path = f"{PAGE}/portrait.csv?compare={REZE}"
        assert REZE in world.get("anonymous", path).data.decode()
        assert REZE not in world.get("anonymous", f"{PAGE}/portrait.csv").data.decode()

    def test_is_not_sent_again_while_nothing_changed(self, world: World) -> None:
        first = world.get("anonymous", f"{PAGE}/portrait.csv")
        known = {"If-None-Match": first.headers["ETag"]}
        again = world.get("anonymous", f"{PAGE}/portrait.csv", headers=known)
        assert (again.status_code, again.data) == (304, b"")
        # What another person may see is another file.
        assert world.get("member", f"{PAGE}/portrait.csv", headers=known).status_code == 200

    def test_addresses_that_are_not_a_portrait(self, world: World) -> None:
        expected = {
            f"{PAGE}/portrait.exe": 404,
            "/territoire/commune/99999/x/portrait.csv": 404,
            "/territoire/commune/44109/autre/portrait.csv": 301,
            f"{PAGE}/portrait.csv?compare=fr:commune:99999": 400,
        }
        found = {path: world.get("anonymous", path).status_code for path in expected}
        assert found == expected


class TestEdition:
    """A portrait that is frozen."""

    def test_only_signed_in_people_freeze(self, world: World) -> None:
        with pytest.raises(tk.NotAuthorized):
            world.edition("anonymous")
        assert world.get("anonymous", f"{PAGE}/editions").status_code == 200

    def test_shows_to_who_may_see_all_its_files(self, world: World) -> None:
        made = world.edition("member")
        for role in ROLES:
            self.check_rights(world, role, made)

    def check_rights(self, world: World, role: str, made: dict[str, Any]) -> None:
        ids = [each["id"] for each in self.listed(world, role)]
        page = world.get(role, f"/edition/{made['id']}").status_code
        file = world.get(role, f"/edition/{made['id']}/portrait.csv").status_code
        if role in MAY_SEE:
            assert (ids, page, file) == ([made["id"]], 200, 200)
            shown = world.call(role, "territoires_edition_show", id=made["id"])
            assert portrait_from_dict(shown["document"]).digest == made["digest"]
        else:
            assert (ids, page, file) == ([], 403, 403)
            with pytest.raises(tk.NotAuthorized):
                world.call(role, "territoires_edition_show", id=made["id"])

    def test_shows_to_all_when_its_files_do(self, world: World) -> None:
        made = world.edition("agent")
        for role in ROLES:
            assert [each["id"] for each in self.listed(world, role)] == [made["id"]]
            content = world.get(role, f"/edition/{made['id']}/portrait.json").data.decode()
            assert SECRET not in content, role

    def test_of_a_territory_that_is_not_shared_is_not_shared(self, world: World) -> None:
        custom = world.call(
            "agent", "territoires_custom_territory_create", name="Rives", communes=[NANTES, REZE]
        )
        made = world.api("agent", "territoires_edition_create", id=NANTES, compare=[custom["id"]])
        assert self.listed(world, "agent")
        assert not self.listed(world, "anonymous")
        assert world.get("member", f"/edition/{made['id']}").status_code == 403
        record = model.Session.scalars(sa.select(CustomTerritory)).one()
        record.visibility = "public"
        model.Session.commit()
        assert world.get("anonymous", f"/edition/{made['id']}").status_code == 200

    def test_is_not_made_again_while_nothing_changed(self, world: World) -> None:
        first, second = world.edition("agent"), world.edition("other_member")
        assert (first["new"], second["new"]) == (True, False)
        assert second["id"] == first["id"]
        world.call(
            "member", "territoires_portrait_comment_save",
            territory=NANTES, theme="population", text="Un port.",
        )  # fmt: skip
        third = world.edition("agent")
        assert third["new"]
        assert len(self.listed(world, "agent")) == 2

    def test_stays_as_it_was(self, world: World) -> None:
        made = world.edition("agent")
        model.Session.execute(
            sa.update(Observation).where(Observation.territory == NANTES).values(value=1.0)
        )
        model.Session.commit()
        text = world.get("agent", f"/edition/{made['id']}/portrait.csv").data.decode()
        assert ";318808;" in text
        assert ";318808;" not in world.get("agent", f"{PAGE}/portrait.csv").data.decode()

    def test_keeps_the_figures_of_its_maps_and_who_may_see_them(self, world: World) -> None:
        homes = {
            NANTES: {"dwellings": 200.0, "vacant_homes": 10.0},
            REZE: {"dwellings": 100.0, "vacant_homes": 20.0},
        }
        org = model.Group.get("ddtm-44")
        assert org
        dataset = publish(org.id, "service", homes)
        edition = world.edition()
        content = world.call("member", "territoires_edition_show", id=edition["id"])["document"]
        held = {one["chart"]: one for one in content["maps"]}["housing-vacancy-map"]
        values = {one["territory"]: one["value"] for one in held["figures"]}
        assert (values[NANTES], values[REZE]) == (5.0, 20.0)
        kept = editions.find(edition["id"])
        assert kept
        assert dataset["id"] in kept.dataset_ids
        assert editions.portrait_of(kept).digest == kept.digest
        assert not editions.readable([kept], None)
        assert "maps" not in world.call("member", "territoires_portrait_show", id=NANTES)

    def test_its_pdf_is_made_by_a_job(self, world: World) -> None:
        made = world.edition("agent")
        assert made["state"] == "queued"
        waiting = world.get("agent", f"/edition/{made['id']}").data.decode()
        assert 'http-equiv="refresh"' in waiting
        edition_files.make(made["id"])
        assert model.Session.get_one(Edition, made["id"]).state == "done"
        folder = editions.folder(made["id"])
        assert folder
        assert (folder / "portrait.pdf").read_bytes().startswith(b"%PDF")
        ready = world.get("agent", f"/edition/{made['id']}").data.decode()
        assert 'http-equiv="refresh"' not in ready
        assert f"/edition/{made['id']}/portrait.pdf" in ready

    def test_a_job_that_fails_leaves_the_pdf_to_be_made_when_opened(
        self, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        made = world.edition("agent")
        # A file where the folder of the editions should be: nothing can be written.
        blocked = tmp_path / "blocked"
        blocked.write_text("")
        with monkeypatch.context() as patch:
            patch.setitem(tk.config, "ckan.storage_path", str(blocked))
            with pytest.raises(OSError, match="blocked"):
                edition_files.make(made["id"])
        assert model.Session.get_one(Edition, made["id"]).state == "failed"
        assert world.get("agent", f"/edition/{made['id']}").status_code == 200
        assert world.get("agent", f"/edition/{made['id']}/portrait.pdf").data.startswith(b"%PDF")
        assert world.edition("agent")["state"] == "queued"

    def test_a_page_freezes_and_checks_where_it_is_asked_from(self, world: World) -> None:
        headers = world.people.headers("agent")
        answer = world.app.post(f"{PAGE}/editions", headers=headers, follow_redirects=False)
        assert answer.status_code == 400
        assert not model.Session.scalars(sa.select(Edition)).all()

    def test_unknown(self, world: World) -> None:
        assert world.get("agent", "/edition/none").status_code == 404
        with pytest.raises(tk.ObjectNotFound):
            world.call("agent", "territoires_edition_show", id="none")

    @staticmethod
    def listed(world: World, role: str) -> list[dict[str, Any]]:
        return world.call(role, "territoires_edition_list", territory=NANTES)


class TestComment:
    """What agents write in a portrait."""

    def save(self, world: World, role: str, text: str, theme: str = "population") -> Any:
        return world.call(
            role, "territoires_portrait_comment_save", territory=NANTES, theme=theme, text=text
        )

    def themes(self, world: World, role: str) -> dict[str, Any]:
        shown = world.call(role, "territoires_portrait_show", id=NANTES)
        return {theme["name"]: theme["comment"] for theme in shown["themes"] if theme["comment"]}

    def test_editors_of_a_competent_service_write(self, world: World) -> None:
        for role in ROLES:
            self.check_writing(world, role)

    def check_writing(self, world: World, role: str) -> None:
        form = world.get(role, f"{PAGE}/portrait/commentaire/population")
        if role in MAY_COMMENT:
            self.save(world, role, f"Un port, dit {role}.")
            shown = self.themes(world, "anonymous")["population"]["text"]
            assert shown == f"Un port, dit {role}."
            assert form.status_code == 200
        else:
            with pytest.raises(tk.NotAuthorized):
                self.save(world, role, "Un port.")
            assert form.status_code in (302, 403)

    def test_is_signed_by_a_person_and_their_service(self, world: World) -> None:
        self.save(world, "member", "Un port.")
        (comment,) = self.themes(world, "anonymous").values()
        assert comment["author"] == "Dominique member, DDTM de Loire-Atlantique"
        page = world.get("member", f"{PAGE}/portrait/commentaire/population").data.decode()
        assert comment["author"] in page

    def test_what_it_replaced_is_kept_for_who_may_write(self, world: World) -> None:
        for text in ("Un.", "Deux.", "Deux.", ""):
            self.save(world, "member", text)
        assert not self.themes(world, "anonymous")
        found = world.call("member", "territoires_portrait_comment_list", territory=NANTES)
        assert [version["text"] for version in found["former"]] == ["Deux.", "Un."]
        others = world.call("agent", "territoires_portrait_comment_list", territory=NANTES)
        assert others == {"comments": {}, "former": []}
        page = world.get("member", f"{PAGE}/portrait/commentaire/population?again=1").data.decode()
        assert ">Un.</textarea>" in page

    def test_is_plain_text(self, world: World) -> None:
        self.save(world, "member", "<script>alert(1)</script>")
        page = world.get("member", f"{PAGE}/portrait/commentaire/population").data.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page

    def test_too_long_is_refused(self, world: World) -> None:
        with pytest.raises(tk.ValidationError) as error:
            self.save(world, "member", "a" * 5_001)
        assert set(error.value.error_dict) == {"text"}

    def test_themes_are_apart(self, world: World) -> None:
        for theme in ("population", "state_action"):
            self.save(world, "member", f"Ici, {theme}.", theme)
        shown = {name: comment["text"] for name, comment in self.themes(world, "agent").items()}
        assert shown == {"population": "Ici, population.", "state_action": "Ici, state_action."}

    def test_unknown_theme(self, world: World) -> None:
        with pytest.raises(tk.ValidationError):
            self.save(world, "member", "Ici.", "weather")
        path = f"{PAGE}/portrait/commentaire/weather"
        assert world.get("member", path).status_code == 404

    def test_form_checks_where_it_is_sent_from(self, world: World) -> None:
        answer = world.app.post(
            f"{PAGE}/portrait/commentaire/population",
            data={"text": "Un."},
            headers=world.people.headers("member"),
            follow_redirects=False,
        )
        assert answer.status_code == 400
        assert not self.themes(world, "member")


class TestBatch:
    """`ckan territoires editions`."""

    def run(self, folder: Path, *options: str, territory: str = "fr:epci:244400404") -> Result:
        releases.forget()
        command = ["editions", territory, "--out", str(folder), *options]
        return CliRunner().invoke(territoires, command)

    def report(self, folder: Path) -> list[dict[str, str]]:
        with (folder / "editions.csv").open(encoding="utf-8-sig", newline="") as source:
            return list(csv.DictReader(source, delimiter=";"))

    def test_writes_resumes_and_accounts(self, world: World, tmp_path: Path) -> None:
        first = self.run(tmp_path / "out", "--format", "csv,json")
        assert first.exit_code == 0, first.output
        files = {path.name for path in (tmp_path / "out").iterdir()}
        assert "portrait-nantes-44109.csv" in files
        assert len(files) == 2 * 24 + 1
        assert {line["state"] for line in self.report(tmp_path / "out")} == {"made"}

        (tmp_path / "out" / "portrait-reze-44143.csv").unlink()
        model.Session.execute(
            sa.update(Observation).where(Observation.territory == NANTES).values(value=7.0)
        )
        model.Session.commit()
        second = self.run(tmp_path / "out", "--format", "csv,json")
        assert second.exit_code == 0, second.output
        made = {line["file"] for line in self.report(tmp_path / "out") if line["state"] == "made"}
        assert "portrait-reze-44143.csv" in made
        assert "portrait-nantes-44109.csv" in made
        # The others are compared with what holds Nantes, which has no figure here.
        assert "portrait-reze-44143.json" not in made

    def test_sees_what_a_visitor_sees_unless_told(self, world: World, tmp_path: Path) -> None:
        options = ("--level", "self", "--format", "csv")
        self.run(tmp_path / "visitor", *options, territory=NANTES)
        self.run(
            tmp_path / "member", *options, "--user", world.people.names["member"], territory=NANTES
        )
        name = "portrait-nantes-44109.csv"
        assert SECRET not in (tmp_path / "visitor" / name).read_text(encoding="utf-8-sig")
        assert SECRET in (tmp_path / "member" / name).read_text(encoding="utf-8-sig")

    def test_refuses_what_it_cannot_do(self, world: World, tmp_path: Path) -> None:
        for options in (("--format", "exe"), ("--level", "region"), ("--user", "nobody")):
            assert self.run(tmp_path / "out", *options).exit_code == 2, options
        assert self.run(tmp_path / "out", territory="98").exit_code == 2

    def test_a_report_cut_short_is_read(self, tmp_path: Path) -> None:
        ledger = Ledger(tmp_path)
        ledger.note(Line(NANTES, "Nantes", "csv", "a.csv", "d1", "made"))
        ledger.note(Line(REZE, "Rezé", "csv", "b.csv", "d2", "failed", "ValueError: x"))
        with (tmp_path / edition_batch.REPORT).open("a", encoding="utf-8") as target:
            target.write("fr:commune:440")
        (tmp_path / "a.csv").touch()
        (tmp_path / "b.csv").touch()
        again = Ledger(tmp_path)
        assert set(again.lines) == {"a.csv", "b.csv"}
        assert again.has("a.csv", "d1")
        assert not again.has("a.csv", "d3")
        assert not again.has("b.csv", "d2")
