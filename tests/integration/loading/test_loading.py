"""From an uploaded file to the rows that portraits read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.territoires.bridge import load_figures, load_jobs, loading, releases
from ckanext.territoires.model import Distribution, Load, Notice, Observation, Record, Release
from tests.integration.loading.conftest import COMPARATEUR, Put, changed, lines

NANTES, EPCI = "fr:commune:44109", "fr:epci:244400404"


def queued() -> list[list[Any]]:
    return [list(job.args) for job in jobs.get_queue().get_jobs() if "run" in str(job.func_name)]


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


def load_of(resource_id: str) -> Any:
    return Load.latest(resource_id)


def release_of(resource_id: str) -> Any:
    return Release.of_resource(resource_id)


def value(territory: str, indicator: str, period: str = "2018") -> Any:
    row = model.Session.execute(
        sa.select(Observation.value, Observation.status).where(
            Observation.territory == territory,
            Observation.indicator == indicator,
            Observation.period == period,
        )
    ).one_or_none()
    return tuple(row) if row else None


def rows() -> dict[tuple[Any, ...], tuple[Any, ...]]:
    found = model.Session.execute(sa.select(Observation.__table__)).all()
    return {tuple(row[:4]): tuple(row[4:]) for row in found}


def counts() -> dict[str, int]:
    return {
        table.__tablename__: model.Session.scalars(
            sa.select(sa.func.count()).select_from(table)
        ).one()
        for table in (Release, Observation, Distribution, Record)
    }


def test_a_file_is_read_by_a_job_into_every_level(put: Put) -> None:
    resource = put()
    assert queued() == [[resource["id"]]]
    load = load_of(resource["id"])
    assert (load.state, load.progress) == ("queued", 0)
    run_all()
    load = load_of(resource["id"])
    assert (load.state, load.progress, load.tries) == ("loaded", 100, 1), load.report
    assert load.report["rows_read"] == load.report["rows_kept"] == 6
    assert load.report["coverage"]["granularity"] == "commune"
    nantes = dict(zip(lines()[0].split(";"), lines("44109")[1].split(";"), strict=True))
    assert value(NANTES, "population") == (float(nantes["P18_POP"]), 0)
    of_communes = sum(float(row.split(";")[1]) for row in lines("44109", "44162", "44190")[1:])
    assert value(EPCI, "population")[0] >= of_communes
    release = release_of(resource["id"])
    assert (release.shape, release.cog_year) == ("observations", 2021)
    assert {"commune", "epci", "departement"} <= set(release.levels)
    assert {"population", "median_income"} <= set(release.indicators)
    assert [info.resource_id for info in releases.visible(None)] == [resource["id"]]


def test_what_is_computed_is_what_is_written(put: Put) -> None:
    resource = put()
    run_all()
    found = model.Session.get_one(model.Resource, resource["id"])
    with loading.load_files.local_file(found) as path:
        given = loading.read(path, "comparateur.csv", found)
    levelled = loading.carry(given, load_figures.plan(None, given))
    expected = levelled.observations
    assert counts()["territoires_observation"] == len(expected)
    assert counts()["territoires_distribution"] == len(levelled.distributions)
    written = rows()
    release = release_of(resource["id"])
    for each in expected.itertuples():
        row: Any = each
        kept = written[(release.id, row.territory, row.indicator, row.period)]
        given = [row.value, row.status, row.origin, row.members, row.members_known]
        assert kept[:5] == tuple(None if x != x or x is None else x for x in map(plain, given))
    kept = {
        (d.group_id, d.level, d.indicator, d.period): d.values
        for d in model.Session.scalars(sa.select(Distribution))
    }
    for one in levelled.distributions:
        key = (one["group_id"], one["level"], one["indicator"], one["period"])
        assert kept[key] == pytest.approx(list(one["values"]))


def plain(cell: Any) -> Any:
    import pandas as pd

    return None if pd.isna(cell) else float(cell)


def test_several_quick_changes_make_one_reading(put: Put) -> None:
    resource = put()
    put(changed("44109", "P18_POP", "1000"), id=resource["id"])
    put(changed("44109", "P18_POP", "2000"), id=resource["id"])
    loads = model.Session.scalars(sa.select(Load).where(Load.resource_id == resource["id"])).all()
    assert [load.state for load in loads] == ["queued"]
    run_all()
    assert value(NANTES, "population") == (2000.0, 0)
    assert counts()["territoires_release"] == 1


def test_a_change_of_words_reads_nothing_again(put: Put, dataset: dict[str, Any]) -> None:
    resource = put()
    run_all()
    context: Any = {"ignore_auth": True, "user": "editrice"}
    tk.get_action("resource_patch")(context, {"id": resource["id"], "description": "Autre"})
    tk.get_action("package_patch")(context, {"id": dataset["id"], "title": "Autre"})
    assert queued() == []
    assert load_of(resource["id"]).state == "loaded"


def test_another_geography_is_another_reading(put: Put) -> None:
    resource = put()
    run_all()
    context: Any = {"ignore_auth": True, "user": "editrice"}
    tk.get_action("resource_patch")(context, {"id": resource["id"], "cog_year": "2022"})
    assert queued() == [[resource["id"]]]


def test_the_same_file_is_not_read_twice(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = put()
    run_all()
    before = release_of(resource["id"]).loaded
    found = model.Session.get_one(model.Resource, resource["id"])
    done: Any = load_jobs.load_now(found)
    assert (done.state, done.report["unchanged"]) == ("loaded", True)
    assert done.report["rows_read"] == 6
    assert release_of(resource["id"]).loaded == before
    done: Any = load_jobs.load_now(found, force=True)
    assert "unchanged" not in done.report
    assert done.report["written"]["observations"] == 0
    monkeypatch.setattr(loading, "VERSION", loading.VERSION + 1)
    third: Any = load_jobs.load_now(found)
    assert "unchanged" not in third.report


def test_a_changed_file_rewrites_only_what_changed(put: Put) -> None:
    resource = put()
    run_all()
    before = rows()
    put(changed("44109", "P18_POP", "1000"), id=resource["id"])
    run_all()
    after = rows()
    assert value(NANTES, "population") == (1000.0, 0)
    differ = {key[1:3] for key in before if before[key] != after.get(key)}
    assert {indicator for _, indicator in differ} == {"population"}
    assert (NANTES, "population") in differ
    assert (EPCI, "population") in differ
    assert ("fr:commune:44162", "population") not in differ
    written = load_of(resource["id"]).report["written"]
    assert 0 < written["territories"] < len({key[1] for key in after}) / 2 + 1
    peers = sa.select(Distribution.values).where(
        Distribution.group_id == "fr:departement:44",
        Distribution.level == "commune",
        Distribution.indicator == "population",
        Distribution.period == "2018",
    )
    assert 1000.0 in model.Session.scalars(peers).one()


def everything() -> tuple[Any, Any, Any]:
    """All that is held of the one release, whatever its number."""
    model.Session.expire_all()
    table = Distribution.__table__
    peers = {tuple(row[1:5]): row[5] for row in model.Session.execute(sa.select(table))}
    release = model.Session.scalars(sa.select(Release)).one()
    about = (release.rows, release.indicators, release.periods, release.levels)
    return {key[1:]: cells for key, cells in rows().items()}, peers, about


def test_a_part_rewritten_is_what_the_whole_would_be(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, *all_rows = COMPARATEUR.read_text(encoding="utf-8").splitlines()
    many = [row.split(";")[0] for row in all_rows if row.startswith("44")]
    whole = "".join(lines(*many))
    resource = put(whole.encode())
    run_all()
    for content in (
        changed("44109", "P18_POP", "1000", many),
        changed("44190", "P18_LOGVAC", "", many),
        changed("44010", "MED19", "31000", many),
        changed("44162", "CODGEO", "85047", many),
        "".join(lines(*many[:-3])).encode(),
        whole.encode(),
        whole.replace("44010;", "44999;").encode(),
    ):
        put(content, id=resource["id"])
        run_all()
        written = load_of(resource["id"]).report["written"]["observations"]
        partial = everything()
        assert 0 < written < partial[2][0] / 2
        monkeypatch.setattr(loading, "VERSION", loading.VERSION + 1)
        load_jobs.load_now(model.Session.get_one(model.Resource, resource["id"]))
        assert everything() == partial


def test_a_commune_that_left_the_file_leaves_the_figures(put: Put) -> None:
    resource = put()
    run_all()
    assert value("fr:commune:44162", "population")
    put("".join(lines("44109", "44190")).encode(), id=resource["id"])
    run_all()
    assert value("fr:commune:44162", "population") is None
    assert value(NANTES, "population")


def test_a_refused_file_changes_nothing(put: Put) -> None:
    resource = put()
    run_all()
    before, releases_before = rows(), release_of(resource["id"]).sha256
    put(b"\x00\x01\x02 not a table", id=resource["id"])
    run_all()
    load = load_of(resource["id"])
    assert load.state == "refused"
    assert load.report["problems"][0]["blocking"]
    assert rows() == before
    assert release_of(resource["id"]).sha256 == releases_before


def test_an_unknown_layout_asks_for_a_mapping(put: Put) -> None:
    resource = put(b"commune;truc\n44109;12\n44162;7\n")
    run_all()
    load = load_of(resource["id"])
    assert load.state == "unknown"
    assert load.report["columns"] == ["commune", "truc"]
    assert counts()["territoires_observation"] == 0


@pytest.mark.parametrize(
    ("name", "url"), [("lien.csv", "https://example.test/comparateur.csv"), ("image.png", None)]
)
def test_links_and_other_files_are_not_read(
    put: Put, dataset: dict[str, Any], name: str, url: str | None
) -> None:
    if url:
        tk.get_action("resource_create")(
            {"ignore_auth": True, "user": "editrice"},
            {"package_id": dataset["id"], "url": url, "format": "CSV"},
        )
    else:
        put(b"\x89PNG", name, format="PNG")
    assert queued() == []


def test_nothing_is_queued_when_the_site_says_so(
    put: Put, ckan_config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ckan_config, "ckanext.territoires.load.automatic", False)
    put()
    assert queued() == []


def delete_resource(resource: dict[str, Any]) -> None:
    context: Any = {"ignore_auth": True, "user": "editrice"}
    tk.get_action("resource_delete")(context, {"id": resource["id"]})


def delete_dataset(resource: dict[str, Any]) -> None:
    context: Any = {"ignore_auth": True, "user": "editrice"}
    tk.get_action("package_delete")(context, {"id": resource["package_id"]})


def purge_dataset(resource: dict[str, Any]) -> None:
    context: Any = {"ignore_auth": True, "user": "editrice"}
    tk.get_action("dataset_purge")(context, {"id": resource["package_id"]})


def delete_in_bulk(resource: dict[str, Any]) -> None:
    owner = model.Session.get_one(model.Package, resource["package_id"]).owner_org
    tk.get_action("bulk_update_delete")(
        {"ignore_auth": True, "user": "editrice"},
        {"datasets": [resource["package_id"]], "org_id": owner},
    )


def make_a_link(resource: dict[str, Any]) -> None:
    tk.get_action("resource_patch")(
        {"ignore_auth": True, "user": "editrice"},
        {"id": resource["id"], "url": "https://example.test/x.csv", "clear_upload": "true"},
    )


@pytest.mark.parametrize(
    "remove", [delete_resource, delete_dataset, purge_dataset, delete_in_bulk, make_a_link]
)
def test_what_is_gone_takes_its_rows_away(
    put: Put, remove: Callable[[dict[str, Any]], None]
) -> None:
    resource = put()
    run_all()
    assert counts()["territoires_observation"]
    remove(resource)
    model.Session.rollback()
    releases.forget()
    assert releases.visible(None) == ()
    assert counts()["territoires_release"] == 0
    run_all()
    assert set(counts().values()) == {0}
    kept = model.Session.scalar(sa.select(sa.func.count()).select_from(Load))
    assert (kept == 0) == (remove is purge_dataset)


def test_a_restored_dataset_is_read_again(put: Put) -> None:
    resource = put()
    run_all()
    delete_dataset(resource)
    run_all()
    tk.get_action("package_patch")(
        {"ignore_auth": True, "user": "editrice"},
        {"id": resource["package_id"], "state": "active"},
    )
    run_all()
    assert value(NANTES, "population")


def test_a_dataset_made_private_hides_its_figures(put: Put) -> None:
    resource = put()
    run_all()
    tk.get_action("package_patch")(
        {"ignore_auth": True, "user": "editrice"},
        {"id": resource["package_id"], "access_level": "service", "access_reason": "internal"},
    )
    assert releases.visible(None) == ()
    editor = model.User.get("editrice")
    assert [info.resource_id for info in releases.visible(editor)] == [resource["id"]]


@pytest.mark.parametrize("level", ["public", "agents", "service"])
def test_rows_remain_when_the_access_level_changes_and_readers_see_what_the_labels_say(
    put: Put, level: str
) -> None:
    resource = put()
    run_all()
    before = rows()
    agent, head = factories.User()["name"], factories.Sysadmin()["name"]
    others = "public" if level != "public" else "agents"
    for one in (others, level):
        tk.get_action("package_patch")(
            {"ignore_auth": True, "user": "editrice"},
            {"id": resource["package_id"], "access_level": one, "access_reason": "internal"},
        )
    run_all()
    model.Session.expire_all()
    assert rows() == before
    may = {"": {"public"}, agent: {"public", "agents"}}
    for name in ("", agent, "editrice", head):
        found = tk.get_action("territoires_observation_search")(
            {"user": name, "auth_user_obj": model.User.get(name), "ignore_auth": False},
            {"territories": [NANTES], "indicators": ["population"]},
        )
        sees = level in may.get(name, {level})
        assert ("314138" in str(found)) == sees, name


def test_a_file_over_the_limit_is_refused(
    put: Put, ckan_config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = put()
    monkeypatch.setitem(ckan_config, "ckanext.territoires.load.max_size", 0)
    done: Any = load_jobs.load_now(model.Session.get_one(model.Resource, resource["id"]))
    assert (done.state, done.report["counts"]) == ("refused", {"over_limit": 1})


def test_a_file_of_grants_gives_records_and_their_sums(put: Put) -> None:
    grants = COMPARATEUR.with_name("dsil-2019-44.csv")
    resource = put(grants.read_bytes(), name=grants.name, cog_year="2019")
    run_all()
    load = load_of(resource["id"])
    assert load.state == "loaded", load.report
    release = release_of(resource["id"])
    assert (release.profile, release.shape, release.rows) == ("dotations-2019", "records", 81)
    assert (release.periods, "departement" in release.levels) == (["2019"], True)
    total = sa.select(sa.func.sum(Record.granted)).where(
        Record.lineage.contains(["fr:departement:44"])
    )
    granted = float(model.Session.scalars(total).one() or 0)
    assert granted > 0
    assert value("fr:departement:44", "grants_granted", "2019") == (pytest.approx(granted), 0)
    before = rows()
    text = grants.read_text(encoding="utf-8")
    put("".join(text.splitlines(keepends=True)[:-1]).encode(), id=resource["id"], name=grants.name)
    run_all()
    assert counts()["territoires_record"] == 80
    assert rows().keys() <= before.keys()
    assert rows() != before


def test_a_file_that_changes_its_kind_leaves_nothing_of_the_former(put: Put) -> None:
    resource = put()
    run_all()
    grants = COMPARATEUR.with_name("dsil-2019-44.csv")
    put(grants.read_bytes(), id=resource["id"], name=grants.name)
    run_all()
    assert value(NANTES, "population") is None
    assert counts()["territoires_record"] == 81
    put(id=resource["id"])
    run_all()
    assert value(NANTES, "population")
    assert counts()["territoires_record"] == 0


def test_who_follows_the_place_is_told(put: Put) -> None:
    """Of figures, when some are new: not of a file that says the same, nor of a place elsewhere."""
    people = {place: factories.User() for place in (NANTES, "fr:commune:53130")}
    for place, user in people.items():
        context: Any = {"user": user["name"], "auth_user_obj": model.User.get(user["name"])}
        asked = {"kind": "territory", "id": place, "scope": "exact", "things": ["figures"]}
        tk.get_action("territoires_follow")(context, asked)
    resource = put()
    tk.get_action("package_patch")(
        {"ignore_auth": True, "user": "editrice"},
        {"id": resource["package_id"], "territory": [NANTES]},
    )
    run_all()
    told = model.Session.query(Notice.user_id, Notice.subject, Notice.reason).all()
    assert told == [(people[NANTES]["id"], "figures", "territory")]
    model.Session.query(Notice).delete()
    model.Session.commit()
    load_jobs.load_now(model.Session.get_one(model.Resource, resource["id"]), force=True)
    assert model.Session.query(Notice).count() == 0
