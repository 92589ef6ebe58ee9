"""A list of what is new as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from feedgen.feed import FeedGenerator

TYPE = "application/atom+xml; charset=utf-8"
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry: `html` is clean already; `moment` is UTC, without a zone."""

    id: str
    title: str
    url: str
    moment: datetime
    author: str
    html: str


def render(title: str, page: str, language: str, publisher: str, items: Iterable[Item]) -> bytes:
    """The bytes of a feed. `page` is the page that says the same, and the identifier of the feed.

    The date of the feed is that of its latest entry: the same entries give the same bytes.
    """
    feed = FeedGenerator()
    feed.id(page)
    feed.title(_plain(title).strip() or "-")
    feed.link(href=page, rel="alternate")
    feed.language(language)
    feed.author({"name": _plain(publisher)})
    latest = _BEGINNING
    for item in items:
        moment = item.moment.replace(tzinfo=UTC)
        latest = max(latest, moment)
        entry = feed.add_entry(order="append")
        entry.id(item.id)
        # A title is required, were it of signs that XML cannot hold.
        entry.title(_plain(item.title).strip() or "-")
        entry.link(href=item.url)
        entry.published(moment)
        entry.updated(moment)
        if _plain(item.author).strip():
            entry.author({"name": _plain(item.author)})
        entry.content(_plain(item.html), type="html")
    feed.updated(latest)
    return feed.atom_str(pretty=True)


def _plain(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(
        letter for letter in text if letter in "\t\n\r" or (letter >= " " and letter not in "￾￿")
    )
