"""The form of a dataset in a browser: by keyboard, without script, with a pasted column."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from ckanext.territoires.territory.reference import load_reference
from tests.browser.conftest import Site

PRODUCER = "agent-ddtm-44"
BOX = "#field-territory"
VALUE = "#field-territory-value"
# What a page must be free of; the rest of axe's rules are advice.
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@pytest.fixture
def form(sign_in: Callable[[str], Page]) -> Page:
    page = sign_in(PRODUCER)
    page.goto("/dataset/new")
    expect(page.locator(BOX)).to_have_attribute("role", "combobox")
    return page


@pytest.fixture
def form_without_script(chromium: Browser, site: Site) -> Iterator[Page]:
    context = chromium.new_context(base_url=site.url, locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    page.goto("/user/login")
    page.fill("input[name=login]", PRODUCER)
    page.fill("input[name=password]", site.password_of(PRODUCER))
    page.press("input[name=password]", "Enter")
    page.goto("/dataset/new")
    yield page
    context.close()


def paste(page: Page, text: str) -> None:
    page.locator(BOX).evaluate(
        """(box, text) => {
            const data = new DataTransfer();
            data.setData('text', text);
            box.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, cancelable: true}));
        }""",
        text,
    )


def remove_all(page: Page) -> None:
    chips = page.locator(".territoires-chips button")
    while chips.count():
        chips.first.click()


def test_proposes_the_service_and_its_territory(form: Page) -> None:
    expect(form.locator(".territoires-chips button")).to_have_count(1)
    assert form.input_value(VALUE).startswith("fr:departement:44")
    assert "@" in form.input_value("#field-contact_email")
    assert form.is_checked("#field-access_level-agents")


def test_a_territory_is_chosen_by_keyboard(form: Page) -> None:
    remove_all(form)
    form.focus(BOX)
    form.keyboard.type("saint naz")
    expect(form.locator("[role=option]").first).to_be_visible()
    assert form.get_attribute(BOX, "aria-expanded") == "true"
    form.keyboard.press("ArrowDown")
    active = form.get_attribute(BOX, "aria-activedescendant")
    expect(form.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    expect(form.locator(f"#{active}")).to_contain_text("Loire-Atlantique (44)")
    form.keyboard.press("Enter")
    assert form.input_value(VALUE).startswith("fr:commune:44184 ")
    assert form.evaluate("document.activeElement.id") == "field-territory"
    form.keyboard.type("zzz")
    form.keyboard.press("Escape")
    expect(form.locator("[role=listbox]").first).to_be_hidden()
    form.fill(BOX, "")
    form.keyboard.press("Backspace")
    assert form.input_value(VALUE) == ""


def test_a_pasted_column_folds_and_a_simpler_territory_is_offered(form: Page) -> None:
    remove_all(form)
    members = load_reference().members("fr:departement:44")
    paste(form, "\n".join(member.code for member in members))
    fold = form.locator(".territoires-chips__fold")
    expect(fold).to_contain_text(f"{len(members)} communes")
    expect(form.locator(".territoires-chips")).to_be_hidden()
    form.get_by_role("button", name=re.compile("Loire-Atlantique")).click()
    expect(form.locator(".territoires-chips button")).to_have_count(1)
    assert form.input_value(VALUE).startswith("fr:departement:44 ")


def test_1500_codes_pasted(form: Page) -> None:
    remove_all(form)
    codes = [t.code.lstrip("0") for t in load_reference().members("country:fr")[:1500]]
    paste(form, "\n".join(codes))
    fold = form.locator(".territoires-chips__fold")
    expect(fold).to_contain_text(re.compile(r"1.?500 communes"))
    assert len(form.input_value(VALUE).splitlines()) == 1500


def test_what_is_not_understood_stays(form: Page) -> None:
    remove_all(form)
    paste(form, "44109\n99999\nzzz")
    expect(form.locator(".territoires-tag--unknown")).to_have_count(2)
    expect(form.locator(".territoires-chips__note--problem")).to_contain_text("99999")
    lines = form.input_value(VALUE).splitlines()
    assert lines[0].startswith("fr:commune:44109 ")
    assert lines[1:] == ["99999", "zzz"]


def test_the_reason_shows_when_the_access_is_restricted(form: Page) -> None:
    reason = form.locator("#field-access_reason")
    expect(reason).to_be_visible()
    form.check("#field-access_level-public")
    expect(reason).to_be_hidden()
    form.check("#field-access_level-service")
    expect(reason).to_be_visible()


def test_nothing_is_lost_without_script(form_without_script: Page) -> None:
    page = form_without_script
    title = f"Essai sans script {uuid.uuid4().hex[:8]}"
    page.fill("#field-title", title)
    page.fill(BOX, "Nantes\n44162; inconnue-de-tous")
    page.check("#field-theme-ENVI")
    page.click("button[name=save][type=submit]:not([value])")
    assert page.input_value("#field-title") == title
    assert page.input_value(BOX) == "Nantes\n44162; inconnue-de-tous"
    assert page.is_checked("#field-theme-ENVI")
    assert "inconnue-de-tous" in page.inner_text(".error-explanation")
    page.fill(BOX, "Nantes\n44162")
    page.fill("#field-notes", "Un essai")
    page.click("button[name=save][type=submit]:not([value])")
    expect(page.locator("input[name=url]")).to_be_attached()


@pytest.mark.parametrize("width", [320, 1280])
def test_axe_and_width(form: Page, width: int) -> None:
    form.set_viewport_size({"width": width, "height": 900})
    form.focus(BOX)
    form.keyboard.type("nantes")
    expect(form.locator("[role=option]").first).to_be_visible()
    options = {"runOnly": {"type": "tag", "values": STANDARDS}}
    found = Axe().run(form, options=options).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []
    assert form.evaluate("document.documentElement.scrollWidth") <= width
