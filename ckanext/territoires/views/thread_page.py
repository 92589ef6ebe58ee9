"""What the page of a thread shows: entries in words, cards, the form, pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk
from markupsafe import Markup

from ckanext.territoires.bridge import project_files, thread_cards, thread_reading, thread_words
from ckanext.territoires.bridge.project_fields import date_words
from ckanext.territoires.bridge.roles import people_around
from ckanext.territoires.bridge.thread_cards import Card
from ckanext.territoires.discussion.message import KINDS, WRITTEN, Kind
from ckanext.territoires.views.signed_in import reader

Data = dict[str, Any]
PAGE = 20
#: The order of a thread: the latest at the top unless asked otherwise.
NEWEST, OLDEST = "recents", "anciens"
#: What happened, as the history tells it.
EVENTS = tuple(kind for kind in KINDS if kind not in WRITTEN)
#: In the order of the form.
WRITABLE = (Kind.MESSAGE, Kind.QUESTION, Kind.DECISION, Kind.TASK)


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as the page shows it; `entry` as `territoires_message_show` gives it."""

    entry: Data
    label: str
    html: Markup
    sentences: tuple[str, ...]
    cards: tuple[Card, ...]
    files: tuple[project_files.Named, ...]
    due: str
    late: bool
    unread: bool
    first_unread: bool


