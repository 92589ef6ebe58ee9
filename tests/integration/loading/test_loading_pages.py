"""Who sees what of the reading of a file, and of the portrait made from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from ckan import model
from ckan.lib import jobs
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.territoires.bridge import portrait_views
from ckanext.territoires.model import HeaderMapping, Load, Release
from ckanext.territoires.views import loading_columns
from tests.integration.loading.conftest import Put, changed

UNKNOWN = b"Insee;Gens\r\n44109;318808\r\n44162;46000\r\n"
CHOSEN = {
    "shape": "observations",
    "period": "2019",
    "meaning-0": "territory:commune",
    "meaning-1": "indicator:population",
    "cog_year": "2020",
}
SAID = {name: CHOSEN[name] for name in ("period", "meaning-0", "meaning-1", "cog_year")}
PASSWORD = "correct-horse-9"
Headers = Callable[[str | None], dict[str, str]]


def run_all() -> None:
    """Run the jobs here: a worker that forks costs seconds for each."""
    queue = jobs.get_queue()
    while waiting := queue.get_jobs():
        for job in waiting:
            queue.remove(job)
            work: Any = job.func
            work(*job.args, **job.kwargs)
    model.Session.rollback()
    model.Session.expire_all()


@pytest.fixture
def people(service: dict[str, Any]) -> Headers:
    """Return the headers of a person: of the service or of another, a sysadmin, no one."""
    factories.User(name="membre")
    factories.User(name="voisine")
    factories.Organization(users=[{"name": "voisine", "capacity": "editor"}])
    tk.get_action("member_create")(
        {"ignore_auth": True, "user": "editrice"},
        {"id": service["id"], "object": "membre", "object_type": "user", "capacity": "member"},
    )
    factories.Sysadmin(name="cheffe")

    def of(name: str | None) -> dict[str, str]:
        if name is None:
            return {}
        token = factories.APIToken(user=name)["token"]
        return {"Authorization": token}

    return of


def send(app: Any, name: str | None, resource: dict[str, Any], part: str, **data: str) -> Any:
    """Send a form as its page does: signed in by the form, with the token of the page."""
    browser = app.test_client()
    if name:
        person = model.User.get(name)
        assert person is not None
        person.password = PASSWORD
        model.Session.commit()
        browser.post("/user/login", data={"login": name, "password": PASSWORD})
    page = browser.get(page_of(resource))
    token = re.search(r'name="_csrf_token" content="([^"]+)"', page.body)
    assert token
    data["_csrf_token"] = token[1]
    return browser.post(page_of(resource, part), data=data, follow_redirects=False)


def page_of(resource: dict[str, Any], part: str = "chargement") -> str:
    return f"/dataset/{resource['package_id']}/resource/{resource['id']}/{part}"


def view_of(resource: dict[str, Any]) -> str:
    view = model.Session.query(model.ResourceView).filter_by(
        resource_id=resource["id"], view_type=portrait_views.TYPE
    )
    return page_of(resource, f"view/{view.one().id}")


def close(resource: dict[str, Any], level: str) -> None:
    tk.get_action("package_patch")(
        {"ignore_auth": True, "user": "editrice"},
        {"id": resource["package_id"], "access_level": level, "access_reason": "preparatory"},
    )


def test_the_lines_of_a_report_are_for_who_may_change_the_file(
    app: Any, put: Put, people: Headers
) -> None:
    resource = put(changed("44109", "P18_POP", "beaucoup"))
    run_all()
    for name in (None, "membre", "voisine"):
        seen = app.get(page_of(resource), headers=people(name))
        assert "beaucoup" not in seen.body
        assert "Lignes lues" in seen.body
        for part in ("chargement/rapport.csv", "colonnes"):
            app.get(page_of(resource, part), headers=people(name), status=403)
        for part in ("relire", "couverture"):
            assert send(app, name, resource, f"chargement/{part}").status_code == 403
    for name in ("editrice", "cheffe"):
        assert "beaucoup" in app.get(page_of(resource), headers=people(name)).body
        report = app.get(page_of(resource, "chargement/rapport.csv"), headers=people(name))
        assert "P18_POP;beaucoup" in report.body


def test_a_file_kept_by_its_service_has_no_page_nor_portrait_for_others(
    app: Any, put: Put, people: Headers
) -> None:
    resource = put()
    run_all()
    address = f"{view_of(resource)}?territory=44109"
    assert "territoires-values" in app.get(address).body
    close(resource, "service")
    for name in (None, "voisine"):
        for one in (address, page_of(resource)):
            app.get(one, headers=people(name), status=404)
    for name in ("membre", "editrice", "cheffe"):
        assert "territoires-values" in app.get(address, headers=people(name)).body
        assert "Lignes lues" in app.get(page_of(resource), headers=people(name)).body


def test_the_view_is_made_once(put: Put) -> None:
    resource = put()
    run_all()
    model.Session.query(model.ResourceView).filter_by(resource_id=resource["id"]).delete()
    model.Session.commit()
    put(changed("44109", "P18_POP", "1"), id=resource["id"])
    run_all()
    found = model.Session.query(model.ResourceView).filter_by(resource_id=resource["id"])
    assert [one for one in found if one.view_type == portrait_views.TYPE] == []


def test_a_form_without_its_token_is_refused(app: Any, put: Put, people: Headers) -> None:
    resource = put()
    for part in ("chargement/relire", "chargement/couverture", "colonnes"):
        app.post(page_of(resource, part), headers=people("cheffe"), status=400)


def test_only_files_with_figures_can_be_viewed(app: Any, put: Put) -> None:
    resource = put(UNKNOWN)
    run_all()
    assert not portrait_views.has_figures(resource["id"])


def test_told_columns_are_read_and_offered_to_the_next_file(
    app: Any, put: Put, people: Headers
) -> None:
    resource = put(UNKNOWN, cog_year="2021")
    run_all()
    latest = Load.latest(resource["id"])
    assert latest is not None
    assert latest.state == "unknown"
    editor = people("editrice")
    assert "318808" in app.get(page_of(resource, "colonnes"), headers=editor).body
    assert send(app, "editrice", resource, "colonnes", **CHOSEN).status_code == 302
    run_all()
    release = Release.of_resource(resource["id"])
    assert release is not None
    assert (release.indicators, release.periods) == (["population"], ["2019"])

    assert release.cog_year == 2020
    report = app.get(page_of(resource), headers=editor).body
    assert "2020" in report[report.index('id="assumptions"') :]
    assert chosen(app.get(page_of(resource, "colonnes"), headers=editor).body) == SAID

    other = put(UNKNOWN + b"44190;29000\r\n", cog_year="2021")
    run_all()
    page = app.get(page_of(other, "colonnes"), headers=editor).body
    assert f"?from={resource['id']}" in page
    assert chosen(page) != SAID
    # It is looked at before it is taken: the next file is seldom of the same year.
    part = f"colonnes?from={resource['id']}"
    assert chosen(app.get(page_of(other, part), headers=editor).body) == SAID
    assert Release.of_resource(other["id"]) is None
    assert model.Session.query(HeaderMapping).count() == 1
    sent = send(app, "editrice", other, part, **CHOSEN | {"period": "2020", "cog_year": ""})
    assert sent.status_code == 302
    run_all()
    taken = Release.of_resource(other["id"])
    assert taken is not None
    assert (taken.periods, taken.cog_year) == (["2020"], 2021)


def test_a_file_of_many_columns_shows_those_that_tell_something(
    app: Any, put: Put, people: Headers
) -> None:
    names = ["Insee", *(f"c{rank}" for rank in range(400)), "Montant attribué"]
    row = ["44109", *["x"] * 400, "1000"]
    resource = put("\n".join(map(";".join, (names, row))).encode())
    run_all()
    page = app.get(page_of(resource, "colonnes"), headers=people("editrice")).body
    assert page.count('name="meaning-') == loading_columns.MAX_COLUMNS
    assert 'name="meaning-0"' in page
    assert 'name="meaning-401"' in page
    assert "c399" not in page
    told = {"shape": "records", "meaning-0": "territory:commune", "meaning-401": "field:granted"}
    assert send(app, "editrice", resource, "colonnes", **told).status_code == 302
    run_all()
    assert Release.of_resource(resource["id"]) is not None


def chosen(page: str) -> dict[str, str]:
    """What the form of a page holds of `SAID`."""
    found = {}
    for name in SAID:
        field = re.search(rf'<(select|input)[^>]* name="{name}"[^>]*>', page)
        assert field
        if field[1] == "input":
            value = re.search(r'value="([^"]*)"', field[0])
        else:
            options = page[field.end() : page.index("</select>", field.end())]
            value = re.search(r'value="([^"]*)" selected', options)
        found[name] = value[1] if value else ""
    return found


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"period": ""}, "error-period"),
        ({"period": "l'an dernier"}, "error-period"),
        ({"meaning-0": "ignored"}, "error-file"),
        ({"meaning-0": "indicator:population"}, "error-meaning-1"),
        ({"period-1": "20"}, "error-period-1"),
        ({"cog_year": "1066"}, "error-cog_year"),
    ],
)
def test_a_wrong_answer_is_kept_and_said(
    app: Any, put: Put, people: Headers, change: dict[str, str], field: str
) -> None:
    resource = put(UNKNOWN)
    run_all()
    answer = send(app, "editrice", resource, "colonnes", **CHOSEN | change)
    assert answer.status_code == 200
    assert f'id="{field}"' in answer.body
    assert model.Session.query(HeaderMapping).count() == 0
    for name in ("period", "period-1"):
        if change.get(name):
            assert change[name].replace("'", "&#39;") in answer.body


def test_the_coverage_told_by_the_codes_replaces_that_of_the_dataset(
    app: Any, put: Put, people: Headers
) -> None:
    resource = put()
    run_all()
    editor = people("editrice")
    assert "/couverture" in app.get(page_of(resource), headers=editor).body
    assert send(app, "editrice", resource, "chargement/couverture").status_code == 302
    package = tk.get_action("package_show")({"ignore_auth": True}, {"id": resource["package_id"]})
    assert package["granularity"] == "commune"
    assert package["territory"]
    assert "/couverture" not in app.get(page_of(resource), headers=editor).body


def test_the_page_of_the_dataset_says_it_to_editors_only(
    app: Any, put: Put, people: Headers
) -> None:
    resource = put()
    run_all()
    for address in (f"/dataset/{resource['package_id']}", page_of(resource, "")):
        assert "Chiffres chargés" in app.get(address, headers=people("editrice")).body
        assert "Chiffres chargés" not in app.get(address, headers=people("membre")).body
