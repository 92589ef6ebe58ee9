"""Atom feeds: of a project, of a territory, of a search, of what one is told.

What is public is open; the rest asks for the secret address of a person, whose rights are asked at
each reading.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

import ckan.model as model
from ckan.lib.search import SearchError
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response, redirect
from markupsafe import escape
from werkzeug.wrappers import Response as AnyResponse

from ckanext.territoires import config
from ckanext.territoires.bridge import (
    custom,
    feed_tokens,
    notice_reading,
    notice_words,
    saved_searches,
    thread_words,
)
from ckanext.territoires.bridge.labels import PROJECT
from ckanext.territoires.bridge.notice_groups import place_of
from ckanext.territoires.bridge.reference import identifier_of, reference
from ckanext.territoires.renderings import atom
from ckanext.territoires.renderings.atom import Item
from ckanext.territoires.territory.identifier import InvalidTerritoryId
from ckanext.territoires.territory.slug import slugify
from ckanext.territoires.views import csrf, signed_in
from ckanext.territoires.views.signed_in import reader

territoires_feeds = Blueprint("territoires_feeds", __name__)

Data = dict[str, Any]
_MOST = 30
_KEPT = 300


@territoires_feeds.route("/mon-fil.atom")
def told() -> Response:
    """What one is told."""
    user = _who()
    if user is None:
        return tk.abort(401, tk._("The address of your feed is on the page “My feeds”"))
    items = [
        Item(
            id=f"urn:territoires:notice:{one.notice.id}",
            title=f"{one.package.title or one.package.name} : {notice_words.what(one)}",
            url=place_of(one, qualified=True),
            moment=one.notice.created,
            author=_name(one.author),
            html=str(escape(notice_words.extract(one))),
        )
        for one in notice_reading.told(user)[:_MOST]
    ]
    page = tk.url_for("territoires_follow.index", qualified=True)
    return _answer(tk._("My thread"), page, items, private=True)


@territoires_feeds.route("/projet/<name>/fil.atom")
def project(name: str) -> Response:
    """The latest entries of a thread."""
    user = _who()
    package = model.Package.get(name)
    context = _as(user)
    try:
        if package is None or package.type != "project":
            raise tk.ObjectNotFound
        shown = tk.get_action("package_show")(context, {"id": package.id})
        data = {"project_id": package.id, "newest_first": True, "limit": _MOST}
        found = tk.get_action("territoires_message_list")(_as(user), data)["messages"]
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("Project not found"))
    items = [_of_entry(shown, one) for one in found if one["state"] == "visible"]
    page = tk.url_for("territoires_thread.read", name=shown["name"], qualified=True)
    return _answer(shown["title"], page, items, private=shown["access_level"] != "public")


@territoires_feeds.route("/territoire/<level>/<code>/fil.atom")
def territory(level: str, code: str) -> Response:
    """The latest data and projects that concern a territory."""
    user = _who()
    try:
        place = reference().get(identifier_of(level, code))
    except InvalidTerritoryId:
        place = None
    if place is None:
        return tk.abort(404, tk._("No territory answers to “{id}”").format(id=code))
    found = tk.get_action("package_search")(
        _as(user),
        {
            "ext_territory": place.id,
            **_latest(user),
        },
    )
    items = [_of_package(one) for one in found["results"]]
    path = f"/territoire/{place.level}/{place.code}/{slugify(place.name)}"
    page = tk.h.url_for(path, qualified=True)
    return _answer(place.name, page, items, private=user is not None)


@territoires_feeds.route("/recherche/fil.atom")
def search() -> Response:
    """The latest data or projects that a search finds: `type`, and the criteria of the search."""
    user = _who()
    kind = PROJECT if tk.request.args.get("type") == PROJECT else saved_searches.DATASET
    try:
        asked = saved_searches.of_pairs(kind, tk.request.args.items(multi=True))
    except saved_searches.NoSearch:
        return tk.abort(400, tk._("This search asks for nothing"))
    try:
        # The secret address signs nobody in: what is one's own is read as its owner.
        with custom.reading_as(user):
            found = tk.get_action("package_search")(
                _as(user), saved_searches.parameters(asked) | _latest(user)
            )
            title = saved_searches.title(asked)
    except SearchError as error:
        return tk.abort(400, str(error))
    items = [_of_package(one) for one in found["results"]]
    return _answer(title, tk.h.url_for(asked.path, qualified=True), items, private=user is not None)


@territoires_feeds.route("/mon-fil/flux", methods=["GET", "POST"])
def mine() -> str | AnyResponse:
    """The addresses of one's feeds: made, made again, taken back."""
    signed_in.require()
    user = reader()
    assert user is not None
    token = ""
    if tk.request.method == "POST":
        csrf.check()
        if tk.request.form.get("deed") == "revoke":
            feed_tokens.revoke(user.id)
            model.Session.commit()
            tk.h.flash_success(tk._("Your feeds are closed"))
            return redirect(tk.url_for("territoires_feeds.mine"))
        token = feed_tokens.make(user.id)
        model.Session.commit()
    page = tk.render("follow/feeds.html", {"token": token, "made": feed_tokens.made(user.id)})
    if not token:
        return page
    answer = Response(page)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _who() -> model.User | None:
    """The person whose secret address this is, else who is signed in, else nobody."""
    given = tk.request.args.get("cle")
    if given is None:
        return reader()
    user = feed_tokens.reader_of(given)
    if user is None:
        return tk.abort(404, tk._("This address leads nowhere any more: make another"))
    return user


