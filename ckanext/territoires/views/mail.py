"""When one is mailed, and the links of the mails that stop them."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from babel import Locale
from ckan.plugins import toolkit as tk
from flask import Blueprint, make_response, redirect
from werkzeug.wrappers import Response

from ckanext.territoires import config
from ckanext.territoires.bridge import follows, mail_choices
from ckanext.territoires.bridge.mail_choices import Stop
from ckanext.territoires.discussion.rhythm import Rhythm
from ckanext.territoires.views import csrf, signed_in
from ckanext.territoires.views.signed_in import reader
from ckanext.territoires.views.thread_form import errors_of

territoires_mail = Blueprint("territoires_mail", __name__)

Data = dict[str, Any]
#: Hours that the page proposes.
HOURS = range(5, 22)


@territoires_mail.route("/mon-fil/courriels")
def settings() -> str:
    """When one is mailed what one follows."""
    signed_in.require()
    return _page(tk.get_action("territoires_mail_choice_show")({}, {}), {})


@territoires_mail.route("/mon-fil/courriels", methods=["POST"])
def choose() -> str | Response:
    """Keep it."""
    signed_in.require()
    csrf.check()
    form = tk.request.form
    asked: Data = {name: form[name] for name in ("rhythm", "hour", "language") if form.get(name)}
    asked["mentions"] = "mentions" in form
    try:
        tk.get_action("territoires_mail_choice_save")({}, dict(asked))
    except tk.ValidationError as error:
        return _page(asked, errors_of(error))
    tk.h.flash_success(tk._("Your choices are saved"))
    return redirect(tk.url_for("territoires_mail.settings"))


@territoires_mail.route("/mon-fil/arret/<token>", methods=["GET", "POST"])
def stop(token: str) -> Response:
    """Stop what the link of a mail stops, without signing in; a program of mail may ask for it.

    The signed link is the proof that the person asks: no other site knows it. Opening it changes
    nothing, since programs that check links open them.
    """
    asked = mail_choices.read_stop(token)
    user = model.User.get(asked.user_id) if asked else None
    if asked is None or user is None or user.state != model.State.ACTIVE:
        return tk.abort(404, tk._("This link leads nowhere any more"))
    rhythm = mail_choices.chosen(user.id).rhythm
    if tk.request.method == "POST":
        if tk.request.form.get("deed") == "undo":
            former = tk.request.form.get("rhythm", "")
            weekly = former == Rhythm.WEEKLY
            mail_choices.start_again(asked, user, Rhythm.WEEKLY if weekly else Rhythm.DAILY)
        else:
            mail_choices.stop(asked, user)
        model.Session.commit()
    page = {
        "asked": asked,
        "title": _title(asked, user),
        "stopped": mail_choices.is_stopped(asked),
        "done": tk.request.method == "POST",
        "rhythm": rhythm,
        "token": token,
    }
    answer = make_response(tk.render("follow/stop.html", page))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _page(choice: Data, errors: Data) -> str:
    user = reader()
    assert user is not None
    return tk.render(
        "follow/mail.html",
        {
            "choice": choice,
            "errors": errors,
            "hours": HOURS,
            "languages": [(one, _language_name(one)) for one in config.languages()],
            "address": user.email,
            "sends_mail": config.sends_mail(),
            "failure": mail_choices.last_failure(user.id),
        },
    )


def _language_name(code: str) -> str:
    """A language by its own name."""
    return (Locale.parse(code).get_display_name(code) or code).capitalize()


def _title(asked: Stop, user: model.User) -> str:
    """The name of what is stopped, if the person may still see it."""
    for one in follows.of(user):
        if (one.kind, one.object_id) == (asked.kind, asked.id):
            return one.title
    return ""
