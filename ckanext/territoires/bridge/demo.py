"""The demonstration folder written through CKAN's actions, so that it may be loaded again."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import ckan.model as model
import yaml
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.territoires.bridge import profile, services
from ckanext.territoires.bridge.catalogue import (
    PLUGIN_DATA,
    Entry,
    Outcome,
    fingerprint,
    one_index_commit,
    site_context,
    stable_id,
    write,
)
from ckanext.territoires.udata import read_records

PASSWORD_FOR_ALL = "TERRITOIRES_DEMO_PASSWORD"
MAIL_DOMAIN = "demonstration.example"
Declared = Mapping[str, Any]


class UnreadableDemo(ValueError):
    """The folder lacks a file of the demonstration, or one that cannot be read."""


@dataclass(frozen=True)
class Demo:
    """What a demonstration folder declares."""

    folder: Path

    @cached_property
    def services(self) -> list[dict[str, Any]]:
        """Services of the State, parents first."""
        return self._yaml("services.yaml")

    @cached_property
    def accounts(self) -> list[dict[str, Any]]:
        """Accounts and their roles."""
        return self._yaml("accounts.yaml")

    @cached_property
    def datasets(self) -> list[dict[str, Any]]:
        """Datasets with files."""
        return self._yaml("datasets.yaml")

    @cached_property
    def projects(self) -> list[dict[str, Any]]:
        """Projects, with who carries them and what is said of them."""
        return self._yaml("projects.yaml")

    @cached_property
    def organizations(self) -> list[dict[str, Any]]:
        """Organisations of the catalogue records."""
        return read_records(self._text("catalogue/organizations.jsonl"), "organization")

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """Catalogue records."""
        return read_records(self._text("catalogue/datasets.jsonl"), "dataset")

    def _yaml(self, name: str) -> list[dict[str, Any]]:
        try:
            return yaml.safe_load(self._text(name))
        except yaml.YAMLError as error:
            raise UnreadableDemo(f"{self.folder / name}: {error}") from error

    def _text(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableDemo(f"{self.folder / name}: {error}") from error


@dataclass(frozen=True, slots=True)
class Account:
    """An account after loading; `password` only when it was made up just now."""

    name: str
    outcome: Outcome
    password: str = ""


def load_services(declared: Iterable[Declared]) -> Iterator[Entry]:
    """Write the services, each after its parent."""
    for service in declared:
        fields = {
            "name": service["name"],
            "title": service["title"],
            "description": service["description"],
            "territory": service["territory"],
            "contact_email": f"{service['name']}@{MAIL_DOMAIN}",
            "groups": [{"name": service["parent"]}] if "parent" in service else [],
        }
        yield _write_service(fields)


def load_accounts(
    declared: Iterable[Declared], environment: Mapping[str, str]
) -> Iterator[Account]:
    """Make the accounts that do not exist, and give each its roles.

    The password of an account that exists is never changed.
    """
    for account in declared:
        yield _write_account(account, environment)


def load_datasets(declared: Sequence[Declared], folder: Path) -> Iterator[Entry]:
    """Write the datasets that carry files, one at a time."""
    with one_index_commit():
        for dataset in declared:
            yield _write_with_files(dataset, folder)


def _write_service(fields: dict[str, Any]) -> Entry:
    organization = model.Group.get(fields["name"])
    if organization is None:
        entry = Entry("organization", "", fields["name"], Outcome.CREATED)
        return write(entry, "organization_create", fields)
    if _same_service(organization, fields):
        return Entry("organization", "", fields["name"], Outcome.UNCHANGED)
    entry = Entry("organization", "", fields["name"], Outcome.UPDATED)
    return write(entry, "organization_patch", {**fields, "id": organization.id})


def _same_service(organization: model.Group, fields: Declared) -> bool:
    parents = {parent.name for parent in organization.get_parent_groups(type="organization")}
    return (
        organization.title == fields["title"]
        and services.territories_of(organization.id) == [fields["territory"]]
        and parents == {group["name"] for group in fields["groups"]}
    )


def _write_account(account: Declared, environment: Mapping[str, str]) -> Account:
    user = model.User.get(account["name"])
    outcome, password = Outcome.UNCHANGED, ""
    if user is None:
        given = environment.get(account["environment"]) or environment.get(PASSWORD_FOR_ALL)
        password = "" if given else secrets.token_urlsafe(12)
        user = _create_user(account, given or password)
        outcome = Outcome.CREATED
    _give_roles(user, account)
    return Account(account["name"], outcome, password)


def _create_user(account: Declared, password: str) -> model.User:
    created = tk.get_action("user_create")(
        site_context(),
        {
            "name": account["name"],
            "fullname": account["fullname"],
            "email": f"{account['name']}@{MAIL_DOMAIN}",
            "password": password,
        },
    )
    return model.Session.get_one(model.User, created["id"])


def _give_roles(user: model.User, account: Declared) -> None:
    if account.get("sysadmin") and not user.sysadmin:
        user.sysadmin = True
        model.repo.commit()
    territory = account.get("territory")
    if territory != profile.territory_of(user):
        profile.set_territory(user, territory)
    for service, role in account.get("services", {}).items():
        tk.get_action("organization_member_create")(
            site_context(), {"id": service, "username": account["name"], "role": role}
        )


def _write_with_files(dataset: Declared, folder: Path) -> Entry:
    package_id = stable_id("demo", dataset["name"])
    existing = model.Package.get(package_id)
    mark = {"id": dataset["name"], "fingerprint": _fingerprint(dataset, folder)}
    if existing and (existing.plugin_data or {}).get(PLUGIN_DATA) == mark:
        return Entry("dataset", "", dataset["name"], Outcome.UNCHANGED)
    fields = {**dataset_fields(dataset), "id": package_id}
    entry = Entry("dataset", "", dataset["name"], Outcome.UPDATED)
    if existing is None:
        # CKAN takes files on update only; the mark comes with them, so that a dataset left
        # without its files by a kill is completed by the next load.
        entry = write(
            Entry("dataset", "", dataset["name"], Outcome.CREATED), "package_create", fields
        )
        if entry.outcome is Outcome.REFUSED:
            return entry
    with ExitStack() as opened:
        resources = [
            _resource(file, package_id, opened.enter_context((folder / file["path"]).open("rb")))
            for file in dataset["files"]
        ]
        data = {**fields, "resources": resources, "plugin_data": {PLUGIN_DATA: mark}}
        return write(entry, "package_update", data)


def dataset_fields(dataset: Declared) -> dict[str, Any]:
    """A declared dataset in our fields, without its files."""
    start, end = dataset["period"]
    access = {"access_level": dataset.get("access", "public")}
    if "access_reason" in dataset:
        access["access_reason"] = dataset["access_reason"]
    return {
        "type": "dataset",
        "name": dataset["name"],
        "title": dataset["title"],
        "notes": dataset["notes"],
        "owner_org": dataset["service"],
        "contact_email": f"{dataset['service']}@{MAIL_DOMAIN}",
        "theme": dataset["theme"],
        "territory": dataset["territory"],
        "granularity": dataset["granularity"],
        "temporal_start": start,
        "temporal_end": end,
        "frequency": dataset["frequency"],
        "license_id": dataset["license_id"],
        "tag_string": ",".join(dataset["tags"]),
        "url": dataset.get("url", ""),
        **access,
    }


def _resource(file: Declared, package_id: str, stream: BinaryIO) -> dict[str, Any]:
    path = Path(file["path"])
    return {
        "id": stable_id(package_id, path.name),
        "name": file["name"],
        "description": file.get("description", ""),
        "format": file["format"],
        "cog_year": file["cog_year"],
        "data_date": file["data_date"],
        "url": path.name,
        "upload": FileStorage(stream=stream, filename=path.name),
    }


def _fingerprint(dataset: Declared, folder: Path) -> str:
    try:
        contents = [(folder / file["path"]).read_bytes() for file in dataset["files"]]
    except OSError as error:
        raise UnreadableDemo(str(error)) from error
    return fingerprint(
        {"declared": dataset, "files": [hashlib.sha256(c).hexdigest() for c in contents]}
    )
