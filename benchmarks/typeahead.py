"""The typeahead over the nation: how fast it answers, and whether its first answer is right."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import ckan.model as model
import sqlalchemy as sa

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.territory.names import fold
from ckanext.territoires.territory.reference import Territory

from .apparatus.client import Client
from .apparatus.measure import Verdict, milliseconds, ratio, take_turns, tell
from .apparatus.nation import LEVELS, Nation
from .apparatus.site import opened, served, site_ini

REGION = "fr:region:52"
LIMIT = 1.5
ROUNDS = 7
KEYSTROKES_A_ROUND = 100
ROWS = 50
TYPEAHEAD = "territoires_territory_autocomplete"
# Of CKAN's actions that an anonymous visitor may call, the one that is a row by its primary key
# and nothing else: no other query, no relation, no Solr.
PRIMARY_KEY_READ = "task_status_show"
TASK = "bench_typeahead"


@dataclass(frozen=True)
class Draw:
    """What is typed, and the row that is read beside it."""

    typed: str
    row: str


def main() -> None:
    """Print the measures."""
    with opened(site_ini()):
        nation = Nation.of_today()
        rows = _rows()
        right = [_question(commune) for commune in reference().members(REGION, "commune")]
    with served(site_ini()) as address, Client(address) as client:
        speed(client, nation, rows)
        first_answers(client, right)


def speed(client: Client, nation: Nation, rows: list[str]) -> None:
    """Keystrokes over the nation against rows read by their primary key."""
    draw = random.Random(20)
    sides = {
        "typeahead": lambda one: client.action(TYPEAHEAD, q=one.typed),
        "row": lambda one: client.action(PRIMARY_KEY_READ, id=one.row),
    }
    take_turns(sides, [_draws(draw, nation, rows)])
    timings = take_turns(sides, [_draws(draw, nation, rows) for _ in range(ROUNDS)])
    tell(Verdict("typeahead", "row-p95-ms", milliseconds(timings, "row")))
    tell(Verdict("typeahead", "p95-ms", milliseconds(timings, "typeahead")))
    tell(Verdict("typeahead", "ratio", ratio(timings, "typeahead", "row"), LIMIT))


def first_answers(client: Client, questions: list[tuple[str, Mapping[str, str]]]) -> None:
    """Share of the communes of the région that come first when their name is typed plainly."""
    missed = []
    for id, asked in questions:
        found = client.action(TYPEAHEAD, limit="1", **asked)
        if [one["id"] for one in found] != [id]:
            missed.append((id, dict(asked), [one["id"] for one in found]))
    for each in missed[:10]:
        print("missed:", *each)
    value = 1 - len(missed) / len(questions)
    tell(Verdict("typeahead", "first-answers", value, 1, at_least=True))


def _draws(draw: random.Random, nation: Nation, rows: list[str]) -> list[Draw]:
    """Names of the nation, typed from the second letter to the last."""
    names = [reference().territories[id].name for id in nation.sample(draw, KEYSTROKES_A_ROUND)]
    return [
        Draw(fold(name)[: draw.randint(2, max(2, len(name)))], draw.choice(rows)) for name in names
    ]


def _rows() -> list[str]:
    found = sa.select(model.TaskStatus.id).where(model.TaskStatus.task_type == TASK)
    missing = ROWS - len(list(model.Session.scalars(found)))
    for number in range(missing):
        status = model.TaskStatus(
            entity_id=str(number),
            entity_type=TASK,
            task_type=TASK,
            key=str(number),
            value="",
            state="complete",
            error="",
            last_updated=datetime.now(UTC).replace(tzinfo=None),
        )
        model.Session.add(status)
    model.Session.commit()
    return list(model.Session.scalars(found))


def _question(commune: Territory) -> tuple[str, Mapping[str, str]]:
    """A commune, and what one types for it: its name, and where it is when others bear it."""
    folded = fold(commune.name)
    others = [t for t in _namesakes()[folded] if t.id != commune.id]
    asked = {"q": folded}
    if any(other.level != "commune" for other in others):
        asked["level"] = "commune"
    if any(other.level == "commune" for other in others):
        asked["within"] = _narrowest(commune, others)
    return commune.id, asked


def _narrowest(commune: Territory, others: Iterable[Territory]) -> str:
    """The widest territory that has this commune and no other of its name."""
    elsewhere = {id for other in others for id in other.parents}
    return next(id for id in reversed(commune.parents) if id not in elsewhere)


@cache
def _namesakes() -> Mapping[str, list[Territory]]:
    found: dict[str, list[Territory]] = defaultdict(list)
    for territory in reference().territories.values():
        if territory.level in LEVELS:
            found[fold(territory.name)].append(territory)
    return found
