"""Template helpers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import ckan.model as model
from ckan.plugins import toolkit as tk

from ckanext.territoires import config
from ckanext.territoires.bridge import (
    follows,
    load_states,
    notice_reading,
    number_wording,
    project_fields,
    project_links,
    project_programmes,
    project_search,
    saved_searches,
    wording,
)
from ckanext.territoires.bridge.reference import territory
from ckanext.territoires.bridge.services import extras_of
from ckanext.territoires.portrait.document import Chart, Figure, Portrait, Row
from ckanext.territoires.views import chart_shown, maps
from ckanext.territoires.views.action_summary import ActionSummary, action_summary
from ckanext.territoires.views.addresses import Addresses
from ckanext.territoires.views.project_tabs import project_tabs
from ckanext.territoires.views.search_form import SearchForm, api_query, search_form
from ckanext.territoires.views.signed_in import reader
from ckanext.territoires.views.tabs import Link, tabs

# How many territories a result names.
NAMES_SHOWN = 3


def territoires_reworded(text: Any) -> str:
    """A sentence that came as data, in the reader's language where the catalogue knows it.

    A template must not do it with `_`: it would take signs of the text for HTML and placeholders.
    """
    return tk._(str(text)) if text else ""


def territoires_level_label(level: str) -> str:
    """Name of a level in the reader's language."""
    return wording.level_label(level)


def territoires_territory(identifier: str) -> dict[str, Any] | None:
    """A territory as `territoires_territory_show` gives it; None when nothing answers."""
    try:
        return tk.get_action("territoires_territory_show")({}, {"id": identifier})
    except tk.ObjectNotFound:
        return None


def territoires_territory_name(identifier: str) -> str:
    """Name of a territory, or its identifier when nothing answers."""
    found = territory(identifier)
    if found:
        return found.name
    shown = territoires_territory(identifier)
    return shown["name"] if shown else identifier


def territoires_home_territory() -> str:
    """Identifier of the territory that the site serves."""
    return config.home_territory()


def territoires_lines(value: Any) -> str:
    """Territories as a form shows them: an identifier and a name a line; what was typed, as it is.

    The validators read the identifier and leave the name.
    """
    if not isinstance(value, list):
        value = [value] if value else []
    return "\n".join(_line(str(item)) for item in value)


def _line(item: str) -> str:
    found = territory(item)
    return f"{item} {found.name}, {wording.where(found)}" if found else item


def territoires_brief(value: Any) -> list[dict[str, Any]]:
    """Territories of a field in brief, in its order; what no longer exists is left out."""
    ids = [value] if isinstance(value, str) else value or []
    return [found for id in ids if (found := territoires_territory(id))]


def territoires_access_level(dataset: dict[str, Any]) -> str:
    """Access level of a dataset, or the one proposed for a new one.

    A catalogue that existed before has datasets without a level.
    """
    if dataset.get("access_level"):
        return dataset["access_level"]
    if "private" in dataset:
        return "service" if tk.asbool(dataset["private"]) else "public"
    return config.default_access_level()


def territoires_access_label(level: str) -> str:
    """Who an access level admits, in words."""
    return {
        "public": tk._("Public"),
        "agents": tk._("Agents of the State"),
        "service": tk._("My service"),
        "community": tk._("Community of the project"),
    }.get(level, level)


def territoires_cog_years(_field: dict[str, Any]) -> list[dict[str, Any]]:
    """Years of the official geographic code that a file may use, the latest first."""
    latest = datetime.now(tz=UTC).year
    return [{"value": str(year), "label": str(year)} for year in range(latest, 2002, -1)]


def territoires_choice_label(field_name: str, value: str) -> str:
    """Label of a value of one of a dataset's fields, in the reader's language."""
    schema = tk.h.scheming_get_dataset_schema("dataset") or {"dataset_fields": []}
    field = tk.h.scheming_field_by_name(schema["dataset_fields"], field_name)
    return tk.h.scheming_choices_label(field["choices"], value) if field else value


def territoires_parent_services(service_id: str | None) -> list[dict[str, str]]:
    """Services that a service may be put under: all but itself and those below it."""
    service = model.Group.get(service_id or "")
    if service:
        services = service.groups_allowed_to_be_its_parent(type=service.type)
    else:
        services = model.Group.all(group_type="organization")
    ordered = sorted(services, key=lambda group: group.display_name.lower())
    return [{"value": group.name, "text": group.display_name} for group in ordered]


def territoires_search_form(count: int, dataset_type: str | None = None) -> SearchForm:
    """The territories and the scopes of the search that the page shows."""
    return search_form(count, dataset_type)


def territoires_tabs(shown: dict[str, Any]) -> list[Link]:
    """The tabs of a territory that this site serves."""
    return tabs(shown)


def territoires_names(value: Any) -> str:
    """Names of the first territories of a field, and how many more there are."""
    ids = [value] if isinstance(value, str) else value or []
    names = ", ".join(territoires_territory_name(id) for id in ids[:NAMES_SHOWN])
    more = len(ids) - NAMES_SHOWN
    if more <= 0:
        return names
    return tk.ungettext("{names} and {count} more", "{names} and {count} more", more).format(
        names=names, count=more
    )


def territoires_home_outlines() -> str:
    """Address of the outlines that the map of the search draws: those of the home territory."""
    home = config.home_territory()
    return maps.inside(home, "departement" if home.startswith("country") else "epci")


def territoires_api_query() -> str:
    """The present search, as the parameters of `package_search`."""
    return api_query(tk.request.args.items(multi=True))


def territoires_level_plural(level: str) -> str:
    """Name of a level in the plural, in the reader's language."""
    return wording.level_plural(level)


