"""`ckan territoires load`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs

from ckanext.territoires.bridge import load_jobs
from ckanext.territoires.model import Load, Observation, Release
from tests.integration.loading.conftest import COMPARATEUR, Put, changed, file_of


@pytest.fixture
def run(cli: Any) -> Any:
    from ckan.cli.cli import ckan

    def do(*words: object) -> Any:
        done = cli.invoke(ckan, ["territoires", "load", *map(str, words)])
        model.Session.rollback()
        model.Session.expire_all()
        return done

    return do


def held() -> int:
    return model.Session.scalars(sa.select(sa.func.count()).select_from(Observation)).one()


def test_a_resource_is_loaded_then_left_alone(run: Any, put: Put) -> None:
    resource = put()
    done = run(resource["id"])
    assert done.exit_code == 0, done.output
    assert "6 lines read, 6 kept, 0 refused" in done.output
    assert held()
    again = run(resource["id"])
    assert again.exit_code == 0
    assert "unchanged" in again.output
    assert "unchanged" not in run(resource["id"], "--force").output


def test_a_refused_file_is_told_line_by_line_and_exits_with_1(run: Any, put: Put) -> None:
    resource = put(b"\x00\x01\x02 not a table")
    done = run(resource["id"])
    assert done.exit_code == 1
    assert "refused" in done.output
    assert "This is not a table that can be read" in done.output
    assert run("--all").exit_code == 1


def test_each_wrong_cell_is_told_with_its_line_and_column(run: Any, put: Put) -> None:
    resource = put(changed("44109", "P18_POP", "beaucoup"))
    done = run(resource["id"])
    assert done.exit_code == 0, done.output
    line = next(one for one in done.output.splitlines() if "beaucoup" in one)
    assert "P18_POP" in line
    assert "This is not a number" in line


def test_a_dry_run_writes_nothing(run: Any, put: Put, tmp_path: Path) -> None:
    resource = put()
    done = run(resource["id"], "--dry-run")
    assert (done.exit_code, held()) == (0, 0), done.output
    alone = run(COMPARATEUR, "--dry-run")
    assert alone.exit_code == 0
    assert "1236 lines read, 1236 kept" in alone.output
    unknown = tmp_path / "unknown.csv"
    unknown.write_text("a;b\n1;2\n", encoding="utf-8")
    assert run(unknown, "--dry-run").exit_code == 1
    states = model.Session.scalars(sa.select(Load.state)).all()
    assert (list(states), held()) == (["queued"], 0)


def test_a_file_takes_the_place_of_a_resources(run: Any, put: Put, tmp_path: Path) -> None:
    resource = put()
    run(resource["id"])
    path = tmp_path / "nouveau.csv"
    path.write_bytes(changed("44109", "P18_POP", "1000"))
    assert run(path).exit_code == 2
    done = run(path, "--resource", resource["id"])
    assert done.exit_code == 0, done.output
    query = sa.select(Observation.value).where(
        Observation.territory == "fr:commune:44109",
        Observation.indicator == "population",
        Observation.period == "2018",
    )
    assert model.Session.scalar(query) == 1000.0
    assert model.Session.get_one(model.Resource, resource["id"]).url == "nouveau.csv"


def test_all_reads_every_file_and_an_unknown_layout_is_no_fault(run: Any, put: Put) -> None:
    put()
    put(b"a;b\n1;2\n", name="autre.csv")
    done = run("--all")
    assert done.exit_code == 0, done.output
    states = model.Session.scalars(sa.select(Load.state).order_by(Load.state)).all()
    assert list(states) == ["loaded", "unknown"]


def test_resume_queues_what_was_lost_and_sweeps(run: Any, put: Put) -> None:
    resource = put()
    load_jobs.run(resource["id"])
    model.Session.execute(sa.update(Release).values(resource_id="gone"))
    model.Session.commit()
    put(file_of(changed("44109", "P18_POP", "1")), id=resource["id"])
    jobs.get_queue().empty()
    done = run("--resume")
    assert done.exit_code == 0
    assert "Queued again: 1" in done.output
    assert held() == 0


@pytest.mark.parametrize("words", [(), ("nothing-of-the-kind",), ("x", "--all")])
def test_a_call_that_names_nothing_is_refused(run: Any, service: Any, words: Any) -> None:
    assert run(*words).exit_code in (1, 2)
