"""The charts of a portrait in a browser: drawn, readable at every width, free of axe's findings."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

NANTES = "/territoire/commune/44109/nantes/portrait"
PAGES = (
    f"{NANTES}/graphique/housing-structure",
    "/territoire/departement/44/loire-atlantique/portrait/graphique/housing-vacancy-map",
)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("width", [320, 375, 1280])
def test_the_picture_fits_the_page(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    picture = page.locator(".territoires-chart img")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    natural = picture.evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert natural == (340 if width < 576 else 640)
    box = picture.bounding_box()
    assert box
    assert 250 < box["width"] <= natural


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(page: Page, address: str) -> None:
    page.goto(address)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_pictures_of_a_portrait_keep_their_place(page: Page) -> None:
    page.goto(NANTES)
    shown = page.locator(".territoires-chart img")
    assert shown.count() > 10
    for rank in range(3):
        picture = shown.nth(rank)
        reserved = picture.evaluate("image => image.height / image.width")
        picture.scroll_into_view_if_needed()
        drawn = picture.evaluate(
            "image => image.decode().then(() => image.naturalHeight / image.naturalWidth)"
        )
        assert abs(reserved - drawn) < 0.02
