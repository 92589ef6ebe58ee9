"""The charts of a theme, as pictures."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

from ckanext.territoires.portrait.document import Portrait, Theme


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: its title, what it shows in a sentence, and its drawing, made when asked for."""

    title: str
    alternative: str
    svg: Callable[[], str]
    png: Callable[[], bytes]

    @property
    def address(self) -> str:
        """The drawing as an address of its own, to be set in a page without a file."""
        return f"data:image/svg+xml;base64,{base64.b64encode(self.svg().encode()).decode()}"


def pictures(portrait: Portrait, theme: Theme) -> list[Picture]:
    """Pictures of a theme, those whose figures are known."""
    return []
