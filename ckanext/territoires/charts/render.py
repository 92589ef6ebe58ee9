"""From a specification to SVG and PNG: nothing is asked of the network."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import vl_convert

#: What Altair writes, the closest that the converter holds.
_VERSION = "6.1"
_ROOT = re.compile(r"<svg[^>]*?(width=\"[\d.]+\" height=\"[\d.]+\" viewBox=\"[^\"]+\")>")
_AIMLESS = re.compile(r' (?:pointer-events="none"|aria-hidden="true"|opacity="1"|class="[^"]*")')


def render_svg(spec: dict[str, Any]) -> str:
    """An image that names itself to those who do not see it; its text is text."""
    drawn = vl_convert.vegalite_to_svg(spec, vl_version=_VERSION, allowed_base_urls=[])
    title = " ".join(spec["title"]["text"])
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        r'aria-labelledby="chart-title chart-description" \1>'
        f'<title id="chart-title">{_safe(title)}</title>'
        f'<desc id="chart-description">{_safe(spec["description"])}</desc>'
    )
    return _ROOT.sub(head, _AIMLESS.sub("", drawn), count=1)


def render_png(spec: dict[str, Any], scale: float = 2) -> bytes:
    """The same image in pixels, `scale` for one of the specification."""
    return vl_convert.svg_to_png(render_svg(spec), scale=scale)


def _safe(text: str) -> str:
    return escape(text, quote=False).replace("\\", "\\\\")
