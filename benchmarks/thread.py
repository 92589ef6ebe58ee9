"""The thread of a project: its pages, whatever their depth, what is written in it, its search."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import psycopg2

from ckanext.territoires.bridge.thread_reading import Selection, entries, selected
from ckanext.territoires.model import Message
from ckanext.territoires.views.thread_page import PAGE

from .apparatus.client import Client
from .apparatus.datasets import SUBJECTS, WORDS, prose
from .apparatus.discussions import AUTHOR, AUTHORS, Discussion, admit, discussions, followed_by
from .apparatus.measure import Verdict, milliseconds, ratio, take_turns, tell
from .apparatus.nation import Nation
from .apparatus.producers import ADMIN, AGENT, account, services, token_of
from .apparatus.site import opened, served, site_ini

LONG, THREADS = 5_000, 200
PAGE_LIMIT = 1.3
LAST_LIMIT = 1.2
POST_LIMIT = 3
#: Threads that are read again and again, and rounds until each web process has read them.
READ, WARM = 4, 3
ROUNDS, PAGES_A_ROUND, POSTS_A_ROUND, SEARCHES_A_ROUND = 7, 20, 30, 20


def main() -> None:
    """Print the measures."""
    with opened(site_ini()):
        nation = Nation.of_today()
        producers = services(nation, 20)
        agent = account(AGENT, member_of=producers[0].id)
        empty, *long = discussions(nation, producers, [0, *[LONG] * THREADS])
        admit(agent, [empty, *long])
        with served(site_ini()) as address:
            pages(address, agent, empty, long)
            followed_by([], long)
            posts(address, long, "post", POST_LIMIT)
            authors = [account(f"{AUTHOR}{number:02}").id for number in range(AUTHORS)]
            followed_by(authors, long)
            posts(address, long, "post-to-followers", None)
        searches(long)


def pages(address: str, agent: model.User, empty: Discussion, long: Sequence[Discussion]) -> None:
    """A page of entries against that of a thread without any; the last against the first.

    Of threads that people have read since the web process started, which has their HTML at hand;
    then, for the record, of threads that nobody has.
    """
    draw = random.Random(6)
    read, unread = long[:READ], long[READ:]
    rounds = [draw.choices(read, k=PAGES_A_ROUND) for _ in range(ROUNDS + WARM)]
    fresh = [unread[n * PAGES_A_ROUND :][:PAGES_A_ROUND] for n in range(ROUNDS)]
    with Client(address, token_of(agent)) as client:
        sides: dict[str, Callable[[Discussion], object]] = {
            "empty": lambda _one: client.page(f"/projet/{empty.name}/fil"),
            "first": lambda one: client.page(f"/projet/{one.name}/fil"),
            "last": lambda one: client.page(f"/projet/{one.name}/fil?avant={PAGE + 1}"),
        }
        take_turns(sides, rounds[:WARM])
        timings = take_turns(sides, rounds[WARM:])
        first = {side: sides[side] for side in ("empty", "first")}
        cold = take_turns(first, fresh)
    for side in sides:
        tell(Verdict("thread", f"{side}-page-p95-ms", milliseconds(timings, side)))
    tell(Verdict("thread", "unread-page-ratio", ratio(cold, "first", "empty")))
    tell(Verdict("thread", "page-ratio", ratio(timings, "first", "empty"), PAGE_LIMIT))
    tell(Verdict("thread", "last-ratio", ratio(timings, "last", "first"), LAST_LIMIT))


def posts(address: str, long: Sequence[Discussion], metric: str, limit: float | None) -> None:
    """A message in a long thread, against the bare activity that CKAN would write of it.

    In a project that nobody follows, whose members are told when they are named; then, for the
    record, in one that forty people follow, each of whom is told.

    By the API, by who runs the site: CKAN lets nobody else write an activity.
    """
    draw = random.Random(7)
    rounds = [draw.choices(long, k=POSTS_A_ROUND) for _ in range(ROUNDS + 1)]
    admin = account(ADMIN, sysadmin=True)
    with Client(address, token_of(admin)) as client:

        def posted(one: Discussion) -> object:
            data = {"project_id": one.id, "text": prose(draw, 30)}
            return client.call("territoires_message_create", data)

        def noted(one: Discussion) -> object:
            data = {
                "user_id": admin.id,
                "object_id": one.id,
                "activity_type": "changed package",
                "data": {"package": {"id": one.id, "title": prose(draw, 30)}},
            }
            return client.call("activity_create", data)

        sides = {"post": posted, "activity": noted}
        take_turns(sides, rounds[:1])
        timings = take_turns(sides, rounds[1:])
    tell(Verdict("thread", f"{metric}-p95-ms", milliseconds(timings, "post")))
    tell(Verdict("thread", f"{metric}-ratio", ratio(timings, "post", "activity"), limit))


def searches(long: Sequence[Discussion]) -> None:
    """Words in a thread among a million entries: by index, against a page of the same thread."""
    total = model.Session.scalar(sa.select(sa.func.count()).select_from(Message)) or 0
    tell(Verdict("thread", "entries", total, LONG * THREADS, at_least=True))
    draw = random.Random(8)
    rounds = [
        [(one, _words(draw)) for one in draw.choices(long, k=SEARCHES_A_ROUND)]
        for _ in range(ROUNDS + 1)
    ]
    sides: Mapping[str, Callable[[tuple[Discussion, str]], object]] = {
        "search": lambda one: entries(one[0].id, Selection(words=one[1], newest_first=True)),
        "read": lambda one: entries(one[0].id, Selection(newest_first=True)),
    }
    take_turns(sides, rounds[:1])
    timings = take_turns(sides, rounds[1:])
    for side in sides:
        tell(Verdict("thread", f"{side}-p95-ms", milliseconds(timings, side)))
    plans = [_plan(one.id, words) for one, words in rounds[0]]
    by_index = sum("Seq Scan on territoires_message" not in plan for plan in plans)
    tell(Verdict("thread", "search-by-index", by_index / len(plans), 1, at_least=True))


def _plan(project_id: str, words: str) -> str:
    """How the database runs a search."""
    statement = selected(project_id, Selection(words=words, newest_first=True)).statement
    compiled = statement.compile(dialect=psycopg2.dialect())
    connection = model.Session.connection()
    found = connection.exec_driver_sql(f"EXPLAIN {compiled}", compiled.construct_params())
    return "\n".join(line for (line,) in found)


def _words(draw: random.Random) -> str:
    """Of a common word, of two words, of one entry alone."""
    return draw.choice(
        [draw.choice(WORDS), draw.choice(SUBJECTS), f"{draw.choice(WORDS)} {draw.randint(1, LONG)}"]
    )
