"""The form of a project's sheet: new, changed, kept as a draft, saved at the same time by two."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk
from flask import jsonify
from werkzeug.wrappers import Response

from ckanext.territoires.bridge import (
    project_drafts,
    project_fields,
    project_records,
    project_search,
)
from ckanext.territoires.bridge.services import extras_of
from ckanext.territoires.logic import project_form
from ckanext.territoires.logic.action.sheet import UNMODIFIED
from ckanext.territoires.logic.project_form import Sent

#: Headings of the form, in order; a field without a section comes first.
SECTIONS = ("", "what", "who", "when", "money", "links", "access")
Data = dict[str, Any]


def new() -> str | Response:
    """Open a project."""
    tk.check_access("package_create", {})
    if tk.request.method == "POST":
        return _sent(None)
    draft = project_drafts.find(tk.current_user.id, "")
    if draft and "brouillon" in tk.request.args:
        return form(project_form.read(project_drafts.fields_of(draft)), None)
    return form(_proposed(), None, draft=draft)


def edit(project: Data) -> str | Response:
    """Change the sheet of a project."""
    tk.check_access("package_update", {}, {"id": project["id"]})
    if tk.request.method == "POST":
        return _sent(project)
    draft = project_drafts.find(tk.current_user.id, project["id"])
    if draft and "brouillon" in tk.request.args:
        fields = project_drafts.fields_of(draft)
        return form(project_form.read(fields), project, opened_on=fields)
    return form(project_form.sheet_of(project), project, draft=draft)


def keep_draft(project: Data | None) -> Response:
    """Keep what is being typed; the script calls this by itself."""
    if project:
        tk.check_access("package_update", {}, {"id": project["id"]})
    else:
        tk.check_access("package_create", {})
    sent = _fields()
    if sum(len(value) for values in sent.values() for value in values) > project_drafts.MAX_SIZE:
        return tk.abort(413, tk._("This draft is too long to be kept"))
    saved = project_drafts.keep(tk.current_user.id, project["id"] if project else "", sent)
    moment = saved.replace(tzinfo=UTC)
    time = tk.h.render_datetime(moment, date_format="%H:%M")
    return jsonify(saved=moment.isoformat(), said=tk._("Draft kept at {time}").format(time=time))


def drop_draft(project: Data | None) -> Response:
    """Give up a draft."""
    project_drafts.forget(tk.current_user.id, project["id"] if project else "")
    tk.h.flash_notice(tk._("The draft is given up"))
    return tk.redirect_to(_address(project))


def form(
    data: Data,
    project: Data | None,
    errors: Mapping[str, Any] | None = None,
    *,
    draft: Any = None,
    opened_on: Sent | None = None,
    blanks: Mapping[str, int] | None = None,
    status: int = 200,
) -> Any:
    """The page of the form.

    `opened_on` is what a form held that goes on: the version that it began from stays its own.
    """
    user = model.User.get(tk.current_user.id)
    known = project_form.territories_of(data.get("territory"))
    lines = {row.get("record") for row in data.get("financing") or ()}
    grants = [g for g in project_records.on(known, ("grant",), user) if g.identity not in lines]
    linked = data.get("related_records") or []
    others = project_records.on(known, ("plan", "risk"), user)
    held = project_records.of_identities(
        [one for one in linked if one not in {each.identity for each in others}], user
    )
    base, modified = "{}", ""
    if project:
        base = json.dumps(project_form.sheet_of(project), ensure_ascii=False)
        modified = project["metadata_modified"]
    if opened_on and opened_on.get("_modified"):
        modified, base = opened_on["_modified"][0], opened_on.get("_base", ["{}"])[0]
    page = tk.render(
        "project/form.html",
        {
            "project": project,
            "data": data,
            "errors": dict(errors or {}),
            "problems": _problems(errors or {}),
            "sections": _sections(),
            "grants": grants,
            "records": [*held.values(), *others],
            "linked": linked,
            "near": project_search.near(known, but=project["id"] if project else ""),
            "base": base,
            "modified": modified,
            "draft": draft,
            "blanks": blanks or {},
            "url": _address(project),
        },
    )
    return (page, status) if status != 200 else page


def _sent(project: Data | None) -> str | Response:
    sent = _fields()
    action = tk.request.form.get("_action", "")
    data = project_form.read(sent)
    if action == "draft":
        project_drafts.keep(tk.current_user.id, project["id"] if project else "", sent)
        tk.h.flash_success(tk._("The draft is kept: you will find it when you come back here"))
        return tk.redirect_to(_address(project))
    if action.startswith("add:"):
        return form(data, project, opened_on=sent, blanks={action.removeprefix("add:"): 1})
    data = _with_grants(data)
    choices = {
        key.removeprefix("_choice-"): values[0]
        for key, values in tk.request.form.to_dict(flat=False).items()
        if key.startswith("_choice-")
    }
    if project and choices:
        theirs = project_form.sheet_of(project)
        base = project_form.base_of(sent.get("_base", [""])[0])
        for each in project_form.compare(base, data, theirs):
            if not choices.setdefault(each.field, each.proposed):
                return _conflict(data, project, sent)
        data = project_form.merged(data, theirs, choices)
    return _save(data, project, sent)


def _save(data: Data, project: Data | None, sent: Sent) -> Any:
    try:
        if project is None:
            saved = tk.get_action("package_create")({}, {**_stored(data), "type": "project"})
        else:
            seen = sent.get("_modified", [""])[0]
            saved = _patched(data, project, seen, project_form.base_of(sent.get("_base", [""])[0]))
            if saved is None:
                return _conflict(data, project, sent)
    except tk.ValidationError as error:
        return form(data, project, _errors(error.error_dict), opened_on=sent, status=422)
    project_drafts.forget(tk.current_user.id, project["id"] if project else "")
    tk.h.flash_success(tk._("The sheet is saved") if project else tk._("The project is opened"))
    return tk.redirect_to("territoires_project.read", name=saved["name"])


def _patched(data: Data, project: Data, seen: str, base: Data) -> Data | None:
    """The project saved, None when what others saved meanwhile has to be looked at."""
    patch = {**_stored(data), "id": project["id"]}
    for stamp in dict.fromkeys((seen, project["metadata_modified"])):
        if stamp != seen and project_form.compare(base, base, project_form.sheet_of(project)):
            return None
        try:
            return tk.get_action("package_patch")({}, {**patch, UNMODIFIED: stamp})
        except tk.ValidationError as error:
            if UNMODIFIED not in error.error_dict:
                raise
    return None


def _conflict(mine: Data, project: Data, sent: Sent) -> Any:
    """Both versions, field by field, to choose from; nothing of either is lost."""
    theirs = project_form.sheet_of(project)
    base = project_form.base_of(sent.get("_base", [""])[0])
    differences = project_form.compare(base, mine, theirs)
    if not differences:
        # Both did the same.
        project_drafts.forget(tk.current_user.id, project["id"])
        tk.h.flash_notice(tk._("A colleague had just saved the same changes"))
        return tk.redirect_to("territoires_project.read", name=project["name"])
    project_drafts.keep(tk.current_user.id, project["id"], sent)
    one, other = project_form.comparable(mine), project_form.comparable(theirs)
    page = tk.render(
        "project/conflict.html",
        {
            "project": project,
            "differences": [
                {
                    "field": each.field,
                    "label": project_fields.field_label(
                        "tag_string" if each.field == "tags" else each.field
                    ),
                    "proposed": each.proposed,
                    "mine": project_fields.value_words(each.field, one.get(each.field)),
                    "theirs": project_fields.value_words(each.field, other.get(each.field)),
                }
                for each in differences
            ],
            "hidden": project_form.as_sent(mine),
            "modified": project["metadata_modified"],
            "base": json.dumps(base, ensure_ascii=False),
            "url": _address(project),
        },
    )
    return page, 409


def _stored(data: Data) -> Data:
    """The fields of a form as the action takes them."""
    tags = [tag for part in data.get("tag_string", "").split(",") if (tag := part.strip())]
    kept = {name: value for name, value in data.items() if name != "tag_string"}
    if not kept.get("name"):
        kept.pop("name", None)
    return kept | {"tags": [{"name": tag} for tag in dict.fromkeys(tags)]}


def _errors(found: Mapping[str, Any]) -> Data:
    """Errors by field; those of the tags are those of the field where they are typed."""
    errors = {name: each for name, each in found.items() if each}
    for each in errors.pop("tags", []):
        if isinstance(each, dict):
            errors.setdefault("tag_string", []).extend(
                str(text) for texts in each.values() for text in texts
            )
    return errors


def _problems(errors: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Id of the control, label and message of each error."""
    found: list[tuple[str, str, str]] = []
    for name, each in errors.items():
        label = project_fields.field_label(name)
        if isinstance(each, list) and any(isinstance(row, dict) for row in each):
            for index, row in enumerate(each):
                for part, texts in (row or {}).items():
                    where = f"{label} {index + 1}, {project_fields.field_label(name, part)}"
                    found.append((f"field-{name}-{index}-{part}", where, _text(texts)))
        else:
            found.append((f"field-{name}", label, _text(each)))
    return found


