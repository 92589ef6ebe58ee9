"""The frame of the State's design system, around our pages and CKAN's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

NARROWEST = ViewportSize(width=320, height=800)
DESKTOP = ViewportSize(width=1280, height=900)
PUBLIC = [
    "/",
    "/dataset/",
    "/territoires",
    "/territoire/commune/44109/nantes",
    "/organization/",
    "/user/login",
    "/accessibilite",
    "/mentions-legales",
]
OF_AGENTS = [
    "/dataset/new",
    "/dashboard/",
    "/dashboard/datasets",
    "/user/edit/admin",
    "/user/admin",
]


def _faults(page: Page, path: str) -> list[str]:
    """Violations of axe, and a page wider than a small telephone."""
    page.set_viewport_size(DESKTOP)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    violations: list[dict[str, Any]] = Axe().run(page).response["violations"]
    faults = [f"{path}: {v['id']}: {v['nodes'][0]['html'][:200]}" for v in violations]
    page.set_viewport_size(NARROWEST)
    width = page.evaluate("document.documentElement.scrollWidth")
    return [*faults, *([f"{path}: {width} px wide"] if width > NARROWEST["width"] else [])]


def _first(page: Page, listing: str, link: str) -> str:
    page.goto(listing)
    address = page.locator(link).first.get_attribute("href")
    assert address
    return address


class TestFrame:
    """The header, the footer and the way to go past them."""

    def test_header_and_footer(self, page: Page):
        page.goto("/")

        header, footer = page.get_by_role("banner"), page.get_by_role("contentinfo")
        expect(header.locator(".fr-logo")).to_be_visible()
        expect(header.get_by_role("search")).to_be_visible()
        expect(header.get_by_role("navigation").get_by_role("link").first).to_have_attribute(
            "aria-current", "page"
        )
        expect(footer.locator("a[href$='/accessibilite']")).to_be_visible()
        expect(footer.locator("a[href$='/mentions-legales']")).to_be_visible()

    def test_the_typeface_is_served_by_the_site(self, page: Page):
        page.goto("/")

        assert page.evaluate(
            "document.fonts.ready.then(() => document.fonts.check('1em Marianne'))"
        )
        assert "Marianne" in page.evaluate("getComputedStyle(document.body).fontFamily")

    def test_files_are_kept_for_a_year(self, page: Page):
        page.goto("/")
        sheet = page.locator("link[href*='dsfr.main']").get_attribute("href")
        assert sheet

        answer = page.request.get(sheet)

        assert answer.ok
        assert "immutable" in answer.headers["cache-control"]
        assert "max-age=31536000" in answer.headers["cache-control"]

    def test_the_skip_link_leads_to_the_content(self, page: Page):
        page.goto("/dataset/")

        page.keyboard.press("Tab")
        expect(page.locator(".fr-skiplinks a").first).to_be_focused()
        expect(page.locator(".fr-skiplinks a").first).to_be_in_viewport()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")

        assert page.evaluate("document.activeElement.closest('#content') !== null")

    def test_focus_shows(self, page: Page):
        page.goto("/user/login")

        page.locator("#field-login").focus()

        style = "getComputedStyle(document.querySelector('#field-login')).outlineStyle"
        assert page.evaluate(style) == "solid"

    def test_the_menu_opens_on_a_telephone(self, page: Page):
        page.set_viewport_size(NARROWEST)
        page.goto("/")
        services = page.locator("#header-navigation a[href$='/organization/']")
        expect(services).to_be_hidden()

        page.locator("#header-menu-button").press("Enter")

        expect(services).to_be_visible()
        expect(page.locator(".fr-header__menu-links a[href*='/user/login']")).to_be_visible()
        page.keyboard.press("Escape")
        expect(services).to_be_hidden()

    def test_the_language_changes_on_the_same_page(self, page: Page):
        page.goto("/organization/")

        page.locator(".fr-header__tools a[hreflang=en]").click()

        expect(page.locator("html")).to_have_attribute("lang", "en")
        assert page.url.endswith("/en/organization/")


class TestEveryPage:
    """No violation of axe, no sideways scroll at 320 px: on our pages and on CKAN's."""

    @pytest.mark.parametrize("path", PUBLIC)
    def test_public(self, page: Page, path: str):
        assert _faults(page, path) == []

    def test_dataset(self, page: Page):
        dataset = _first(page, "/dataset/", ".dataset-heading a, .dataset-item h2 a")

        assert _faults(page, dataset) == []

    def test_service(self, page: Page):
        service = _first(page, "/organization/", ".media-item a[href*='/organization/']")

        assert _faults(page, service) == []

    def test_of_agents(self, sign_in: Callable[[str], Page]):
        page = sign_in("admin")

        assert [fault for path in OF_AGENTS for fault in _faults(page, path)] == []
