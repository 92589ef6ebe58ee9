"""The portrait of a territory in a browser: readable at every width, usable by keyboard."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site

NANTES = "/territoire/commune/44109/nantes/portrait"
PAGES = (
    NANTES,
    f"{NANTES}/comparer?compare=49007",
    "/territoire/epci/244400404/nantes-metropole/portrait/membres",
)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("width", [320, 375, 1280])
def test_the_page_does_not_scroll_sideways(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(page: Page, address: str) -> None:
    page.goto(address)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("address", PAGES)
def test_a_wide_table_scrolls_by_keyboard(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(address)
    table = page.locator(".territoires-values").first
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "document.querySelector('.territoires-values').scrollLeft > 0", timeout=5_000
    )


def test_a_person_compares_and_follows_a_theme(page: Page) -> None:
    page.goto(NANTES)
    assert "habitants" in page.locator(".territoires-lead").inner_text()
    page.locator(".territoires-controls summary").click()
    page.check("#field-peers")
    page.click(".territoires-controls button[type=submit]")
    page.wait_for_url("**peers=1**")
    assert page.locator(".territoires-values thead").first.locator("th").count() > 8
    page.click(".territoires-portrait__nav a[href='#income']")
    assert page.url.endswith("#income")


def test_it_works_without_script(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(base_url=site.url, java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(NANTES)
    page.locator(".territoires-controls summary").click()
    page.fill("#field-compare", "Angers")
    page.click(".territoires-controls button[type=submit]")
    assert page.locator(".territoires-values thead").first.get_by_text("Angers").count() == 1
    context.close()
