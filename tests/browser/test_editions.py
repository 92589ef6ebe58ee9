"""Files, editions and comments of a portrait in a browser, script or none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import ADMIN, Site

NANTES = "/territoire/commune/44109/nantes"
EDITIONS = f"{NANTES}/editions"
COMMENT = f"{NANTES}/portrait/commentaire/population"
FREEZE = f"form[action$='{EDITIONS}'] button[type=submit]"
SignIn = Callable[[str], Page]


def looked_at(page: Page) -> None:
    """Find nothing wrong for a reader of screens, and nothing wider than a telephone."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    for width in (320, 375):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 800})


def test_a_visitor_takes_the_portrait_away(page: Page) -> None:
    page.goto(EDITIONS)
    looked_at(page)
    assert page.locator(FREEZE).count() == 0
    with page.expect_download() as waiting:
        page.click("a[href*='portrait.xlsx']")
    assert waiting.value.suggested_filename.startswith("portrait-nantes-44109-20")


def test_a_person_freezes_an_edition_and_finds_it_again(sign_in: SignIn) -> None:
    page = sign_in(ADMIN)
    page.goto(EDITIONS)
    page.click(FREEZE)
    page.wait_for_url("**/edition/*")
    identifier = page.url.rsplit("/", 1)[-1]
    # The page looks again by itself until the job has made the PDF.
    page.wait_for_selector("a[href$='portrait.pdf']", timeout=120_000)
    looked_at(page)
    with page.expect_download() as waiting:
        page.click("a[href$='portrait.pdf']")
    assert waiting.value.path().read_bytes().startswith(b"%PDF")
    page.goto(EDITIONS)
    assert page.locator(f"a[href$='/edition/{identifier}']").count() == 1


def test_a_comment_is_kept_as_typed_and_removed(sign_in: SignIn) -> None:
    page = sign_in(ADMIN)
    page.goto(COMMENT)
    looked_at(page)
    page.fill("#field-text", "a" * 5_001)
    page.click("form.territoires-form button[type=submit]")
    assert page.locator("#error-text").count() == 1
    assert len(page.input_value("#field-text")) == 5_001
    page.fill("#field-text", "Un port sur la Loire.")
    page.click("form.territoires-form button[type=submit]")
    page.wait_for_url("**/portrait#population")
    assert page.get_by_text("Un port sur la Loire.").count() == 1
    page.goto(COMMENT)
    page.fill("#field-text", "")
    page.click("form.territoires-form button[type=submit]")
    page.wait_for_url("**/portrait#population")
    assert page.get_by_text("Un port sur la Loire.").count() == 0


@pytest.mark.parametrize("address", [EDITIONS, f"{NANTES}/portrait"])
def test_files_are_linked_without_script(chromium: Browser, site: Site, address: str) -> None:
    context = chromium.new_context(base_url=site.url, java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(address)
    assert page.locator("a[href*='portrait.pdf']").count() == 1
    context.close()
