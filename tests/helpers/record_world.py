"""People, grants of 2019 in several files, and records of each other kind."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from bs4 import BeautifulSoup
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp

from tests.helpers.grants import FILES, load, read_grants, record

REGION, NANTES = "fr:region:52", "fr:commune:44109"


LOIRE_ATLANTIQUE, MAYENNE, SARTHE = "fr:departement:44", "fr:departement:53", "fr:departement:72"


DEPARTEMENTS = ("44", "49", "53", "72", "85")


# A commune of Nantes Métropole, and one of Redon Agglomération.
REZE, REDON_AGGLO = "fr:commune:44143", "fr:epci:243500741"


METROPOLE = "fr:epci:244400404"


ROLES = ("anonymous", "agent", "other_member", "member", "sysadmin")


# The files of the demonstration that repeat a part of the regional one, and who may see them.
COPIES = {
    "detr-2019-53.csv": "agents",
    "detr-2019-72.csv": "service",
    "dotations-2019-85.csv": "public",
    "dsid-2019.csv": "agents",
}


@dataclass
class World:
    """People, the grants of 2019 in several files, and a file of each other kind."""

    app: CKANTestApp
    users: dict[str, str]
    tokens: dict[str, str]
    service: dict[str, Any]
    datasets: dict[str, dict[str, Any]] = field(default_factory=dict)

    def search(self, role: str = "anonymous", **data: Any) -> dict[str, Any]:
        context: Any = {"user": self.users[role], "ignore_auth": False}
        return tk.get_action("territoires_record_search")(context, data)

    def publish(
        self, name: str, level: str, rows: list[dict[str, Any]], **about: Any
    ) -> dict[str, Any]:
        dataset = factories.Dataset(
            name=name,
            title=f"Zeta {name}",
            owner_org=self.service["id"],
            access_level=level,
            access_reason="internal",
        )
        resource = factories.Resource(package_id=dataset["id"], url=f"http://example.test/{name}")
        load(resource, rows, **about)
        self.datasets[name] = dataset
        return dataset

    def get(self, role: str, path: str, **params: Any) -> Any:
        headers = {"Authorization": self.tokens[role]} if role in self.tokens else {}
        return self.app.get(path, query_string=params, headers=headers)


def other_kinds() -> list[dict[str, Any]]:
    """Return records of each kind that is not a grant, about Nantes and what it belongs to."""
    return [
        record(kind="plan", places=[NANTES], date="2010-01-15", scheme="PLU", state="opposable",
               title="PLU de Nantes", attributes={"end": "2019-04-23"}),
        record(kind="plan", places=[METROPOLE], date="2019-04-23", scheme="PLUi",
               state="opposable", title="PLUi de Nantes Métropole"),
        *(
            record(kind="plan", places=[REZE], date="2013-01-01", year=year, state=state)
            for year, state in ((2020, "39"), (2022, "33"), (2024, "39"))
        ),
        record(kind="risk", places=[NANTES], date="2010-03-01", year=2010, scheme="catnat",
               title="Inondations"),
        record(kind="risk", places=[NANTES], date="2018-08-10", year=2018, scheme="catnat",
               title="Inondations"),
        record(kind="programme", places=[NANTES], scheme="France services",
               title="France services de Nantes"),
        record(kind="programme", places=[LOIRE_ATLANTIQUE], scheme="CRTE", title="CRTE 44"),
        record(kind="zoning", places=["fr:commune:44036"], scheme="ZRR", state="ZRR"),
        record(kind="post", places=[NANTES], beneficiary="Association d'à côté", year=2022,
               scheme="FONJEP", granted=7164),
        record(kind="post", places=[NANTES], beneficiary="Association d'à côté", year=2022,
               scheme="FONJEP", granted=7164),
        record(kind="post", places=[NANTES], beneficiary="Cœur de ville", year=2022,
               scheme="FONJEP"),
    ]  # fmt: skip


def build(app: CKANTestApp) -> World:
    people = {role: factories.User(name=role.replace("_", "-")) for role in ROLES[1:-1]}
    people["sysadmin"] = factories.Sysadmin(name="sysadmin")
    tokens: dict[str, str] = {
        role: factories.APIToken(user=user["name"])["token"] for role, user in people.items()
    }
    service = factories.Organization(
        name="prefecture",
        title="Préfecture",
        users=[{"name": people["member"]["name"], "capacity": "editor"}],
    )
    factories.Organization(
        name="dreal", users=[{"name": people["other_member"]["name"], "capacity": "admin"}]
    )
    names = {"anonymous": "", **{role: user["name"] for role, user in people.items()}}
    world = World(app, names, tokens, service)
    whole = read_grants("dotations-2019-pays-de-la-loire.csv")
    world.publish("regional", "public", whole, vintage="2019", cog_year=2019)
    for name, level in COPIES.items():
        world.publish(name.removesuffix(".csv"), level, read_grants(name), vintage="2019")
    world.publish("others", "public", other_kinds(), profile="others")
    world.publish("secret", "service", private_grants(), vintage="2020")
    return world


def private_grants() -> list[dict[str, Any]]:
    """Return grants that only their service may see, one of them without its amount."""
    about = {"places": [NANTES], "year": 2020, "scheme": "DSIL", "theme": "Zeta secret"}
    return [
        record(line=2, title="École zêta", beneficiary="Nantes", granted=1000, cost=5000, **about),
        record(line=3, title="Gymnase zêta", beneficiary="Nantes", asked=700, **about),
    ]


def published() -> Any:
    """Return the regional file of grants, read without our code."""
    return pd.read_csv(FILES / "dotations-2019-pays-de-la-loire.csv", dtype=str).assign(
        amount=lambda grants: pd.to_numeric(grants["montant_sub"]),
        cost=lambda grants: pd.to_numeric(grants["cout_total"]),
    )


PAGES = {
    NANTES: "/en/territoire/commune/44109/nantes/action",
    REGION: "/en/territoire/region/52/pays-de-la-loire/action",
    MAYENNE: "/en/territoire/departement/53/mayenne/action",
}


NOWHERE = "/en/territoire/commune/44001/abbaretz/action"


def text_of(page: Any) -> str:
    """Return the text of a page, its spaces made one."""
    soup = BeautifulSoup(page.body, "html.parser")
    return " ".join(soup.get_text(" ").split())


def read_file(answer: Any, extension: str) -> Any:
    if extension == "csv":
        return pd.read_csv(io.BytesIO(answer.data), sep=";", encoding="utf-8-sig")
    return pd.read_excel(io.BytesIO(answer.data), engine="openpyxl")
