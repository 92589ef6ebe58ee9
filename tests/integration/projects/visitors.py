"""People who come with a token, or with a browser and the forms of the site."""

from __future__ import annotations

import re
from typing import Any

from ckan import model
from ckan.tests import factories

from tests.integration.projects.conftest import Circle

PASSWORD = "correct-horse-9"


def headers(circle: Circle, role: str) -> dict[str, str]:
    user = circle.people.get(role)
    return {"Authorization": factories.APIToken(user=user.name)["token"]} if user else {}


def browser(app: Any, circle: Circle, role: str) -> Any:
    """Return a client with a session of its own, signed in by the form."""
    user = model.User.get(circle.people[role].name)
    assert user
    name, user.password = user.name, PASSWORD
    model.Session.commit()
    found = app.test_client()
    found.post("/user/login", data={"login": name, "password": PASSWORD})
    return found


def send(app: Any, circle: Circle, role: str, address: str, data: dict[str, Any]) -> Any:
    """Send a form as a person would, with the token of their session."""
    client = browser(app, circle, role)
    token = re.search(r'name="_csrf_token" content="([^"]+)"', client.get("/projet").text)
    assert token
    return client.post(address, data={"_csrf_token": token[1], **data}, follow_redirects=False)
