"""What files of records say in codes, in words."""

from __future__ import annotations

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import loading


def state_label(profile: str, state: str | None) -> str:
    """A state in the words of the profile that read it, in the reader's language."""
    if not state:
        return ""
    known = loading.profiles().get(profile)
    return known.label_of("state", state, tk.h.lang().split("_")[0]) if known else state
