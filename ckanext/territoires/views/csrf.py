"""Cross-site requests refused, view by view."""

from __future__ import annotations

from ckan.plugins import toolkit as tk
from flask_wtf.csrf import ValidationError, validate_csrf


def check() -> None:
    """Refuse a form whose token is not this session's.

    CKAN exempts a view for the life of the process after one anonymous POST to it, so each view
    of ours that writes checks for itself.
    """
    field = tk.config["WTF_CSRF_FIELD_NAME"]
    try:
        validate_csrf(tk.request.form.get(field) or tk.request.headers.get("X-CSRFToken"))
    except ValidationError:
        tk.abort(400, tk._("This form has expired: go back, reload the page and send it again"))
