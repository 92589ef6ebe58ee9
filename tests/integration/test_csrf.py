"""Forms from elsewhere: missing, forged and replayed tokens, on every view that writes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ckan import model
from ckan.tests import factories

PASSWORD = "correct-horse-9"
#: The link of a mail, which proves itself (RFC 8058), and is tested with the mails.
SIGNED = {"territoires_mail.stop"}


@pytest.fixture
def world(clean_db: None, clean_index: None) -> dict[str, str]:
    """One of each thing that a view may be about, and its author."""
    from ckan.plugins import toolkit as tk

    admin = factories.Sysadmin(password=PASSWORD)
    context: Any = {
        "user": admin["name"],
        "auth_user_obj": model.User.get(admin["name"]),
    }
    service = factories.Organization(user=admin)
    project = factories.Dataset(type="project", owner_org=service["id"], user=admin)
    data = factories.Dataset(owner_org=service["id"], user=admin)
    resource = factories.Resource(package_id=data["id"], format="CSV", url="http://x.test/x.csv")
    message = tk.get_action("territoires_message_create")(
        context, {"project_id": project["id"], "text": "Bonjour"}
    )
    other: Any = {"user": factories.Sysadmin()["name"]}
    others = tk.get_action("territoires_message_create")(
        other, {"project_id": project["id"], "text": "Bonjour"}
    )
    own = tk.get_action("territoires_custom_territory_create")(
        context, {"name": "Vallée", "communes": ["fr:commune:44109"]}
    )
    return {
        "user": admin["name"],
        "name": project["name"],
        "message_id": message["id"],
        "others_message_id": others["id"],
        "id": data["name"],
        "resource_id": resource["id"],
        "slug": own["id"].removeprefix("custom:"),
        "level": "commune",
        "code": "44109",
        "theme": "population",
        "token": _invitation(project["id"], admin["name"]),
    }


def _invitation(project_id: str, lead: str) -> str:
    from ckanext.territoires.bridge import invitations
    from ckanext.territoires.discussion.message import Role

    project, user = model.Package.get(project_id), model.User.get(lead)
    assert project
    assert user
    _invited, token = invitations.create(project, user, "jeanne@example.org", Role.MEMBER)
    model.Session.commit()
    return token


def writing(app: Any, world: dict[str, str]) -> dict[str, str]:
    """Addresses that take a form, by the name of their view."""
    found: dict[str, str] = {}
    for rule in app.flask_app.url_map.iter_rules():
        ours = rule.endpoint.startswith("territoires_") and rule.endpoint not in SIGNED
        if not ours or "POST" not in (rule.methods or ()):
            continue
        values = {name: world[name] for name in rule.arguments}
        if rule.endpoint == "territoires_thread.report":
            values["message_id"] = world["others_message_id"]
        if "level" in values:
            values["slug"] = "nantes"
        with app.flask_app.test_request_context():
            found[rule.endpoint] = app.flask_app.url_for(rule.endpoint, **values)
    return found


def signed_in(app: Any, name: str) -> Any:
    client = app.test_client()
    client.post("/user/login", data={"login": name, "password": PASSWORD})
    return client


def token_of(client: Any) -> str:
    found = re.search(r'name="_csrf_token" content="([^"]+)"', client.get("/projet").text)
    assert found
    return found[1]


def test_every_view_that_writes(app: Any, world: dict[str, str]) -> None:
    addresses = writing(app, world)
    assert len(addresses) > 30
    client = signed_in(app, world["user"])
    # Replayed: of another person's session, and of one's own before one left.
    other = factories.User(password=PASSWORD)
    stranger = token_of(signed_in(app, other["name"]))
    left = signed_in(app, world["user"])
    former = token_of(left)
    left.get("/user/_logout")
    anonymous = app.test_client()
    before = _state()
    for endpoint, address in addresses.items():
        # CKAN exempts a view from its own check once it was posted to without a session.
        anonymous.post(address, data={"text": "x"})
        for token in (None, "", "forged", stranger, former):
            data = {} if token is None else {"_csrf_token": token}
            answer = client.post(address, data=data | {"text": "Forgé", "level": "all"})
            assert answer.status_code == 400, (endpoint, token)
    assert _state() == before


def _state() -> list[Any]:
    """What a form that got through would have changed."""
    from ckanext.territoires import model as ours

    tables = (
        ours.Message,
        ours.Thread,
        ours.Follow,
        ours.MailChoice,
        ours.FeedToken,
        ours.Invitation,
        ours.JoinRequest,
        ours.CustomTerritory,
        ours.SheetDraft,
        ours.Load,
        model.Package,
        model.PackageMember,
    )
    return [model.Session.query(table).count() for table in tables]
