"""Pages for signed-in people."""

from __future__ import annotations

from ckan.plugins import toolkit as tk


def require() -> None:
    """Send an anonymous visitor to the login page, and back here after."""
    if tk.current_user.is_anonymous:
        tk.abort(403, tk._("Log in to see this page"))