def _latest(user: model.User | None) -> Data:
    return {
        "sort": "metadata_created desc",
        "rows": _MOST,
        "include_private": user is not None,
    }


def _as(user: model.User | None) -> Any:
    return {"user": user.name if user else "", "auth_user_obj": user, "ignore_auth": False}


def _of_entry(shown: Data, one: Data) -> Item:
    author = (one["author"] or {}).get("title", "")
    said = thread_words.sentences(one["kind"], one["facts"])
    html = str(thread_words.html(one["text"], one["mentions"])) or "".join(
        f"<p>{escape(sentence)}</p>" for sentence in said
    )
    position = one["position"]
    return Item(
        id=f"urn:territoires:message:{one['id']}",
        title=f"{thread_words.kind_label(one['kind'])}, {author}",
        url=tk.url_for(
            "territoires_thread.one", name=shown["name"], position=position, qualified=True
        ),
        moment=datetime.fromisoformat(one["edited"] or one["created"]),
        author=author,
        html=html,
    )


def _of_package(one: Data) -> Item:
    is_project = one["type"] == "project"
    endpoint, key = ("territoires_project.read", "name") if is_project else ("dataset.read", "id")
    service = one.get("organization") or {}
    return Item(
        id=f"urn:territoires:package:{one['id']}",
        title=one["title"] or one["name"],
        url=tk.url_for(endpoint, **{key: one["name"]}, qualified=True),
        moment=datetime.fromisoformat(one["metadata_created"]),
        author=service.get("title") or "",
        html=str(escape(tk.h.markdown_extract(one.get("notes") or "", extract_length=400))),
    )


def _name(user: model.User | None) -> str:
    return (user.fullname or user.name) if user else ""


def _answer(title: str, page: str, items: list[Item], *, private: bool) -> Response:
    """The feed, or nothing when the reader has it already; its address is told to no other site."""
    content = atom.render(title, page, tk.h.lang(), config.site_title(), items)
    answer = Response(content, content_type=atom.TYPE)
    answer.set_etag(sha256(content).hexdigest()[:32])
    # CKAN would have anyone's caches keep it.
    tk.request.environ["__no_cache__"] = True
    answer.cache_control.max_age = _KEPT
    if private:
        answer.cache_control.private = True
    else:
        answer.cache_control.public = True
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Vary"] = "Cookie, Authorization"
    answer.make_conditional(tk.request.environ)
    return answer
