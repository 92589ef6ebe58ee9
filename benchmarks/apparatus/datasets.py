"""Real datasets, made by CKAN's own action under the portal's own schema."""

from __future__ import annotations

import random
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckan.types import Context

from .nation import Nation
from .producers import ADMIN, Service, account

PREFIX = "bench-real-"
THEMES = ("AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "SOCI", "REGI", "TRAN")
GRANULARITIES = ("commune", "epci", "departement", "iris", "point")
FREQUENCIES = ("ANNUAL", "QUARTERLY", "MONTHLY", "IRREG", "DAILY")
LEVELS_OF_ACCESS = {"public": 60, "agents": 30, "service": 10}
FORMATS = ("CSV", "XLSX", "GeoJSON", "PDF", "ODS")
SUBJECTS = (
    "dotations d'investissement",
    "logement social",
    "plan local d'urbanisme",
    "risques d'inondation",
    "qualité de l'eau",
    "éclairage public",
    "transport scolaire",
    "emploi et chômage",
    "équipements sportifs",
    "surfaces agricoles",
    "rénovation énergétique",
    "dragage des ports",
    "offre de soins",
    "politique de la ville",
    "friches industrielles",
)
WORDS = (
    "inventaire",
    "annuel",
    "périmètre",
    "enquête",
    "zonage",
    "arrêté",
    "instruction",
    "financement",
    "commune",
    "usager",
    "dossier",
    "recensement",
    "parcelle",
    "réseau",
    "projet",
    "bilan",
    "subvention",
    "indicateur",
    "programme",
    "suivi",
)


def real_datasets(nation: Nation, producers: list[Service], count: int) -> list[str]:
    """Ids of `count` datasets in the database, created when they are not there yet."""
    draw = random.Random(11)
    coverages = nation.coverages(draw, count)
    known = set(
        model.Session.scalars(
            sa.select(model.Package.name).where(model.Package.name.like(f"{PREFIX}%"))
        )
    )
    names = [f"{PREFIX}{number:04}" for number in range(count)]
    admin = account(ADMIN, sysadmin=True)
    for name, coverage in zip(names, coverages, strict=True):
        fields = dataset_fields(draw, name, draw.choice(producers), coverage or ["country:fr"])
        if name not in known:
            context = Context(user=admin.name, auth_user_obj=admin)
            tk.get_action("package_create")(context, fields)
    query = sa.select(model.Package.id).where(model.Package.name.in_(names))
    return list(model.Session.scalars(query.order_by(model.Package.name)))


def title(draw: random.Random, place: str) -> str:
    """A title as producers write them."""
    return f"{draw.choice(SUBJECTS).capitalize()} {draw.randint(2010, 2026)}, {place}"


def prose(draw: random.Random, words: int) -> str:
    """Text of this many words, in which single words and subjects can be searched."""
    return f"{draw.choice(SUBJECTS)} : {' '.join(draw.choices(WORDS, k=words))}."


def dataset_fields(
    draw: random.Random, name: str, owner: Service, coverage: list[str]
) -> dict[str, Any]:
    """What a producer fills in."""
    (level,) = draw.choices(list(LEVELS_OF_ACCESS), list(LEVELS_OF_ACCESS.values()))
    return {
        "name": name,
        "title": title(draw, owner.title),
        "notes": prose(draw, 60),
        "owner_org": owner.id,
        "contact_name": "Pôle données",
        "contact_email": "donnees@example.org",
        "theme": draw.sample(THEMES, k=draw.randint(1, 2)),
        "territory": coverage,
        "granularity": draw.choice(GRANULARITIES),
        "temporal_start": "2019-01-01",
        "temporal_end": "2025-12-31",
        "frequency": draw.choice(FREQUENCIES),
        "license_id": "lov2",
        "access_level": level,
        "access_reason": "" if level == "public" else "internal",
        "tag_string": ", ".join(draw.sample(WORDS, k=3)),
        "resources": [_resource(draw) for _ in range(draw.randint(1, 4))],
    }


def _resource(draw: random.Random) -> dict[str, str]:
    kind = draw.choice(FORMATS)
    return {
        "url": f"https://example.org/{draw.randrange(10**9)}.{kind.lower()}",
        "name": prose(draw, 3),
        "format": kind,
        "cog_year": str(draw.randint(2021, 2026)),
    }
