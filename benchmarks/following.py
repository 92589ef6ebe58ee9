"""What following costs: the count in the header of each page, and the digests of all agents."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import ckan.model as model
import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from flask_login import login_user

from ckanext.territoires.bridge import mailing, notice_reading
from ckanext.territoires.model import Delivery, Notice

from .apparatus.discussions import (
    PEOPLE,
    Discussion,
    discussions,
    follow,
    people,
    tell_everyone,
)
from .apparatus.discussions import (
    tell as tell_of,
)
from .apparatus.measure import Verdict, milliseconds, ratio, resident_megabytes, take_turns, tell
from .apparatus.nation import Nation
from .apparatus.producers import account, services
from .apparatus.site import opened, site_ini
from .thread import LONG, THREADS

FOLLOWER = "bench-follower"
FOLLOWED = 21
HEADER_LIMIT = 100
ROUNDS, READS_A_ROUND = 3, 4
AGENTS = int(os.environ.get("TERRITOIRES_BENCH_AGENTS", "10000"))
#: Projects that each agent follows, and what each of them tells since the last digest.
EACH, TOLD = 10, 4
QUARTERS = 4
# The last quarter of the agents may not cost more than a tenth above the first.
LINEAR_LIMIT = 1.1
GROWTH_LIMIT = 1.1


class Stopped(Exception):
    """The run of the digests was cut short."""


def main() -> None:
    """Print the measures."""
    with opened(site_ini()):
        nation = Nation.of_today()
        _empty, *long = discussions(nation, services(nation, 20), [0, *[LONG] * THREADS])
        header(long[:FOLLOWED])
        people(AGENTS)
        _forget()
        tell_everyone(long, EACH, TOLD)
        digests()


def header(followed: list[Discussion]) -> None:
    """The number of the header, against CKAN's own badge: an agent who follows 21 projects.

    The same data for both: all that was said in them is unread.
    """
    agent = account(FOLLOWER)
    follow([agent.id], followed)
    tell_of(agent.id, followed)
    _never_looked(agent)
    login_user(agent)
    sides: dict[str, Callable[[int], object]] = {
        "header": lambda _one: notice_reading.unread_count(agent),
        "badge": lambda _one: tk.get_action("dashboard_new_activities_count")(
            {"user": agent.name, "auth_user_obj": agent}, {}
        ),
    }
    draws = [list(range(READS_A_ROUND)) for _ in range(ROUNDS + 1)]
    take_turns(sides, draws[:1])
    timings = take_turns(sides, draws[1:])
    for side in sides:
        tell(Verdict("following", f"{side}-ms", milliseconds(timings, side, statistics.median)))
    value = ratio(timings, "badge", "header", statistics.median)
    tell(Verdict("following", "header-ratio", value, HEADER_LIMIT, at_least=True))


def digests() -> None:
    """The digests of all agents, by a run that is cut short and another that goes on."""
    total = model.Session.scalar(sa.text("SELECT count(*) FROM activity")) or 0
    tell(Verdict("following", "activities", total, LONG * THREADS, at_least=True))
    moments: list[float] = []
    resident: list[float] = []
    quarter = AGENTS // QUARTERS

    def step() -> None:
        moments.append(time.perf_counter())
        if len(moments) % 100 == 0:
            resident.append(resident_megabytes())
        if len(moments) == quarter:
            raise Stopped

    with _sink():
        moment = _working_day()
        started = time.perf_counter()
        try:
            mailing.digests(moment, step)
        except Stopped:
            model.Session.rollback()
        first = time.perf_counter() - started
        mailing.digests(moment, step)
    seconds = moments[-1] - moments[-quarter]
    tell(Verdict("following", "digest-ms-each", 1000 * first / quarter))
    tell(Verdict("following", "digest-last-to-first-quarter", seconds / first, LINEAR_LIMIT))
    warm = max(resident[: len(resident) // QUARTERS])
    tell(Verdict("following", "digest-memory-mb", max(resident)))
    tell(Verdict("following", "digest-memory-growth", max(resident) / warm, GROWTH_LIMIT))
    sent = _deliveries(Delivery.state == "sent")
    tell(Verdict("following", "digest-agents-mailed", sent / AGENTS, 1, at_least=True))
    tell(Verdict("following", "digest-mailed-twice", _deliveries(Delivery.attempts > 1), 0))


def _deliveries(condition: sa.ColumnElement[bool]) -> int:
    ours = sa.select(model.User.id).where(model.User.name.like(f"{PEOPLE}%"))
    query = sa.select(sa.func.count()).select_from(Delivery).where(Delivery.user_id.in_(ours))
    return model.Session.scalar(query.where(condition)) or 0


def _forget() -> None:
    """Have nobody be told or mailed anything yet but the reader of the header."""
    ours = sa.select(model.User.id).where(model.User.name.like(f"{PEOPLE}%"))
    for table in (Delivery, Notice):
        model.Session.execute(sa.delete(table).where(table.user_id.in_(ours)))
    model.Session.commit()


def _never_looked(agent: model.User) -> None:
    """Have the agent's dashboard be one that was last seen before anything was said."""
    long_ago = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=60)
    model.Session.execute(
        sa.text("""
            INSERT INTO dashboard (user_id, activity_stream_last_viewed, email_last_sent)
            VALUES (:id, :moment, :moment)
            ON CONFLICT (user_id) DO UPDATE SET activity_stream_last_viewed = :moment
        """),
        {"id": agent.id, "moment": long_ago},
    )
    model.Session.commit()


def _working_day() -> datetime:
    """Noon of the next Wednesday."""
    today = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return today + timedelta(days=(2 - today.weekday()) % 7 or 7)


@contextmanager
def _sink() -> Iterator[None]:
    """A mail server that takes all it is given and keeps nothing, in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink"]
    with subprocess.Popen([*command, "-l", address]) as server:
        try:
            _wait_for(address)
            tk.config["smtp.server"] = address
            tk.config["smtp.mail_from"] = "portail@example.org"
            yield
        finally:
            server.terminate()


def _wait_for(address: str) -> None:
    host, _, port = address.partition(":")
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
