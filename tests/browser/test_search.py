"""An agent finds what concerns a territory: box, scopes, map, with or without script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

NANTES = "/territoire/commune/44109/nantes"
PAGES = [
    "/",
    "/dataset/",
    "/dataset/?ext_territory=fr:commune:44109",
    "/dataset/?ext_territory=fr:commune:44109&ext_bbox=-2.1,47.1,-1.2,47.6",
    "/dataset/?ext_territory=fr:commune:49007&ext_scope=exact",
    "/dataset/?ext_territory=foo",
    NANTES,
    "/territoire/epci/243500741/ca-redon-agglomeration",
    "/territoire/departement/44/loire-atlantique",
    "/territoire/departement/44/loire-atlantique/communes",
    "/territoire/region/52/pays-de-la-loire",
    "/territoire/commune/99999/x",
    "/territoires",
    "/recherche?q=nantes",
    "/organization/ddtm-44",
]
PRIVATE_PAGES = [
    "/",
    "/territoires/mes-territoires",
    "/territoires/nouveau",
    "/territoires/mon-territoire",
]


@pytest.fixture
def without_script(chromium: Browser, site: object) -> Iterator[Page]:
    context = chromium.new_context(
        base_url=getattr(site, "url", ""), locale="fr-FR", java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def check(page: Page, address: str) -> None:
    """Hold a page to what axe finds, and to the width of a small telephone."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address, wait_until="networkidle")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_accessible_and_narrow(page: Page, address: str) -> None:
    check(page, address)


@pytest.mark.parametrize("address", PRIVATE_PAGES)
def test_a_page_of_an_agent_is_accessible_and_narrow(
    sign_in: Callable[[str], Page], address: str
) -> None:
    check(sign_in("agent-ddtm-44"), address)


def test_the_home_box_leads_to_the_territory_in_one_choice(page: Page) -> None:
    visit(page, "/")
    page.locator("#field-home").press_sequentially("saint-naz")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("Saint-Nazaire")
    expect(option).to_contain_text("Loire-Atlantique (44)")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/territoire/commune/44184/saint-nazaire")
    expect(page.get_by_role("heading", level=1)).to_have_text("Saint-Nazaire")


def test_the_header_box_answers_with_the_territory_and_its_data(page: Page) -> None:
    visit(page, "/")
    box = page.locator("#field-sitewide-search")
    box.fill("nantes")
    box.press("Enter")
    page.wait_for_url("**/recherche?q=nantes")
    expect(page.locator(".territoires-card__title a")).to_have_attribute("href", NANTES)


def test_a_territory_is_added_then_narrowed_then_removed(page: Page) -> None:
    visit(page, "/dataset/")
    everything = count(page)
    page.locator("#field-territory").press_sequentially("nantes")
    page.locator(".territoires-typeahead__option").first.click()
    page.wait_for_url(re.compile("ext_territory=fr%3Acommune%3A44109"))
    relevant = count(page)
    assert 0 < relevant < everything
    scope = page.locator(".territoires-scopes a").last
    announced = int(scope.locator(".territoires-count").inner_text())
    scope.click()
    page.wait_for_url(re.compile("ext_scope=exact"))
    assert count(page) == announced < relevant
    page.locator("a.territoires-tag--remove").first.click()
    page.wait_for_url(lambda url: "ext_territory" not in url)
    assert count(page) == everything


def test_several_territories_are_chips(page: Page) -> None:
    visit(page, "/dataset/?ext_territory=fr:commune:44109&ext_territory=fr:departement:49")
    chips = page.locator("a.territoires-tag--remove")
    expect(chips).to_have_count(2)
    expect(chips.first).to_contain_text("Nantes")
    expect(chips.last).to_contain_text("Maine-et-Loire")


def test_without_script_a_name_is_enough(without_script: Page) -> None:
    page = without_script
    visit(page, "/dataset/")
    page.locator("#field-territory").fill("nantes")
    page.locator("#field-words").press("Enter")
    page.wait_for_url(re.compile(r"/dataset/\?ext_territory=fr%3Acommune%3A44109$"))
    page.locator(".nav-facet a").first.click()
    page.wait_for_url(re.compile("vocab_"))
    expect(page.locator(".dataset-item").first).to_be_visible()


def test_a_box_drawn_on_the_map_narrows_the_search(page: Page) -> None:
    visit(page, "/dataset/")
    everything = count(page)
    page.locator("details.territoires-search-form__map summary").click()
    expect(page.locator(".territoires-map path").first).to_be_visible()
    page.locator(".territoires-map__draw").click()
    area = page.locator(".territoires-map").bounding_box()
    assert area
    x, y = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    page.mouse.click(x - 40, y - 40)
    page.mouse.move(x, y)
    page.mouse.click(x + 40, y + 40)
    page.wait_for_url(re.compile("ext_bbox="))
    assert 0 < count(page) < everything


def test_a_click_on_an_outline_searches_it(page: Page) -> None:
    visit(page, "/dataset/")
    page.locator("details.territoires-search-form__map summary").click()
    page.locator(".territoires-map path").nth(30).wait_for()
    page.locator(".territoires-map").click()
    page.wait_for_url(re.compile("ext_territory=fr%3Aepci"))


def test_a_territory_draws_itself_with_its_neighbours(page: Page) -> None:
    visit(page, NANTES)
    expect(page.locator(".territoires-map path")).to_have_count(25)


def test_no_request_leaves_the_site(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in ("/", NANTES, "/dataset/?ext_bbox=-2,47,-1,48"):
        page.goto(address, wait_until="networkidle")
    origin = page.evaluate("location.origin")
    assert [url for url in asked if not url.startswith((origin, "data:"))] == []


def visit(page: Page, address: str) -> None:
    """Open a page and wait until its scripts have dressed it."""
    page.goto(address, wait_until="networkidle")


def count(page: Page) -> int:
    """How many datasets the heading of the results speaks of."""
    return int(re.sub(r"\D", "", page.locator("h1").inner_text()) or 0)
