"""The programmes of the State that the profiles of the site know."""

from __future__ import annotations

from ckanext.territoires.bridge import loading, schemes


def names() -> tuple[str, ...]:
    """Their names, as records hold them."""
    found = {
        profile.constants["scheme"]: None
        for profile in loading.profiles().values()
        if profile.kind == "programme" and profile.constants.get("scheme")
    }
    return tuple(sorted(found))


def choices() -> list[dict[str, str]]:
    """The choices of a form: `value` and `label` in the reader's language."""
    return [{"value": name, "label": schemes.scheme(name).label} for name in names()]