@dataclass(slots=True)
class Typed:
    """What is in the form; `errors` by name of field, `preview` when it is asked for."""

    kind: str = Kind.MESSAGE
    text: str = ""
    reply_to_id: str = ""
    assignee: str = ""
    due: str = ""
    files: list[str] = field(default_factory=list[str])
    errors: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    preview: Shown | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: positions, kinds, words, order."""

    order: str
    kinds: tuple[str, ...]
    words: str
    after: int | None
    before: int | None
    #: Of the page that shows it: the thread, or its part that tells what happened.
    endpoint: str = "territoires_thread.read"

    @property
    def filtered(self) -> bool:
        """Whether some entries are left out."""
        return bool(self.kinds or self.words)

    @property
    def newest_first(self) -> bool:
        """Whether the latest is at the top."""
        return self.order == NEWEST


def asked() -> Asked:
    """Read the address; what cannot be read asks for nothing."""
    args = tk.request.args
    return Asked(
        order=OLDEST if args.get("ordre") == OLDEST else NEWEST,
        kinds=tuple(kind for kind in args.getlist("genre") if kind in KINDS),
        words=args.get("q", "").strip(),
        after=_position(args.get("apres")),
        before=_position(args.get("avant")),
    )


def asked_history() -> Asked:
    """Read the address of the history: all that happened, and nothing that people wrote."""
    found = asked()
    return replace(found, kinds=EVENTS, words="", endpoint="territoires_thread.history")


def page(project: Data, wanted: Asked, typed: Typed | None = None) -> Data:
    """What `project/thread.html` needs: a fixed number of queries."""
    found = _read(project, wanted)
    entries, more = found["messages"][:PAGE], len(found["messages"]) > PAGE
    against = _against(wanted)
    if against:
        entries.reverse()
    last, visited = found["last_position"], found["last_visit"]
    user = reader()
    may_write = found["may_write"]
    labels = thread_words.kind_labels()
    return {
        "project": project,
        "asked": wanted,
        "entries": shown(entries, user, visited, newest_first=wanted.newest_first),
        "pinned": _pinned(project, user) if not wanted.filtered else [],
        "last_position": last,
        "new_count": max(0, last - visited) if visited is not None else 0,
        "locked": found["locked"],
        "may_write": may_write,
        "typed": (typed or _replying(project)) if may_write else None,
        "people": people_around(project["id"]) if may_write else [],
        "kinds": [(kind, labels[kind]) for kind in KINDS],
        "writable": [(kind, labels[kind]) for kind in WRITABLE],
        "may_attach": project_files.can_keep(),
        "exports": [("md", "Markdown"), ("csv", "CSV"), ("pdf", "PDF")],
        "addresses": _addresses(project, wanted, entries, more=more, against=against),
        "moderates": tk.h.check_access("territoires_thread_lock", {"project_id": project["id"]}),
    }


def shown(
    entries: Sequence[Data],
    user: model.User | None,
    visited: int | None = None,
    *,
    newest_first: bool = True,
) -> list[Shown]:
    """Entries in words, with the cards and the files that a person may see."""
    cards = thread_cards.cards_of({one["id"]: one["text"] for one in entries}, user)
    files = project_files.named({id for one in entries for id in one["files"]})
    labels = thread_words.kind_labels()
    own = user.id if user else ""
    unread = [
        visited is not None and one["position"] > visited and (one["author"] or {}).get("id") != own
        for one in entries
    ]
    news = [rank for rank, is_new in enumerate(unread) if is_new]
    first = (news[-1] if newest_first else news[0]) if news else -1
    return [
        Shown(
            entry=one,
            label=labels[Kind(one["kind"])],
            html=thread_words.html(one["text"], one["mentions"]),
            sentences=tuple(thread_words.sentences(one["kind"], one["facts"])),
            cards=tuple(cards[one["id"]]),
            files=tuple(files[id] for id in one["files"] if id in files),
            due=date_words(one["due"]) if one["due"] else "",
            late=bool(one["due"] and not one["closed"] and one["due"] < _today()),
            unread=unread[rank],
            first_unread=rank == first,
        )
        for rank, one in enumerate(entries)
    ]


def preview(project: Data, typed: Typed) -> Shown:
    """What is typed, as it would show."""
    user = reader()
    entry = {
        "id": "",
        "kind": typed.kind,
        "text": typed.text,
        "mentions": _mentionable(project, typed.text),
        "facts": {},
        "files": typed.files,
        "due": None,
        "closed": None,
        "position": 0,
        "author": {"id": user.id} if user else None,
    }
    return shown([entry], user)[0]


def quoted(text: str) -> str:
    """A text as a quotation of a reply, and the line that follows it."""
    lines = text.strip().splitlines()[:12]
    return "".join(f"> {line}\n" for line in lines) + "\n" if lines else ""


def _read(project: Data, wanted: Asked) -> Data:
    # A page that comes before another is read from it, and turned round.
    against = _against(wanted)
    newest = wanted.newest_first != against
    data: Data = {
        "project_id": project["id"],
        "kinds": list(wanted.kinds),
        "q": wanted.words,
        "newest_first": newest,
        "limit": PAGE + 1,
    }
    data |= {key: value for key in ("after", "before") if (value := getattr(wanted, key))}
    return tk.get_action("territoires_message_list")({}, data)


def _against(wanted: Asked) -> bool:
    """Whether the page asked for is read towards the top of the thread."""
    if wanted.newest_first:
        return wanted.after is not None and wanted.before is None
    return wanted.before is not None and wanted.after is None


def _pinned(project: Data, user: model.User | None) -> list[Shown]:
    if not thread_reading.has_pinned(project["id"]):
        return []
    data = {"project_id": project["id"], "pinned": True, "newest_first": True, "limit": 10}
    return shown(tk.get_action("territoires_message_list")({}, data)["messages"], user)


def _replying(project: Data) -> Typed:
    """The form, filled with the quotation of what is replied to."""
    message_id = tk.request.args.get("repondre", "")
    if not message_id:
        return Typed()
    try:
        found = tk.get_action("territoires_message_show")({}, {"id": message_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return Typed()
    if found["project_id"] != project["id"] or found["state"] != "visible":
        return Typed()
    return Typed(text=quoted(found["text"]), reply_to_id=found["id"])


def _mentionable(project: Data, text: str) -> list[Data]:
    from ckanext.territoires.discussion.mentions import mentioned

    known = {one["name"]: one for one in people_around(project["id"])}
    return [known[name] for name in mentioned(text) if name in known]


def _addresses(
    project: Data, wanted: Asked, entries: Sequence[Data], *, more: bool, against: bool
) -> Mapping[str, str]:
    """Addresses of the pages above and below, of the top, and of the other order."""
    base: Data = {"name": project["name"]}
    if wanted.kinds and wanted.kinds != EVENTS:
        base["genre"] = list(wanted.kinds)
    if wanted.words:
        base["q"] = wanted.words
    order = {} if wanted.newest_first else {"ordre": OLDEST}

    def to(**args: Any) -> str:
        return tk.url_for(wanted.endpoint, **base, **args)

    found = {
        "top": to(**order),
        "newest": to(),
        "oldest": to(ordre=OLDEST),
        "plain": tk.url_for("territoires_thread.read", name=project["name"], **order),
    }
    if not entries:
        return found
    first, last = entries[0]["position"], entries[-1]["position"]
    started = wanted.after is not None or wanted.before is not None
    down, up = ("avant", "apres") if wanted.newest_first else ("apres", "avant")
    if more or against:
        found["down"] = to(**order, **{down: last})
    if started and (more or not against):
        found["up"] = to(**order, **{up: first})
    return found


def _position(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _today() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()


assert frozenset(WRITABLE) == WRITTEN
