"""Projects with long threads, and agents who follow them, kept from one run to the next.

The projects are made by CKAN's own action; what was said in them and who follows them is written by
SQL, as rows of the same shape as the actions write: a million calls of an action would take a day.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckan.types import Context

from .datasets import SUBJECTS, WORDS, prose
from .nation import Nation
from .producers import ADMIN, Service, account

PREFIX = "bench-project-"
PEOPLE = "bench-person-"
AUTHOR, AUTHORS = "bench-author-", 40
#: Distinct texts of messages: two in three are a line, as people write, the others a paragraph.
TEXTS = 2000
#: One entry in five is a change of the sheet: CKAN's activity of it holds the whole sheet.
KINDS = ("message", "message", "question", "decision", "sheet")
_CHANGE = {"changes": [{"field": "title", "subject": "", "before": "Friche", "after": "Gare"}]}
_LABELS = ("territoires-agents",)


@dataclass(frozen=True)
class Discussion:
    """A project and how many entries its thread has."""

    id: str
    name: str
    entries: int


def discussions(nation: Nation, producers: list[Service], sizes: list[int]) -> list[Discussion]:
    """Projects that any agent may read, one for each of these numbers of entries."""
    started = time.monotonic()
    admin = account(ADMIN, sysadmin=True)
    authors = [account(f"{AUTHOR}{n:02}", member_of=producers[0].id) for n in range(AUTHORS)]
    draw = random.Random(21)
    coverages = nation.coverages(draw, len(sizes))
    found: list[Discussion] = []
    for number, (size, coverage) in enumerate(zip(sizes, coverages, strict=True)):
        name = f"{PREFIX}{number:04}-{size}"
        known = model.Package.get(name)
        id = known.id if known else _project(admin, draw, name, producers, coverage)
        found.append(Discussion(id, name, size))
    written = _fill(found, [author.id for author in authors])
    seconds = time.monotonic() - started
    print(f"{len(sizes)} projects, {written} entries written, in {seconds:.0f} s", flush=True)
    return found


def people(count: int) -> None:
    """Have `count` active accounts with an address, beside those who sign in."""
    rows = model.Session.execute(
        sa.text("""
            INSERT INTO "user" (id, name, fullname, email, password, created, state, sysadmin,
                                activity_streams_email_notifications)
            SELECT md5(:prefix || n), :prefix || lpad(n::text, 6, '0'), 'Agent ' || n,
                   :prefix || n || '@example.org', '', now(), 'active', false, false
            FROM generate_series(1, :count) AS n
            ON CONFLICT DO NOTHING
        """),
        {"prefix": PEOPLE, "count": count},
    )
    model.Session.commit()
    if _touched(rows):
        _analyze("user")


def follow(user_ids: list[str], projects: list[Discussion]) -> None:
    """Have each of these people follow each of these projects, for CKAN as for us."""
    model.Session.execute(
        sa.text("""
            INSERT INTO user_following_dataset (follower_id, object_id, datetime)
            SELECT follower, followed, now() - interval '60 days'
            FROM unnest(CAST(:people AS text[])) AS follower,
                 unnest(CAST(:projects AS text[])) AS followed
            ON CONFLICT DO NOTHING
        """),
        {"people": user_ids, "projects": [one.id for one in projects]},
    )
    model.Session.commit()
    _analyze("user_following_dataset")


def followed_by(user_ids: list[str], projects: list[Discussion]) -> None:
    """Have these people follow these projects, and nobody else."""
    model.Session.execute(
        sa.text("DELETE FROM user_following_dataset WHERE object_id = ANY(:projects)"),
        {"projects": [one.id for one in projects]},
    )
    follow(user_ids, projects)


def admit(user: model.User, projects: list[Discussion]) -> None:
    """Have this person be a member of these projects."""
    known = set(
        model.Session.scalars(
            sa.select(model.PackageMember.package_id).where(model.PackageMember.user_id == user.id)
        )
    )
    for one in projects:
        if one.id not in known:
            member = model.PackageMember(package_id=one.id, user_id=user.id, capacity="editor")
            model.Session.add(member)
    model.Session.commit()


def _project(
    admin: model.User,
    draw: random.Random,
    name: str,
    producers: list[Service],
    coverage: list[str],
) -> str:
    fields = {
        "type": "project",
        "name": name,
        "title": f"{draw.choice(SUBJECTS).capitalize()}, {name[-9:]}",
        "notes": prose(draw, 40),
        "owner_org": producers[0].id,
        "territory": coverage or ["country:fr"],
        "stage": "study",
        "access_level": "agents",
    }
    made = tk.get_action("package_create")(Context(user=admin.name, auth_user_obj=admin), fields)
    return made["id"]


def _fill(projects: list[Discussion], authors: list[str]) -> int:
    """Write the entries that are missing, and the activity of each, one a minute up to now."""
    written = 0
    for one in projects:
        last = model.Session.scalar(
            sa.text("SELECT last_position FROM territoires_thread WHERE project_id = :id"),
            {"id": one.id},
        )
        missing = one.entries - (last or 0)
        if missing > 0:
            _write(one, last or 0, authors)
            written += missing
    model.Session.commit()
    if written:
        _analyze("territoires_message", "territoires_thread", "activity")
    return written


def _write(one: Discussion, last: int, authors: list[str]) -> None:
    draw = random.Random(one.id)
    sheet = tk.get_action("package_show")({"ignore_auth": True}, {"id": one.id})
    texts = [_said(draw) for _ in range(TEXTS)]
    given = {
        "id": one.id,
        "name": one.name,
        "first": last + 1,
        "last": one.entries,
        "authors": authors,
        "texts": texts,
        "kinds": list(KINDS),
        "labels": list(_LABELS),
        "language": "french",
        "facts": json.dumps(_CHANGE),
        "sheet": json.dumps({"package": sheet, "actor": "bench"}),
    }
    model.Session.execute(_ENTRIES, given)
    model.Session.execute(_THREAD, given)
    model.Session.execute(_ACTIVITIES, given)
    model.Session.commit()


_ENTRIES = sa.text("""
    INSERT INTO territoires_message
        (id, project_id, position, kind, author_id, text, facts, created, search, activity_id)
    SELECT md5(:id || n), :id, n, given.kind,
           (CAST(:authors AS text[]))[1 + n % cardinality(CAST(:authors AS text[]))],
           words.text,
           CAST(CASE given.kind WHEN 'sheet' THEN :facts ELSE '{}' END AS jsonb),
           timezone('utc', now()) - (:last - n) * interval '1 minute',
           to_tsvector(CAST(:language AS regconfig), words.text),
           md5('activity' || :id || n)
    FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n,
         LATERAL (SELECT (CAST(:kinds AS text[]))[1 + n % cardinality(CAST(:kinds AS text[]))]
                         AS kind) AS given,
         LATERAL (SELECT CASE given.kind WHEN 'sheet' THEN '' ELSE
                         (CAST(:texts AS text[]))[1 + n % cardinality(CAST(:texts AS text[]))]
                         || ' Point ' || n || '.' END AS text) AS words
