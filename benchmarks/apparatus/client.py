"""A visitor on one connection that stays open, as a browser's does."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit


class Client:
    """Reads pages and actions of one site: as an anonymous visitor, or with someone's API token."""

    def __init__(self, address: str, token: str = "") -> None:
        """Connect to `address` at the first request."""
        self._headers = {"Authorization": token} if token else {}
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)

    def __enter__(self) -> Client:
        """Leave the connection closed until it is needed."""
        return self

    def __exit__(self, *_error: Any) -> None:
        """Close the connection."""
        self._connection.close()

    def page(self, path: str) -> bytes:
        """The body of a page.

        Raises:
            RuntimeError: it does not answer with 200.

        """
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status}")
        return body

    def call(self, name: str, data: dict[str, Any]) -> Any:
        """The result of an action that writes.

        Raises:
            RuntimeError: it does not answer with 200.

        """
        headers = self._headers | {"Content-Type": "application/json"}
        body = json.dumps(data).encode()
        self._connection.request("POST", f"/api/3/action/{name}", body, headers)
        response = self._connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise RuntimeError(f"{name}: {response.status}: {answer[:300]!r}")
        return json.loads(answer)["result"]

    def action(self, name: str, **parameters: str) -> Any:
        """The result of an action."""
        return json.loads(self.page(f"/api/3/action/{name}?{urlencode(parameters)}"))["result"]
