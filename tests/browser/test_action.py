"""The page of the State's action, with the grants of the demonstration: read, filtered, narrow."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

LOIRE_ATLANTIQUE = "/territoire/departement/44/loire-atlantique"
PAGES = [
    f"{LOIRE_ATLANTIQUE}/action",
    f"{LOIRE_ATLANTIQUE}/action?scheme=DSIL&order_by=-granted&page=2",
    f"{LOIRE_ATLANTIQUE}/action?beneficiary=personne",
    "/territoire/region/52/pays-de-la-loire/action",
    "/territoire/commune/44109/nantes/action",
    "/territoire/epci/243500741/ca-redon-agglomeration/action",
    "/territoire/commune/2A004/ajaccio/action",
    LOIRE_ATLANTIQUE,
]


@pytest.fixture(scope="session", autouse=True)
def _loaded(chromium: Browser, site: object) -> None:
    """Wait for the worker to have loaded the grants."""
    context = chromium.new_context(base_url=getattr(site, "url", ""))
    address = "/api/3/action/territoires_record_search?territory=fr:region:52&kind=grant&limit=0"
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if context.request.get(address).json()["result"]["count"] >= 951:
            context.close()
            return
        time.sleep(2)
    raise AssertionError("the grants of the demonstration are not loaded")


@pytest.fixture
def without_script(chromium: Browser, site: object) -> Iterator[Page]:
    context = chromium.new_context(
        base_url=getattr(site, "url", ""), locale="fr-FR", java_script_enabled=False
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_accessible_and_narrow(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address, wait_until="networkidle")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_from_the_territory_to_its_action(page: Page) -> None:
    page.goto(LOIRE_ATLANTIQUE)
    page.locator(".territoires-tabs a[href$='/action']").click()
    expect(page.locator("#grants")).to_be_visible()
    expect(page.locator(".territoires-tabs [aria-current=page]")).to_have_attribute(
        "href", f"{LOIRE_ATLANTIQUE}/action"
    )


def test_the_map_draws_the_projects(page: Page) -> None:
    page.goto(f"{LOIRE_ATLANTIQUE}/action", wait_until="networkidle")
    circles = page.locator(".territoires-map path.leaflet-interactive[fill-opacity='0.75']")
    expect(circles.first).to_be_attached()
    assert circles.count() > 50


def test_filters_and_sorting_without_script(without_script: Page) -> None:
    page = without_script
    page.goto(f"{LOIRE_ATLANTIQUE}/action")
    page.select_option("#grants-scheme", "DSIL")
    page.fill("#grants-beneficiary", "saint")
    page.click(".territoires-action-filters button")
    rows = page.locator(".territoires-records tbody tr")
    assert rows.count() > 0
    assert set(rows.locator("td:nth-child(2)").all_inner_texts()) == {"DSIL"}
    page.locator(".territoires-records thead a", has_text="Granted").or_(
        page.locator(".territoires-records thead a[href*='order_by=-granted']")
    ).first.click()
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    assert set(rows.locator("td:nth-child(2)").all_inner_texts()) == {"DSIL"}
    expect(page.locator("#grants-scheme")).to_have_value("DSIL")


def test_files_without_script(without_script: Page) -> None:
    page = without_script
    page.goto(f"{LOIRE_ATLANTIQUE}/action?scheme=DSIL")
    with page.expect_download() as waited:
        page.locator("#grants-table + p a", has_text="CSV").click()
    lines = waited.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) - 1 == int(page.locator(".territoires-totals dd").first.inner_text())


def test_tables_scroll_by_the_keyboard(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(f"{LOIRE_ATLANTIQUE}/action")
    region = page.locator(".territoires-scroll[aria-labelledby=grants-table]")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "document.querySelector('.territoires-scroll[aria-labelledby=grants-table]').scrollLeft > 0"
    )
