"""Addresses of many things of one page."""

from __future__ import annotations

from urllib.parse import quote

from ckan.plugins import toolkit as tk

#: Stands for the value in the address that is asked once; a number, for rules that want one.
_MARK = 987654321987654321


class Addresses:
    """What `url_for` gives, asked once for each endpoint.

    A page of a thread has three hundred addresses, which would be a third of its time.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._patterns: dict[tuple[str, ...], str] = {}

    def to(self, endpoint: str, key: str, value: str | int, **fixed: str) -> str:
        """The address of `endpoint` where the parameter `key` is `value`."""
        asked = (endpoint, key, *(part for pair in sorted(fixed.items()) for part in pair))
        if asked not in self._patterns:
            self._patterns[asked] = tk.url_for(endpoint, **{key: _MARK}, **fixed)
        return self._patterns[asked].replace(str(_MARK), quote(str(value), safe=""))
