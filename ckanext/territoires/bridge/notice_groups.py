"""Notices of one project or dataset together, as the page and the mails show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import ckan.model as model
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import notice_words
from ckanext.territoires.bridge.notice_reading import Told
from ckanext.territoires.model import Notice


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in words, with the address of the very thing."""

    notice: Notice
    what: str
    extract: str
    why: str
    url: str

    @property
    def follow(self) -> tuple[str, str] | None:
        """Kind and id of the follow that it comes from."""
        notice = self.notice
        if notice.follow_kind and notice.follow_id:
            return notice.follow_kind, notice.follow_id
        return None


@dataclass(frozen=True, slots=True)
class Group:
    """What is told of one project or dataset."""

    package: model.Package
    title: str
    url: str
    is_project: bool
    lines: list[Line] = field(default_factory=list[Line])


def groups(told: Iterable[Told], *, qualified: bool = False) -> list[Group]:
    """Groups, each at the place of its first notice; with `qualified`, addresses for a mail."""
    found: dict[str, Group] = {}
    for one in told:
        if one.package.id not in found:
            title = one.package.title or one.package.name
            address = address_of(one, qualified=qualified)
            found[one.package.id] = Group(one.package, title, address, one.is_project)
        line = Line(
            one.notice,
            notice_words.what(one),
            notice_words.extract(one),
            notice_words.why(one),
            place_of(one, qualified=qualified),
        )
        found[one.package.id].lines.append(line)
    return list(found.values())


def address_of(one: Told, *, qualified: bool = False) -> str:
    """Address of the project or of the dataset that a notice is about."""
    name = one.package.name
    if one.is_project:
        return tk.url_for("territoires_project.read", name=name, qualified=qualified)
    return tk.url_for("dataset.read", id=name, qualified=qualified)


def place_of(one: Told, *, qualified: bool = False) -> str:
    """Address of the very thing that is told."""
    if one.message is None:
        return address_of(one, qualified=qualified)
    position = one.message.position
    return tk.url_for(
        "territoires_thread.one",
        name=one.package.name,
        position=position,
        qualified=qualified,
    )