""")

_THREAD = sa.text("""
    INSERT INTO territoires_thread (project_id, last_position) VALUES (:id, :last)
    ON CONFLICT (project_id) DO UPDATE SET last_position = :last
""")

_ACTIVITIES = sa.text("""
    INSERT INTO activity (id, timestamp, user_id, object_id, activity_type, data,
                          permission_labels)
    SELECT message.activity_id, message.created, message.author_id, :id,
           CASE message.kind WHEN 'question' THEN 'asked package'
                             WHEN 'decision' THEN 'decided package'
                             WHEN 'sheet' THEN 'changed package'
                             ELSE 'commented package' END,
           CASE message.kind WHEN 'sheet' THEN :sheet ELSE
           json_build_object('package', json_build_object('id', CAST(:id AS text),
                                                          'name', CAST(:name AS text),
                                                          'title', CAST(:name AS text),
                                                          'type', 'project'),
                             'message_id', message.id)::text END,
           CAST(:labels AS text[])
    FROM territoires_message AS message
    WHERE message.project_id = :id AND message.position BETWEEN :first AND :last
      AND NOT EXISTS (SELECT FROM activity WHERE activity.id = message.activity_id)
""")


def _said(draw: random.Random) -> str:
    """A message: a line with a word in bold, or a paragraph with a list."""
    line = f"{prose(draw, 12)} Voir le **{draw.choice(WORDS)}**."
    if draw.random() < 2 / 3:
        return line
    points = "\n".join(f"- {prose(draw, 5)}" for _ in range(3))
    return f"{line}\n\n{points}\n\n{prose(draw, 40)}"


def _analyze(*tables: str) -> None:
    for table in tables:
        model.Session.execute(sa.text(f'ANALYZE "{table}"'))
    model.Session.commit()


def _touched(result: Any) -> int:
    return int(result.rowcount)


def tell(user_id: str, projects: list[Discussion], latest: int | None = None) -> None:
    """Have this person be told of the latest entries of these projects (None: of all of them)."""
    _notices([user_id], projects, latest)
    _analyze("territoires_notice")


def tell_everyone(projects: list[Discussion], each: int, latest: int) -> None:
    """Have each of `people` follow `each` of the projects, and be told of their latest entries."""
    ids = list(
        model.Session.scalars(
            sa.select(model.User.id).where(model.User.name.like(f"{PEOPLE}%")).order_by("id")
        )
    )
    groups = len(projects) // each
    for group in range(groups):
        followed = projects[group * each :][:each]
        follow(ids[group::groups], followed)
        _notices(ids[group::groups], followed, latest)
    _analyze("territoires_notice")


def _notices(user_ids: list[str], projects: list[Discussion], latest: int | None) -> None:
    model.Session.execute(
        _TOLD,
        {
            "people": user_ids,
            "projects": [one.id for one in projects],
            "latest": latest if latest is not None else max(one.entries for one in projects),
        },
    )
    model.Session.commit()


# The order of a notice's `id` is that of what it tells.
_TOLD = sa.text("""
    INSERT INTO territoires_notice
        (user_id, package_id, thing, subject, message_id, reason, follow_kind, follow_id, created)
    SELECT person, message.project_id, message.id, message.kind, message.id,
           'project', 'project', message.project_id, message.created
    FROM territoires_thread AS thread
    JOIN territoires_message AS message
      ON message.project_id = thread.project_id
     AND message.position > thread.last_position - :latest
    CROSS JOIN unnest(CAST(:people AS text[])) AS person
    WHERE thread.project_id = ANY(CAST(:projects AS text[]))
    ORDER BY message.created
    ON CONFLICT DO NOTHING
""")