def _text(found: Any) -> str:
    return " ".join(map(str, found)) if isinstance(found, list) else str(found)


def _with_grants(data: Data) -> Data:
    """The sheet with a line for each grant of the State's action that was ticked."""
    ticked = tk.request.form.getlist("_grant")
    if not ticked:
        return data
    user = model.User.get(tk.current_user.id)
    try:
        found = project_records.of_identities(ticked, user)
    except ValueError:
        return data
    lines = [found[one].as_line() for one in ticked if one in found]
    return {**data, "financing": [*data["financing"], *lines]}


def _fields() -> dict[str, list[str]]:
    """What the form holds, less what is only of this sending."""
    sent = tk.request.form.to_dict(flat=False)
    csrf = tk.config["WTF_CSRF_FIELD_NAME"]
    ours = {csrf, "_action", "_grant"}
    return {
        name: values
        for name, values in sent.items()
        if name not in ours and not name.startswith("_choice-")
    }


def _sections() -> list[tuple[str, list[Any]]]:
    fields = [f for f in project_fields.fields() if f["field_name"] != "name"]
    return [
        (section, [f for f in fields if f.get("form_section", "") == section])
        for section in SECTIONS
    ]


def _proposed() -> Data:
    """What a new sheet proposes: the service, and the territory of the address.

    Not the territory of the service, which a sheet that names none has anyway: beside it, a commune
    would add nothing.
    """
    proposed: Data = {"stage": "idea", "contacts": [], "territory": []}
    services = tk.h.organizations_available("create_dataset")
    asked = tk.request.args.get("territory")
    if len(services) == 1:
        service = model.Group.get(services[0]["id"])
        fields = extras_of(service) if service else {}
        proposed["owner_org"] = services[0]["id"]
        if fields.get("contact_email"):
            proposed["contacts"] = [
                {"name": services[0]["display_name"], "email": fields["contact_email"]}
            ]
    if asked:
        proposed["territory"] = project_form.territories_of([asked])
    return proposed


def _address(project: Data | None) -> str:
    if project is None:
        return tk.url_for("territoires_project.new")
    return tk.url_for("territoires_project.edit", name=project["name"])
