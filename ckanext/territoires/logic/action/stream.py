"""CKAN's activity stream, in which the thread of a project shows to clients that know CKAN only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge.thread_stream import with_messages
from ckanext.territoires.logic.reader import reader_of

Action = Callable[[Context, DataDict], Any]

#: Chained where the site has the plugin `activity`.
STREAMS = (
    "package_activity_list",
    "organization_activity_list",
    "group_activity_list",
    "user_activity_list",
    "dashboard_activity_list",
    "recently_changed_packages_activity_list",
)


def stream_actions() -> dict[str, Any]:
    """CKAN's lists of activities and `activity_show`, with the text of messages."""
    return {name: _with_text(name) for name in STREAMS} | {"activity_show": activity_show}


@tk.chained_action
@tk.side_effect_free
def activity_show(up: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """CKAN's, with the message that one of ours points to."""
    shown = up(context, data_dict)
    found = with_messages([shown], reader_of(context))
    if not found:
        raise tk.NotAuthorized
    return found[0]


def _with_text(name: str) -> Any:
    def listed(up: Action, context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
        return with_messages(up(context, data_dict), reader_of(context))

    listed.__name__ = name
    listed.__doc__ = "CKAN's list, with the messages that ours point to."
    return tk.chained_action(tk.side_effect_free(listed))
