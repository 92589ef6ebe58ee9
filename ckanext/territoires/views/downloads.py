"""Files that people send are given to be saved: none runs in a page of this site."""

from __future__ import annotations

from ckan.lib.files import is_supported_type
from ckan.plugins import toolkit as tk
from flask import Response

#: What a browser runs, or may run, when it opens it.
_ACTIVE = ("html", "xhtml", "svg", "xml", "javascript", "ecmascript", "xsl")


def to_be_saved(response: Response) -> Response:
    """Set the headers of a download: CKAN's storage of files on disk opens all of them in the page.

    Those of a storage are saved, but for the types that `ckan.files.inline_content_types` allows;
    those of datasets, whose pictures and PDF may be looked at, when a browser would run them.
    """
    blueprint, _, view = (tk.request.endpoint or "").rpartition(".")
    if not view.endswith("download") or not (blueprint == "file" or blueprint.endswith("resource")):
        return response
    response.headers["X-Content-Type-Options"] = "nosniff"
    kind = response.content_type or ""
    allowed = is_supported_type(kind, tk.config["ckan.files.inline_content_types"])
    is_active = any(word in kind for word in _ACTIVE)
    if (blueprint == "file" and not allowed) or is_active:
        given = response.headers.get("Content-Disposition", "")
        _, _, name = given.partition(";")
        response.headers["Content-Disposition"] = f"attachment;{name}" if name else "attachment"
        response.headers["Content-Security-Policy"] = "sandbox"
    return response
