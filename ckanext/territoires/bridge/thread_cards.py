"""Links of a message to what this site holds, shown as cards to those who may see it.

Datasets, projects, territories and records of the State's action, named in a text by their address
on this site: a fixed number of queries for all the messages of a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import ckan.model as model
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import project_records, wording
from ckanext.territoires.bridge.labels import PROJECT, readable_ids
from ckanext.territoires.bridge.project_fields import choice_label, euros
from ckanext.territoires.bridge.reference import identifier_of, reference
from ckanext.territoires.territory.identifier import InvalidTerritoryId
from ckanext.territoires.territory.slug import slugify

#: Cards under one message: a list of links is a list of links.
MOST = 5
_ADDRESS = re.compile(
    r"(?:(?P<host>https?://[^\s/()<>\[\]\"']+)|(?<![\w/.:]))"
    r"(?:/[a-z]{2}(?:_[A-Za-z]{2,4})?)?"
    r"/(?P<what>dataset|projet|project|territoire|action)/(?P<rest>[^\s()<>\[\]\"'#?]+)"
)
_IDENTITY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Card:
    """What a link leads to. `kind`: `dataset`, `project`, `territory` or `record`."""

    kind: str
    label: str
    title: str
    detail: str
    url: str


#: What an address names: a kind, and a name, an identifier or an identity.
Named = tuple[str, str]


def cards_of(texts: Mapping[str, str], user: model.User | None) -> dict[str, list[Card]]:
    """Cards of each text, by its key, in the order of its links.

    What the reader may not see has none, as what does not exist.
    """
    named = {key: _named(text) for key, text in texts.items()}
    every = {each for found in named.values() for each in found}
    known = {
        **_packages({name for kind, name in every if kind == "package"}, user),
        **_records({name for kind, name in every if kind == "record"}, user),
        **_territories({name for kind, name in every if kind == "territory"}),
    }
    return {
        key: [known[each] for each in found if each in known][:MOST] for key, found in named.items()
    }


def _named(text: str) -> list[Named]:
    """What the addresses of this site in a text name, each once."""
    here = urlsplit(tk.config["ckan.site_url"]).netloc
    found: dict[Named, None] = {}
    for match in _ADDRESS.finditer(text):
        if match["host"] and urlsplit(match["host"]).netloc != here:
            continue
        parts = [unquote(part) for part in match["rest"].rstrip(".,;:!*_").split("/") if part]
        if not parts:
            continue
        if match["what"] == "territoire" and len(parts) > 1:
            found.setdefault(("territory", f"{parts[0]}:{parts[1]}"))
        elif match["what"] == "action":
            if _IDENTITY.fullmatch(parts[0]):
                found.setdefault(("record", parts[0]))
        elif match["what"] != "territoire":
            found.setdefault(("package", parts[0]))
    return list(found)


def _packages(names: Iterable[str], user: model.User | None) -> dict[Named, Card]:
    wanted = list(names)
    if not wanted:
        return {}
    package = model.Package
    rows = (
        model.Session.query(package)
        .filter(package.name.in_(wanted) | package.id.in_(wanted))
        .filter(package.state == model.State.ACTIVE)
        .all()
    )
    allowed = readable_ids([row.id for row in rows], user)
    services = _titles({row.owner_org for row in rows if row.id in allowed and row.owner_org})
    found: dict[Named, Card] = {}
    for row in rows:
        if row.id not in allowed:
            continue
        is_project = row.type == PROJECT
        endpoint, key = (
            ("territoires_project.read", "name") if is_project else ("dataset.read", "id")
        )
        stage = choice_label("stage", row.extras.get("stage", "")) if is_project else ""
        card = Card(
            kind="project" if is_project else "dataset",
            label=tk._("Project") if is_project else tk._("Dataset"),
            title=row.title or row.name,
            detail=" · ".join(filter(None, (stage, services.get(row.owner_org or "", "")))),
            url=tk.url_for(endpoint, **{key: row.name}),
        )
        found |= {("package", row.name): card, ("package", row.id): card}
    return found


def _titles(ids: set[str]) -> dict[str, str]:
    if not ids:
        return {}
    rows = model.Session.query(model.Group.id, model.Group.title, model.Group.name)
    return {id: title or name for id, title, name in rows.filter(model.Group.id.in_(ids))}


def _records(identities: set[str], user: model.User | None) -> dict[Named, Card]:
    if not identities:
        return {}
    return {
        ("record", identity): Card(
            kind="record",
            label=tk._("Action of the State"),
            title=", ".join(str(part) for part in (one.scheme, one.title, one.year) if part),
            detail=" · ".join(
                filter(
                    None,
                    (
                        one.beneficiary,
                        tk._("{amount} granted").format(amount=euros(one.granted))
                        if one.granted is not None
                        else "",
                        one.dataset_title,
                    ),
                )
            ),
            url=tk.url_for("territoires_action.record", identity=identity),
        )
        for identity, one in project_records.of_identities(identities, user).items()
    }


def _territories(names: set[str]) -> dict[Named, Card]:
    found: dict[Named, Card] = {}
    for name in names:
        level, _, code = name.partition(":")
        try:
            territory = reference().get(identifier_of(level, code))
        except InvalidTerritoryId:
            continue
        if territory:
            found["territory", name] = Card(
                kind="territory",
                label=wording.level_label(territory.level),
                title=territory.name,
                detail=wording.where(territory),
                url=tk.h.url_for(f"/territoire/{level}/{code}/{slugify(territory.name)}"),
            )
    return found
