"""Projects seen and discussed by agents in a browser: two services, a telephone, a keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

WASTELAND = "/projet/friche-de-la-gare-savenay"
SCHOOL = "/projet/groupe-scolaire-chalonnes-sur-loire"
LEAD, MEMBER, READER = "agent-ddtm-44", "producteur-dreal", "agent-prefecture-49"


@contextmanager
def person(chromium: Browser, site: Site, name: str, *, script: bool = True) -> Iterator[Page]:
    """Open the page of another person, beside that of the fixture."""
    context = chromium.new_context(base_url=site.url, locale="fr-FR", java_script_enabled=script)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto("/user/login")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", site.password_of(name))
    page.click("form button[type=submit]:not(header *)")
    page.wait_for_url(lambda url: "/user/login" not in url)
    yield page
    context.close()


def write(page: Page, text: str) -> None:
    page.goto(f"{WASTELAND}/fil")
    page.fill("#field-text", text)
    page.click("#ecrire button[value=write]")
    page.wait_for_url("**/fil**#m-*")


@pytest.mark.parametrize(
    "address",
    [
        "/projet",
        "/projet/nouveau",
        WASTELAND,
        f"{WASTELAND}/modifier",
        f"{WASTELAND}/fil",
        f"{WASTELAND}/fil?ordre=anciens&genre=question",
        f"{WASTELAND}/fil?q=introuvable",
        f"{WASTELAND}/communaute",
        f"{WASTELAND}/historique",
        f"{WASTELAND}/signalements",
        "/mon-fil",
        "/mon-fil/suivis",
        "/territoire/commune/44195/savenay/projets",
    ],
)
def test_a_page_is_accessible_and_narrow(
    page: Page, sign_in: Callable[[str], Page], address: str
) -> None:
    sign_in(LEAD)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address, wait_until="networkidle")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("act", ["modifier", "retirer", "masquer", "versions"])
def test_what_is_done_with_a_message_is_accessible(
    page: Page, sign_in: Callable[[str], Page], act: str
) -> None:
    sign_in(LEAD)
    write(page, "À relire avant vendredi")
    message = page.locator(".territoires-thread__entries article").first
    address = message.get_by_role("link", name="Retirer").get_attribute("href") or ""
    page.goto(address.replace("/retirer", f"/{act}"), wait_until="networkidle")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_two_services_discuss(chromium: Browser, site: Site) -> None:
    with person(chromium, site, READER) as reader, person(chromium, site, MEMBER) as member:
        reader.goto(WASTELAND)
        reader.locator(".territoires-follow button[value=all]").click()
        expect(reader.locator(".territoires-follow summary")).to_contain_text("Suivi")
        # A name proposed, taken by the keyboard alone.
        member.goto(f"{WASTELAND}/fil")
        member.locator("#field-text").press_sequentially("@agent-pref")
        expect(member.locator("[data-people] button").first).to_be_visible()
        member.keyboard.press("ArrowDown")
        member.keyboard.press("Enter")
        expect(member.locator("#field-text")).to_have_value(f"@{READER} ")
        member.keyboard.type("le **rapport** est là : /territoire/commune/44195/savenay")
        member.evaluate("window.same = true")
        member.click("#ecrire [data-see]")
        preview = member.locator(".territoires-thread__preview")
        expect(preview.locator("strong")).to_have_text("rapport")
        expect(preview.locator(".territoires-card")).to_contain_text("Savenay")
        assert member.evaluate("window.same"), "the preview shows in the same page"
        member.click("#ecrire button[value=write]")
        member.wait_for_url("**/fil**#m-*")
        # It is told to the reader, who reads it, and no longer is.
        reader.goto("/mon-fil")
        told = reader.locator(".territoires-told__notice").first
        expect(told).to_contain_text("le rapport est là")
        told.get_by_text("Pourquoi je reçois ceci").click()
        expect(told).to_contain_text("Vous y êtes nommé")
        told.locator(".territoires-told__what a").click()
        reader.wait_for_url("**/fil**#m-*")
        expect(reader.locator("article:target")).to_contain_text("le rapport est là")
        reader.goto("/mon-fil")
        thread = reader.locator(".territoires-told").filter(has_text="le rapport est là")
        expect(thread.locator(".territoires-told__notice").first).to_be_visible()
        expect(thread.locator(".territoires-told__notice--unread")).to_have_count(0)


def test_a_draft_is_found_again(page: Page, sign_in: Callable[[str], Page]) -> None:
    sign_in(MEMBER)
    page.goto(f"{WASTELAND}/fil")
    page.locator("#field-text").press_sequentially("Je finis tout à l'heure")
    expect(page.locator("#ecrire [data-draft-said]")).to_contain_text("Brouillon")
    page.reload()
    expect(page.locator("#field-text")).to_have_value("Je finis tout à l'heure")
    page.click("#ecrire button[value=write]")
    page.wait_for_url("**/fil**#m-*")
    expect(page.locator("#field-text")).to_have_value("")


def test_without_script(chromium: Browser, site: Site) -> None:
    with person(chromium, site, MEMBER, script=False) as page:
        page.goto(f"{WASTELAND}/fil")
        page.check("#kind-question")
        page.fill("#field-text", "Et la **pollution** ?")
        page.click("#ecrire [data-see]")
        expect(page.locator(".territoires-thread__preview strong")).to_have_text("pollution")
        page.click("#ecrire button[value=write]")
        first = page.locator(".territoires-thread__entries article").first
        expect(first).to_contain_text("Et la pollution")
        first.get_by_role("button", name="Clore la question").click()
        expect(page.locator(".territoires-thread__entries article").first).to_contain_text("close")
        page.locator(".territoires-thread__entries article").first.get_by_role(
            "link", name="Retirer"
        ).click()
        page.locator(".territoires-thread-form button[type=submit]").click()
        expect(page.locator(".territoires-thread__entries article").first).to_contain_text(
            "retiré par son auteur"
        )


def test_a_visitor_reads_a_public_thread_and_no_other(page: Page) -> None:
    page.goto(f"{SCHOOL}/fil")
    expect(page.locator(".territoires-thread__entries article").first).to_contain_text("acompte")
    expect(page.locator("#ecrire")).to_have_count(0)
    answer = page.goto(f"{WASTELAND}/fil")
    assert answer
    assert answer.status == 404
