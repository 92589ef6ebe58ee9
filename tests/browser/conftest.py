"""A signed-in or anonymous person in Chromium, on the site that `bin/test browser` brings up."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ADMIN = "admin"


@dataclass(frozen=True)
class Site:
    """The site under test: its address, and the passwords of its accounts."""

    url: str
    admin_password: str
    demo_password: str

    def password_of(self, name: str) -> str:
        """Return the password of an account of the demonstration."""
        return self.admin_password if name == ADMIN else self.demo_password


@pytest.fixture(scope="session")
def site() -> Site:
    """Return the site that bin/test started, filled with the demonstration."""
    return Site(
        url=os.environ["TERRITOIRES_SITE_URL"],
        admin_password=os.environ["TERRITOIRES_ADMIN_PASSWORD"],
        demo_password=os.environ["TERRITOIRES_DEMO_PASSWORD"],
    )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Run the system's Chromium for the whole session."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """Open a page of a person who has not signed in; addresses are relative to the site."""
    context = chromium.new_context(base_url=site.url, locale="fr-FR")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def sign_in(page: Page, site: Site) -> Callable[[str], Page]:
    """Return a function that signs an account of the demonstration in, on the same page."""

    def signed_in(name: str) -> Page:
        page.goto("/user/login")
        page.fill("input[name=login]", name)
        page.fill("input[name=password]", site.password_of(name))
        page.click("form button[type=submit]:not(header *)")
        page.wait_for_url(lambda url: "/user/login" not in url)
        return page

    return signed_in