def territoires_visibility_label(visibility: str) -> str:
    """Who may use a custom territory, in words."""
    return {
        "private": tk._("Me alone"),
        "agents": tk._("Agents of the State"),
        "public": tk._("Anyone"),
    }.get(visibility, visibility)


def territoires_proposed(service_id: str | None = None) -> dict[str, Any]:
    """What the form of a new dataset proposes: the service, its contact and its territory.

    An agent of several services, who named none, chooses first.
    """
    services = tk.h.organizations_available("create_dataset")
    chosen = [s for s in services if service_id in (s["id"], s["name"])] or services
    service = model.Group.get(chosen[0]["id"]) if len(chosen) == 1 else None
    if service is None:
        return {}
    fields = extras_of(service)
    competence = fields.get("territory")
    return {
        "owner_org": service.id,
        "contact_email": fields.get("contact_email", ""),
        "territory": [competence] if competence else [],
    }


def territoires_number(value: float | None, precision: int = 0, unit: str = "") -> str:
    """A number by the typography of the reader's language; nothing for None."""
    return number_wording.number(value, precision, unit)


def territoires_figure(figure: Figure, row: Row, *, unit: bool = False) -> str:
    """A figure of a portrait whatever its status, with the unit of its row when asked."""
    return number_wording.figure_text(figure, row, unit=unit)


def territoires_chart(
    territory: dict[str, Any],
    chart: Chart,
    portrait: Portrait,
    params: dict[str, Any] | None = None,
) -> chart_shown.Shown | None:
    """A chart of a portrait, for `snippets/territoires_chart.html`; None when nothing is drawn.

    `params` is what the page was asked: compare, peers, as_published.
    """
    return chart_shown.shown(territory, chart, portrait, params)


def territoires_action_summary(shown: dict[str, Any]) -> ActionSummary:
    """What the State does in a territory, in a few lines."""
    return action_summary(shown)


def territoires_load_states(package_id: str) -> dict[str, load_states.LoadState]:
    """Where the files of a dataset stand, by resource."""
    return load_states.states(package_id)


def territoires_programmes(_field: Any) -> list[dict[str, str]]:
    """The programmes of the State that the site knows, as the choices of a field."""
    return project_programmes.choices()


def territoires_cell(value: Any) -> str:
    """A part of a row as it is typed in a form: an amount with a decimal comma in French."""
    if isinstance(value, float):
        text = f"{value:.2f}"
        return text.replace(".", ",") if tk.h.lang().startswith("fr") else text
    return "" if value is None or not isinstance(value, str | int) else str(value)


def territoires_dataset_lines(value: Any) -> str:
    """Datasets of a field as a form shows them: an address a line; what was typed, as it is.

    Those that the reader may not see stay by their id.
    """
    if not isinstance(value, list):
        return value or ""
    user = model.User.get(tk.current_user.name or "")
    known = {link.id: link.name for link in project_links.readable(value, user)}
    return "\n".join(
        tk.h.url_for("dataset.read", id=known[id], qualified=True) if id in known else id
        for id in value
    )


def territoires_stage_label(stage: str | None) -> str:
    """Where a project stands, in words."""
    return project_fields.stage_label(stage or "idea")


def territoires_project_tabs(project: dict[str, Any]) -> list[Link]:
    """The tabs of a project that this site serves."""
    return project_tabs(project)


def territoires_euros(value: Any) -> str:
    """An amount in euros, with cents when there are some; nothing when it is not known."""
    return "" if value is None else project_fields.euros(value)


def territoires_date_words(value: str) -> str:
    """A day, a month or a year as it is said."""
    return project_fields.date_words(value)


def territoires_project_count(territory_id: str) -> int:
    """How many projects that the reader may see concern a territory."""
    return project_search.count_on(territory_id)


def territoires_moment(moment: Any) -> str:
    """A day and an hour, in the reader's language and in the time of the site."""
    day, hour = tk.h.render_datetime(moment), tk.h.render_datetime(moment, date_format="%H:%M")
    return tk._("{day} at {hour}").format(day=day, hour=hour) if day else ""


def territoires_projects_near(territory_id: str) -> dict[str, Any]:
    """The projects closest to a territory: `results`, the first of `count`."""
    return project_search.near([territory_id], rows=4)


def territoires_addresses() -> Addresses:
    """Addresses of many things of one page."""
    return Addresses()


def territoires_size(size: int) -> str:
    """A size in bytes as a person reads it."""
    return tk.h.localised_filesize(size)


def territoires_file_name(file_id: str) -> str:
    """The name of a file joined to a message; its id when there is none."""
    found = model.Session.get(model.File, file_id)
    return found.name if found else file_id


def territoires_unread() -> int:
    """How many notices the reader has not seen."""
    user = reader()
    return notice_reading.unread_count(user) if user else 0


def territoires_search_to_follow(kind: str) -> dict[str, str] | None:
    """The search of the current address, to be followed; None when it asks for nothing.

    `id` (as in `territoires_follow`), `level` (empty when it is not followed), `feed` (address).
    """
    try:
        search = saved_searches.of_pairs(kind, tk.request.args.items(multi=True))
    except saved_searches.NoSearch:
        return None
    level = follows.level_of(reader(), "search", search.id)
    feed = tk.url_for("territoires_feeds.search", type=search.type)
    return {
        "id": search.id if level else search.path,
        "level": level,
        "feed": f"{feed}&{urlencode(search.pairs)}",
    }


def territoires_follow_level(kind: str, object_id: str) -> str:
    """How much of a thing the reader follows; empty when they do not."""
    return follows.level_of(reader(), kind, object_id)
