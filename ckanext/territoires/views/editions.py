"""A portrait to take away, its frozen editions, and the comments that agents write in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from ckanext.territoires.bridge import comments, editions, portrait_maps
from ckanext.territoires.bridge.portraits import theme_titles
from ckanext.territoires.logic import edition_files
from ckanext.territoires.model import Edition
from ckanext.territoires.portrait.reading import portrait_from_dict
from ckanext.territoires.renderings import FORMATS, render, words
from ckanext.territoires.renderings.pdf_file import MissingLibrary
from ckanext.territoires.views import csrf, signed_in
from ckanext.territoires.views.territory import find

territoires_editions = Blueprint("territoires_editions", __name__)

#: What the address of a portrait may ask, kept in those of its files.
ASKED = ("compare", "peers", "as_published")
# After this a page no longer waits for a job: what is missing is made when opened.
_PATIENCE = timedelta(minutes=15)
_SECONDS_BETWEEN_LOOKS = 3


@territoires_editions.route("/territoire/<level>/<code>/<slug>/portrait.<fmt>")
def download(level: str, code: str, slug: str, fmt: str) -> str | AnyResponse:
    """The portrait as it is now, in a format."""
    if fmt not in FORMATS:
        return _no_format()
    shown = _at(level, code, slug, "download", fmt=fmt)
    if not isinstance(shown, dict):
        return shown
    content = _acted("territoires_portrait_show", shown["id"])
    user = model.User.get(tk.current_user.name or "")
    portrait = portrait_maps.with_maps(portrait_from_dict(content), user)
    today = datetime.now(UTC).date()
    answer = _file(words.file_name(portrait.territory, fmt, today), fmt)
    answer.set_etag(f"{portrait.digest}-{today.isoformat()}-{fmt}")
    # Nothing is made again for who has it already.
    if answer.make_conditional(tk.request.environ).status_code != 304:
        answer.set_data(_made(lambda: render(portrait, fmt, today)))
    return answer


@territoires_editions.route("/territoire/<level>/<code>/<slug>/editions")
def index(level: str, code: str, slug: str) -> str | AnyResponse:
    """Files of the portrait, its editions, and the making of one."""
    shown = _at(level, code, slug, "index")
    if not isinstance(shown, dict):
        return shown
    listed = tk.get_action("territoires_edition_list")({}, {"territory": shown["id"]})
    return tk.render(
        "editions/index.html",
        {
            "territory": shown,
            "editions": [_worded(edition) for edition in listed],
            "formats": _formats(),
            "asked": asked(),
            "may_freeze": not tk.current_user.is_anonymous,
        },
    )


@territoires_editions.route("/territoire/<level>/<code>/<slug>/editions", methods=["POST"])
def create(level: str, code: str, slug: str) -> str | AnyResponse:
    """Freeze the portrait."""
    signed_in.require()
    csrf.check()
    shown = find(level, code)
    if not isinstance(shown, dict):
        return shown
    made = _acted("territoires_edition_create", shown["id"])
    if not made["new"]:
        tk.h.flash_notice(tk._("Nothing changed since this edition: it is not made again"))
    return redirect(tk.url_for("territoires_editions.read", id=made["id"]))


@territoires_editions.route("/edition/<id>")
def read(id: str) -> str:
    """An edition: how far its making is, then its files."""
    edition = _edition(id)
    shown = tk.get_action("territoires_edition_show")({}, {"id": id})
    waited = datetime.now(UTC).replace(tzinfo=None) - edition.created
    waiting = edition.state in editions.PENDING and waited < _PATIENCE
    document = shown["document"]
    language = document["language"]
    return tk.render(
        "editions/read.html",
        {
            "edition": _worded(shown),
            "place": document["territory"],
            "waiting": waiting,
            "refresh": _SECONDS_BETWEEN_LOOKS,
            "formats": _formats(),
            "sources": [
                (source, words.source_text(source, language))
                for source in editions.portrait_of(edition).sources
            ],
        },
    )


@territoires_editions.route("/edition/<id>/portrait.<fmt>")
def file(id: str, fmt: str) -> str | AnyResponse:
    """An edition in a format."""
    if fmt not in FORMATS:
        return _no_format()
    edition = _edition(id)
    answer = _file(edition_files.name_of(edition, fmt), fmt)
    answer.set_etag(f"{edition.digest}-{fmt}")
    if answer.make_conditional(tk.request.environ).status_code != 304:
        answer.set_data(_made(lambda: edition_files.content(edition, fmt)))
    return answer


@territoires_editions.route(
    "/territoire/<level>/<code>/<slug>/portrait/commentaire/<theme>", methods=["GET", "POST"]
)
def comment(level: str, code: str, slug: str, theme: str) -> str | AnyResponse:
    """Write what a portrait says of a theme, in one's own name and that of one's service."""
    signed_in.require()
    shown = find(level, code)
    if not isinstance(shown, dict):
        return shown
    title = theme_titles(tk.h.lang()).get(theme)
    if title is None:
        return tk.abort(404, tk._("No theme is called “{name}”").format(name=theme))
    what = {"territory": shown["id"], "theme": theme}
    try:
        tk.check_access("territoires_portrait_comment_save", {}, what)
    except tk.NotAuthorized as error:
        return tk.abort(403, error.message or "")
    if tk.request.method == "GET":
        return _comment_form(shown, theme, title)
    csrf.check()
    typed = tk.request.form.get("text", "")
    try:
        tk.get_action("territoires_portrait_comment_save")({}, {**what, "text": typed})
    except tk.ValidationError as error:
        return _comment_form(shown, theme, title, typed, error.error_dict)
    said = tk._("The comment is saved") if typed.strip() else tk._("The comment is removed")
    tk.h.flash_success(said)
    return redirect(tk.h.url_for(f"{shown['path']}/portrait") + f"#{theme}")


def asked() -> dict[str, Any]:
    """What the address asks of the portrait, as its action takes it."""
    wanted = {name: tk.request.values.getlist(name) for name in ASKED}
    return {
        name: values if name == "compare" else values[-1]
        for name, values in wanted.items()
        if any(values)
    }


def _acted(action: str, identifier: str) -> dict[str, Any]:
    """The answer of an action about the portrait that the address asks for."""
    try:
        return tk.get_action(action)({}, {"id": identifier, **asked()})
    except tk.ValidationError as error:
        return tk.abort(400, " ".join(error.error_summary.values()))


def _comment_form(
    shown: dict[str, Any],
    theme: str,
    title: str,
    typed: str | None = None,
    errors: dict[str, Any] | None = None,
) -> str:
    what = {"territory": shown["id"], "theme": theme}
    listed = tk.get_action("territoires_portrait_comment_list")({}, what)
    text = listed["comments"].get(theme, {}).get("text", "")
    former = listed["former"]
    again = tk.request.args.get("again", type=int)
    if again is not None and 0 <= again < len(former):
        text = former[again]["text"]
    user = tk.current_user
    service = None
    if isinstance(user, model.User):
        service = comments.signing_service(user, shown["id"])
    day = words.long_date(datetime.now(UTC).date(), tk.h.lang())
    by = comments.signature(user, (service.title or service.name) if service else "")  # type: ignore[arg-type]
    return tk.render(
        "editions/comment.html",
        {
            "territory": shown,
            "theme": theme,
            "theme_title": title,
            "text": text if typed is None else typed,
            "errors": errors or {},
            "limit": comments.MAX_LENGTH,
            "signature": by,
            "day": day,
            "former": [
                version | {"day": words.day_text(version["created"], tk.h.lang())}
                for version in former
            ],
        },
    )


def _worded(edition: dict[str, Any]) -> dict[str, Any]:
    day = date.fromisoformat(edition["created"][:10])
    return edition | {"day": words.long_date(day, tk.h.lang())}


def _formats() -> list[tuple[str, str]]:
    labels = {
        "pdf": tk._("PDF, to read and print"),
        "docx": tk._("DOCX, to rework in Word"),
        "odt": tk._("ODT, to rework in LibreOffice"),
        "xlsx": tk._("XLSX, a sheet a theme"),
        "csv": tk._("CSV, a line a figure"),
        "json": tk._("JSON, the whole document"),
    }
    return [(form, labels[form]) for form in FORMATS]


def _edition(id: str) -> Edition:
    edition = editions.find(id)
    if edition is None:
        tk.abort(404, tk._("No edition answers to “{id}”").format(id=id))
    try:
        tk.check_access("territoires_edition_show", {}, {"id": id})
    except tk.NotAuthorized as error:
        tk.abort(403, error.message or "")
    return edition


def _at(
    level: str, code: str, slug: str, endpoint: str, **more: str
) -> dict[str, Any] | str | AnyResponse:
    """The territory at an address, or a redirection to its own address."""
    shown = find(level, code)
    if not isinstance(shown, dict) or (shown["code"], shown["slug"]) == (code, slug):
        return shown
    place = {key: shown[key] for key in ("level", "code", "slug")}
    address = tk.url_for(f"territoires_editions.{endpoint}", **place, **more, **asked())
    return redirect(address, code=301)


def _file(name: str, fmt: str) -> Response:
    answer = Response(content_type=FORMATS[fmt].mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _made(make: Any) -> bytes:
    try:
        return make()
    except MissingLibrary as error:
        return tk.abort(503, str(error))


def _no_format() -> Any:
    known = ", ".join(FORMATS)
    return tk.abort(404, tk._("A portrait is in one of: {formats}").format(formats=known))
