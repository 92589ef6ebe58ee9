"""A hundred agents who write in one thread at the same time, through several web processes."""

from __future__ import annotations

import configparser
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.territoires.discussion.message import Role
from ckanext.territoires.model import Notice
from tests.integration.projects.conftest import Circle, admit, person

AGENTS = 100
EACH = 3
PROCESSES = 4
CONFIG = Path(__file__).parents[3] / "config" / "gunicorn.conf.py"


@contextmanager
def served(ini: str, folder: Path) -> Iterator[str]:
    """The site as `bin/up` serves it, by several processes on the tests' own services."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    environment = {
        **os.environ,
        "CKAN_INI": ini,
        "TERRITOIRES_BIND": bind,
        "TERRITOIRES_WEB_PROCESSES": str(PROCESSES),
    }
    log = folder / "web.log"
    command = [Path(sys.executable).parent / "gunicorn", "--config", CONFIG]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=environment, stdout=output, stderr=output) as process,
    ):
        try:
            deadline = time.monotonic() + 120
            while True:
                assert process.poll() is None, log.read_text()
                try:
                    urllib.request.urlopen(f"http://{bind}/api/3/action/status_show", timeout=30)
                    break
                except OSError:
                    assert time.monotonic() < deadline, log.read_text()
                    time.sleep(0.2)
            yield f"http://{bind}"
        finally:
            process.send_signal(signal.SIGTERM)


def test_a_hundred_agents_at_once(
    circle: Circle, ckan_config: dict[str, Any], tmp_path: Path
) -> None:
    """None is lost, none is doubled, positions have no gap, the order is that of the answers."""
    project_id = circle.project["id"]
    tokens: list[str] = []
    for _number in range(AGENTS):
        agent = person()
        admit(project_id, agent, Role.MEMBER)
        made = tk.get_action("api_token_create")(
            {"ignore_auth": True, "user": agent.name}, {"user": agent.name, "name": "essai"}
        )
        tokens.append(made["token"])
    circle.call("reader", "territoires_follow", kind="project", id=project_id)
    ready = Barrier(AGENTS)

    def write(number: int) -> list[tuple[str, int]]:
        ready.wait(60)
        answers: list[tuple[str, int]] = []
        for turn in range(EACH):
            said = f"Agent {number}, message {turn}"
            body = json.dumps({"project_id": project_id, "text": said}).encode()
            request = urllib.request.Request(
                f"{address}/api/3/action/territoires_message_create",
                body,
                {"Authorization": tokens[number], "Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=120) as answer:
                answers.append((said, json.load(answer)["result"]["position"]))
        return answers

    with served(services(ckan_config), tmp_path) as address, ThreadPoolExecutor(AGENTS) as pool:
        written = list(pool.map(write, range(AGENTS)))

    expected = {said: position for answers in written for said, position in answers}
    entries = every(circle)
    assert len(expected) == len(entries) == AGENTS * EACH
    # As each was told when it wrote; what one agent says stays in the order in which it was said.
    assert {one["text"]: one["position"] for one in entries} == expected
    assert [one["position"] for one in entries] == list(range(1, AGENTS * EACH + 1))
    for answers in written:
        positions = [position for _said, position in answers]
        assert positions == sorted(positions)
    # An entry that comes after another by its place was not written before it.
    assert [one["created"] for one in entries] == sorted(one["created"] for one in entries)
    activities = tk.get_action("package_activity_list")(
        {"ignore_auth": True, "user": circle.people["sysadmin"].name},
        {"id": project_id, "limit": 100},
    )
    assert max(Counter(one["id"] for one in activities).values()) == 1
    assert notices(circle, "reader") == AGENTS * EACH


def services(ckan_config: dict[str, Any]) -> str:
    """The configuration of the tests' services, over which that of the tests is."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ckan_config["__file__"])
    return parser["app:main"]["use"].removeprefix("config:")


def every(circle: Circle) -> list[dict[str, Any]]:
    """All entries, by pages, the oldest first; the other way round they are the same."""
    found: list[dict[str, Any]] = []
    data = {"project_id": circle.project["id"], "limit": 40}
    while page := circle.call(
        "reader",
        "territoires_message_list",
        **data,
        after=found[-1]["position"] if found else 0,
    )["messages"]:
        found += page
    back: list[str] = []
    before = found[-1]["position"] + 1 if found else 1
    while page := circle.call(
        "reader", "territoires_message_list", **data, before=before, newest_first=True
    )["messages"]:
        back += [one["id"] for one in page]
        before = page[-1]["position"]
    assert [one["id"] for one in found] == back[::-1]
    return found


def notices(circle: Circle, role: str) -> int:
    return model.Session.query(Notice).filter_by(user_id=circle.people[role].id).count()
