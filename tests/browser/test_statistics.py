"""Figures asked by a person in a browser, with and without script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

COMMUNES = (
    "/statistiques?within=fr:departement:44&level=commune"
    "&indicators=population,median_income,poverty_rate&sort=-population 2018"
)
EPCI = "/statistiques?within=fr:departement:44&level=epci&indicators=density,median_income"
OVER_TIME = "/statistiques?territories=fr:commune:44109&indicators=population&periods=all"


@pytest.fixture
def without_script(chromium: Browser, site: object) -> Iterator[Page]:
    context = chromium.new_context(
        base_url=getattr(site, "url", ""), locale="fr-FR", java_script_enabled=False
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    "address",
    ["/statistiques", COMMUNES, EPCI, OVER_TIME, "/statistiques?territories=fr:commune:99999"],
)
def test_a_page_is_accessible_and_narrow(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address, wait_until="networkidle")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_person_chooses_and_sees_the_figures(page: Page) -> None:
    page.goto("/statistiques")
    page.locator("#field-within").press_sequentially("loire-atl")
    page.locator(".territoires-typeahead__option").first.click()
    page.locator("#field-filter").fill("densite")
    expect(page.locator("#indicator-density")).to_be_visible()
    expect(page.locator("#indicator-population")).to_be_hidden()
    page.locator("#indicator-density").check()
    page.locator(".territoires-statistics-form button[type=submit]").click()
    page.wait_for_url("**/statistiques?within=fr:departement:44&level=commune&indicators=density")
    table = page.locator(".territoires-statistics-table")
    expect(table.get_by_role("rowheader")).to_have_count(50)
    expect(table.get_by_role("rowheader").first).to_contain_text("Abbaretz")
    table.get_by_role("columnheader").nth(1).get_by_role("link").click()
    expect(table.get_by_role("rowheader").first).to_contain_text("Nantes")


def test_a_person_without_script_does_the_same(without_script: Page) -> None:
    page = without_script
    page.goto("/statistiques")
    page.locator("#field-within").fill("Loire-Atlantique")
    page.locator("#field-territories").fill("44109\n49007")
    page.locator("#indicator-density").check()
    page.locator(".territoires-statistics-form button[type=submit]").click()
    rows = page.locator(".territoires-statistics-table").get_by_role("rowheader")
    expect(rows.first).to_contain_text("Nantes")
    expect(rows.nth(1)).to_contain_text("Angers")
    assert "territories=fr:commune:44109,fr:commune:49007" in page.url


def test_the_pictures_show(page: Page) -> None:
    page.goto(EPCI)
    for name in ("chart", "map"):
        picture = page.locator(f"#{name} img")
        picture.scroll_into_view_if_needed()
        page.wait_for_function(
            "name => document.querySelector(`#${name} img`).naturalWidth > 100", arg=name
        )
