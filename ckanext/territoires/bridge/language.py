"""Words in another language than the page's, or where there is no page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import flask
import flask_babel
from ckan.config import middleware

_KEY = "CKAN_LANG"


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Have what is translated within in `language`, in a page, a job or a command.

    Where no site runs, message ids stay as they are.
    """
    with ExitStack() as stack:
        if not flask.has_request_context():
            made = middleware._internal_test_request_context
            if made is None:
                yield
                return
            stack.enter_context(made.app.test_request_context())
        environ: dict[str, Any] = flask.request.environ
        former = environ.get(_KEY)
        environ[_KEY] = language
        try:
            with flask_babel.force_locale(language):
                yield
        finally:
            if former is None:
                environ.pop(_KEY, None)
            else:
                environ[_KEY] = former
