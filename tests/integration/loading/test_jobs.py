"""What becomes of a loading when things go wrong: a killed worker, a fault, two at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs

from ckanext.territoires.bridge import load_figures, load_jobs, loading
from ckanext.territoires.model import Load, Observation, Release
from tests.integration.loading.conftest import Put, changed

# Says that it began, then waits in the middle of the writing, rows removed and others written.
SLOW_WORKER = """
import sys, time
from ckan.cli.cli import _init_ckan_config  # noqa: F401
from ckan.cli import load_config
from ckan.config.middleware import make_app
make_app(load_config(sys.argv[1]))
from ckan.lib import jobs
from ckanext.territoires.bridge import load_figures
copy = load_figures.copy_distributions
def slow(*rest):
    copy(*rest)
    open(sys.argv[2], "w").write("here")
    time.sleep(120)
load_figures.copy_distributions = slow
jobs.Worker().work(burst=True, with_scheduler=False)
"""


@pytest.fixture
def worker(tmp_path: Path, ckan_config: dict[str, Any]) -> Iterator[Callable[[], int]]:
    """Start a real worker that stops in the middle of a loading; hand over its process id."""
    processes: list[subprocess.Popen[bytes]] = []
    flag = tmp_path / "in-the-middle"
    script = tmp_path / "worker.py"
    script.write_text(SLOW_WORKER, encoding="utf-8")

    def start() -> int:
        log = (tmp_path / "worker.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, script, ckan_config["__file__"], flag],
            stdout=log,
            stderr=log,
        )
        processes.append(process)
        deadline = time.monotonic() + 90
        while not flag.exists():
            assert process.poll() is None, (tmp_path / "worker.log").read_text()
            assert time.monotonic() < deadline, (tmp_path / "worker.log").read_text()
            time.sleep(0.1)
        return process.pid

    yield start
    for process in processes:
        if process.poll() is None:
            kill_all_of(process.pid)


def kill_all_of(pid: int) -> None:
    """Kill a worker, then the process that works for it, which is of another group."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    for one in (pid, *map(int, children)):
        os.kill(one, signal.SIGKILL)
    os.waitpid(pid, 0)


def rows() -> list[tuple[Any, ...]]:
    model.Session.rollback()
    table = Observation.__table__
    query = sa.select(table).order_by(table.c.territory, table.c.indicator, table.c.period)
    return [tuple(row) for row in model.Session.execute(query)]


def load_of(resource: dict[str, Any]) -> Any:
    model.Session.rollback()
    model.Session.expire_all()
    found = Load.latest(resource["id"])
    assert found
    return found


def population(territory: str = "fr:commune:44109") -> float | None:
    return model.Session.scalar(
        sa.select(Observation.value).where(
            Observation.territory == territory,
            Observation.indicator == "population",
            Observation.period == "2018",
        )
    )


def test_a_worker_killed_in_the_middle_leaves_the_former_rows_and_the_job_is_run_again(
    put: Put, worker: Callable[[], int]
) -> None:
    resource = put()
    load_jobs.run(resource["id"])
    jobs.get_queue().empty()
    before = rows()
    put(changed("44109", "P18_POP", "1000"), id=resource["id"])
    pid = worker()
    # The others see how far it is, and the former rows.
    assert (load_of(resource).state, load_of(resource).step) == ("running", "writing")
    assert rows() == before
    # Whoever comes meanwhile leaves it alone.
    assert load_jobs.resume() == []
    kill_all_of(pid)
    wait_for_the_lock(resource["id"])
    assert rows() == before
    assert load_of(resource).state == "running"
    assert load_jobs.resume() == [resource["id"]]
    jobs.Worker().work(burst=True, with_scheduler=False)
    assert (load_of(resource).state, load_of(resource).tries) == ("loaded", 2)
    assert population() == 1000.0


