"""The site answers, in French, to a visitor and to an agent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page


@pytest.mark.parametrize("address", ["/", "/dataset/", "/organization/", "/user/login"])
def test_a_visitor_reads_french(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.ok
    assert page.locator("html").get_attribute("lang") == "fr"


@pytest.mark.parametrize("name", ["admin", "agent-ddtm-44"])
def test_an_account_of_the_demonstration_signs_in(
    sign_in: Callable[[str], Page], name: str
) -> None:
    answer = sign_in(name).goto(f"/user/{name}")
    assert answer is not None
    assert answer.ok
