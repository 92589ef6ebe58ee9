"""The thread of a project: positions, activities, notices, search, what removal leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import call_action
from ckanext.activity.model import Activity

from ckanext.territoires.bridge import thread, thread_activity, thread_reading
from ckanext.territoires.bridge.roles import CAPACITY, person_of, role_of
from ckanext.territoires.bridge.thread import Written
from ckanext.territoires.bridge.thread_reading import Selection
from ckanext.territoires.discussion.message import Kind, Role
from ckanext.territoires.model import Message, Notice, ProjectService

WRITERS = 20
EACH = 5


@pytest.fixture(autouse=True)
def _empty(clean_db: None, clean_index: None) -> Iterator[None]:
    yield
    model.Session.remove()


@pytest.fixture
def user() -> Callable[..., model.User]:
    def made(**values: Any) -> model.User:
        found = model.User.get(factories.User(**values)["id"])
        assert found
        return found

    return made


@pytest.fixture
def project(user: Callable[..., model.User]) -> model.Package:
    service = factories.Organization()
    made = factories.Dataset(type="project", owner_org=service["id"], private=True)
    found = model.Package.get(made["id"])
    assert found
    return found


def admit(project: model.Package, person: model.User, role: Role) -> None:
    model.Session.add(
        model.PackageMember(package_id=project.id, user_id=person.id, capacity=CAPACITY[role])
    )
    model.Session.commit()


def say(project: model.Package, author: model.User, text: str, **values: Any) -> Message:
    message = thread.post(project, author, Written(Kind.MESSAGE, text, **values))
    model.Session.commit()
    return message


def activities(project: model.Package) -> list[Activity]:
    return model.Session.query(Activity).filter_by(object_id=project.id).all()


def test_writers_at_once_lose_nothing_and_keep_one_order(
    project: model.Package, user: Callable[..., model.User]
) -> None:
    people = [user().id for _ in range(WRITERS)]
    model.Session.remove()

    def writes(user_id: str) -> None:
        author, target = model.User.get(user_id), model.Package.get(project_id)
        assert author
        assert target
        for number in range(EACH):
            say(target, author, f"{number}")
        model.Session.remove()

    project_id = project.id
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(writes, people))
    found = thread_reading.entries(project_id, Selection(limit=1000))
    assert [m.position for m in found] == list(range(1, WRITERS * EACH + 1))
    for person in people:
        assert [m.text for m in found if m.author_id == person] == [str(n) for n in range(EACH)]
    assert len({m.activity_id for m in found}) == WRITERS * EACH


def test_the_activity_points_and_holds_no_text(
    project: model.Package, user: Callable[..., model.User]
) -> None:
    message = say(project, user(), "Le diagnostic est confidentiel")
    activity = model.Session.get(Activity, message.activity_id)
    assert activity
    assert activity.activity_type == "commented package"
    assert activity.data["message_id"] == message.id
    assert "confidentiel" not in str(activity.data)
    assert activity.permission_labels
    assert f"member-{project.owner_org}" in activity.permission_labels


def test_a_message_and_its_activity_are_one_transaction(
    project: model.Package, user: Callable[..., model.User]
) -> None:
    before = len(activities(project))
    thread.post(project, user(), Written(Kind.MESSAGE, "jamais dit"))
    model.Session.rollback()
    assert len(activities(project)) == before
    assert thread_reading.entries(project.id, Selection()) == []
    assert thread_reading.thread(project.id).last_position == 0


def test_erasing_activities_loses_no_message(
    project: model.Package, user: Callable[..., model.User]
) -> None:
    say(project, user(), "reste")
    model.Session.query(Activity).delete()
    model.Session.commit()
    assert [m.text for m in thread_reading.entries(project.id, Selection())] == ["reste"]


def test_removal_leaves_a_place_and_no_word(
    project: model.Package, user: Callable[..., model.User]
) -> None:
    author = user()
    message = say(project, author, "premier jet")
    thread.edit(message, project, "second jet")
    model.Session.commit()
    assert [r.text for r in thread_reading.revisions(message.id)] == ["premier jet"]
    thread.remove(message)
    model.Session.commit()
    kept = thread_reading.entries(project.id, Selection())
    assert [(m.position, m.state, m.text) for m in kept] == [(1, "removed", "")]
    assert thread_reading.revisions(message.id) == []
    assert thread_reading.entries(project.id, Selection(words="jet")) == []


@pytest.mark.parametrize("words", ["études", "ETUDE", '"etude de sols"', "sols -travaux"])
def test_search_knows_french_and_not_accents(
    project: model.Package, user: Callable[..., model.User], words: str
) -> None:
    author = user()
    say(project, author, "L’étude de sols est reçue")
    say(project, author, "Les travaux commencent")
    found = thread_reading.entries(project.id, Selection(words=words))
    assert [m.position for m in found] == [1]


def test_pages_meet_without_gap_nor_repeat(
    project: model.Package, user: Callable[..., model.User]
) -> None:
    author = user()
    for number in range(7):
        thread.post(project, author, Written(Kind.MESSAGE, str(number)))
    model.Session.commit()
    seen: list[int] = []
    before = None
    while True:
        page = thread_reading.entries(
            project.id, Selection(before=before, newest_first=True, limit=3)
        )
        if not page:
            break
        seen += [m.position for m in page]
        before = seen[-1]
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_only_who_may_read_is_mentioned_and_told_once(
    project: model.Package, user: Callable[..., model.User]
) -> None:
    author, member, stranger = user(), user(), user()
    admit(project, author, Role.MEMBER)
    admit(project, member, Role.MEMBER)
    model.Session.add(model.UserFollowingDataset(member.id, project.id))
    model.Session.commit()
    message = say(project, author, f"@{member.name} et @{stranger.name}, `@{author.name}` ?")
    assert thread_reading.around([message]).mentions == {message.id: [member.id]}
    told = model.Session.query(Notice).all()
    assert [(n.user_id, n.reason) for n in told] == [(member.id, "mention")]
    thread.edit(message, project, f"@{member.name} encore")
    model.Session.commit()
    assert model.Session.query(Notice).count() == 1


def test_roles_come_by_name_by_service_and_from_the_lead_service(
    project: model.Package, user: Callable[..., model.User]
) -> None:
    named, invited, member, stranger = user(), user(), user(), user()
    other = factories.Organization(users=[{"name": invited.name, "capacity": "member"}])
    call_action(
        "organization_member_create",
        id=project.owner_org,
        username=member.name,
        role="editor",
    )
    model.Session.add(
        ProjectService(
            project_id=project.id,
            organization_id=other["id"],
            role=Role.READER.value,
            inviter_id=named.id,
        )
    )
    admit(project, named, Role.LEAD)
    assert role_of(named, project) is Role.LEAD
    assert role_of(invited, project) is Role.READER
    assert role_of(member, project) is Role.MEMBER
    assert role_of(stranger, project) is Role.VISITOR
    assert person_of(None, project).id == ""
    project.extras["access_level"] = "community"
    model.Session.commit()
    assert role_of(member, project) is Role.VISITOR
    assert role_of(invited, project) is Role.READER


def test_the_stream_follows_the_access_level_both_ways(
    project: model.Package, user: Callable[..., model.User]
) -> None:
    author = user()
    say(project, author, "dit")
    project.extras["access_level"] = "community"
    model.Session.commit()
    thread_activity.relabel(project)
    model.Session.commit()
    labels = {tuple(a.permission_labels or ()) for a in activities(project)}
    assert labels == {(f"collaborator-{project.id}",)}
    project.extras["access_level"] = "public"
    project.private = False
    model.Session.commit()
    thread_activity.relabel(project)
    model.Session.commit()
    assert {tuple(a.permission_labels or ()) for a in activities(project)} == {("public",)}
