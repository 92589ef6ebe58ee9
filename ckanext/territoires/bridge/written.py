"""An answer of an action that is written as JSON already."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from simplejson import RawJSON


class Written(dict[str, Any]):
    """A plain dictionary that its JSON stands for, until someone looks inside.

    CKAN's API writes the text as it is. An action chained to this one, a template, a test find a
    dictionary, made when they first read it; from then on it is what counts, since they may change
    what they found.
    """

    __slots__ = ("_make", "_text")

    def __init__(self, names: Iterable[str], make: Callable[[], dict[str, Any]], text: str) -> None:
        """`names` are the keys of what `make` returns, `text` is its JSON."""
        super().__init__(dict.fromkeys(names))
        self._make: Callable[[], dict[str, Any]] | None = make
        self._text = text

    def for_json(self) -> Any:
        """What CKAN's API asks of an object that it writes."""
        return dict(self) if self._make is None else RawJSON(self._text)

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy is a plain dictionary."""
        return dict, (dict(self),)

    def read(self) -> None:
        """Hold the content: the text no longer stands for it."""
        if self._make is not None:
            make, self._make = self._make, None
            super().update(make())


def _reading(name: str) -> Callable[..., Any]:
    inherited = getattr(dict, name)

    def method(self: Written, *args: Any, **named: Any) -> Any:
        self.read()
        return inherited(self, *args, **named)

    method.__name__ = name
    return method


# All that shows or changes a value. Where `__iter__` is another than that of a dictionary, Python
# copies by the methods (`dict(x)`, `{**x}`, `x | y`) and not behind their back.
for _name in (
    "__delitem__",
    "__eq__",
    "__getitem__",
    "__ior__",
    "__iter__",
    "__ne__",
    "__or__",
    "__repr__",
    "__reversed__",
    "__ror__",
    "__setitem__",
    "clear",
    "copy",
    "get",
    "items",
    "pop",
    "popitem",
    "setdefault",
    "update",
    "values",
):
    setattr(Written, _name, _reading(_name))
