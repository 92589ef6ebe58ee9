"""What a map draws around a territory."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

# The parts drawn inside a territory of each level.
INSIDE = {
    "country": "region",
    "country-subset": "region",
    "region": "epci",
    "departement": "commune",
    "arrondissement": "commune",
    "epci": "commune",
}


def addresses(shown: dict[str, Any]) -> tuple[str, str]:
    """Addresses of a territory's outline, and of those drawn with it: its parts, its neighbours.

    A custom territory's outline is that of its communes.
    """
    outline = tk.url_for("territoires_outlines.one", level=shown["level"], code=shown["code"])
    if shown["level"] in INSIDE:
        return outline, inside(shown["id"], INSIDE[shown["level"]])
    around = next((p for p in shown["parents"] if p["level"] in ("epci", "departement")), None)
    return outline, inside(around["id"], "commune") if around else ""


def inside(territory: str, level: str) -> str:
    """Address of the outlines of a level inside a territory."""
    return tk.url_for("territoires_outlines.several", within=territory, level=level)