def wait_for_the_lock(resource_id: str) -> None:
    """Wait until the database has noticed that its client is dead."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with load_jobs._owning(resource_id) as connection:
            if connection is not None:
                return
        time.sleep(0.2)
    raise AssertionError("the lock of a dead worker is still held")


def test_a_work_horse_killed_alone_is_run_again_by_its_worker(
    put: Put, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    resource = put()
    mark = tmp_path / "killed-once"
    write = loading.write

    def killed(*rest: Any, **more: Any) -> Any:
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return write(*rest, **more)

    monkeypatch.setattr(loading, "write", killed)
    jobs.Worker().work(burst=True, with_scheduler=False)
    assert mark.exists()
    assert (load_of(resource).state, load_of(resource).tries) == ("loaded", 2)


def failing(*_rest: Any, **_more: Any) -> Any:
    raise RuntimeError("the disk is full")


def test_a_fault_of_ours_is_tried_three_times_then_told(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = put()
    load_jobs.run(resource["id"])
    jobs.get_queue().empty()
    before = rows()
    put(changed("44109", "P18_POP", "1000"), id=resource["id"])
    monkeypatch.setattr(load_figures, "copy_distributions", failing)
    for state in ("queued", "queued", "failed"):
        with pytest.raises(RuntimeError):
            load_jobs.run(resource["id"])
        assert load_of(resource).state == state
        assert rows() == before
    assert load_of(resource).report["counts"] == {"internal_error": 1}
    load_jobs.run(resource["id"])
    assert load_of(resource).tries == 3


def test_a_loading_that_kills_its_worker_each_time_is_given_up(put: Put) -> None:
    resource = put()
    load = load_of(resource)
    load.state, load.tries = "running", load_jobs.MAX_TRIES
    model.Session.commit()
    load_jobs.run(resource["id"])
    assert load_of(resource).state == "failed"
    assert load_of(resource).report["counts"] == {"interrupted": 1}


def test_one_at_a_time_for_a_file(put: Put) -> None:
    resource = put()
    with load_jobs._owning(resource["id"]) as connection:
        assert connection is not None
        load_jobs.run(resource["id"])
        assert load_of(resource).state == "queued"
        with pytest.raises(load_jobs.Busy):
            load_jobs.load_now(model.Session.get_one(model.Resource, resource["id"]))


def test_a_file_that_changes_while_it_is_read_is_read_anew(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = put()
    jobs.get_queue().empty()
    carry = loading.carry

    def meanwhile(*rest: Any, **more: Any) -> Any:
        monkeypatch.setattr(loading, "carry", carry)
        put(changed("44109", "P18_POP", "1000"), id=resource["id"])
        # Its job came, and found this one at work.
        load_jobs.run(resource["id"])
        jobs.get_queue().empty()
        return carry(*rest, **more)

    monkeypatch.setattr(loading, "carry", meanwhile)
    load_jobs.run(resource["id"])
    assert rows() == []
    assert load_of(resource).state == "queued"
    assert [list(job.args) for job in jobs.get_queue().get_jobs()] == [[resource["id"]]]
    load_jobs.run(resource["id"])
    assert load_of(resource).state == "loaded"
    assert population() == 1000.0
    states = sa.select(Load.state).where(Load.resource_id == resource["id"]).order_by(Load.created)
    assert list(model.Session.scalars(states)) == ["failed", "loaded"]


def test_a_loading_whose_job_was_lost_is_queued_again(put: Put) -> None:
    resource = put()
    jobs.get_queue().empty()
    assert load_jobs.resume() == [resource["id"]]
    assert load_jobs.resume() == []


def test_rows_without_a_release_are_swept(put: Put) -> None:
    resource = put()
    load_jobs.run(resource["id"])
    model.Session.execute(sa.update(Release).values(resource_id="gone"))
    model.Session.commit()
    assert rows()
    load_jobs.sweep()
    assert rows() == []
    assert model.Session.scalar(sa.select(sa.func.count()).select_from(Release)) == 0
