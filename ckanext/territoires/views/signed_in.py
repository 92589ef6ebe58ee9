"""Who reads a page."""

from __future__ import annotations

import ckan.model as model
from ckan.plugins import toolkit as tk


def reader() -> model.User | None:
    """The person who has signed in; None for an anonymous visitor."""
    return None if tk.current_user.is_anonymous else model.User.get(tk.current_user.id)


def require() -> None:
    """Send an anonymous visitor to the login page, and back here after."""
    if tk.current_user.is_anonymous:
        tk.abort(403, tk._("Log in to see this page"))
