"""From a file of an unknown layout to its figures, as a producer goes."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import ADMIN, Site

FILE = "Insee;Gens;Remarque\r\n44109;{nantes};ville\r\n44162;46 000;ville\r\n"
WRONG = "Insee;Gens;Remarque\r\n99999;beaucoup;?\r\n00000;rien;?\r\n"
SignIn = Callable[[str], Page]


def looked_at(page: Page) -> None:
    """Find nothing wrong for a reader of screens, and nothing wider than a telephone."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    for width in (320, 375):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 800})


def kept(page: Page, name: str) -> None:
    """Keep what the page looks like, when a folder is asked for."""
    if folder := os.environ.get("TERRITOIRES_SCREENSHOTS"):
        for width in (1280, 375):
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 800})


@pytest.fixture
def dataset(sign_in: SignIn, site: Site) -> Iterator[tuple[Page, str]]:
    """Return a page of the administrator, and an empty dataset that goes afterwards."""
    page = sign_in(ADMIN)
    name = f"depot-{uuid.uuid4().hex[:8]}"

    token = page.locator("meta[name=_csrf_token]").get_attribute("content") or ""
    call = api(page, site, token)
    services = call("organization_list", {})
    call(
        "package_create",
        {
            "name": name,
            "title": "Un dépôt",
            "notes": "Des chiffres.",
            "owner_org": services[0],
            "access_level": "public",
            "territory": ["fr:departement:85"],
            "license_id": "fr-lo",
            "contact_email": "service@exemple.fr",
            "themes": ["SOCI"],
        },
    )
    yield page, name
    call("dataset_purge", {"id": name})


def api(page: Page, site: Site, token: str) -> Callable[[str, dict[str, Any]], Any]:
    """Return a function that calls an action as the person who is signed in."""
    session = requests.Session()
    for cookie in page.context.cookies():
        session.cookies.set(cookie.get("name", ""), cookie.get("value", ""))

    def call(action: str, data: dict[str, Any]) -> Any:
        answer = session.post(
            f"{site.url}/api/3/action/{action}",
            json=data,
            headers={"X-CSRFToken": token, "Referer": site.url},
            timeout=60,
        )
        told = answer.json()
        assert told["success"], told
        return told["result"]

    return call


def upload(page: Page, address: str, content: str, folder: Path) -> None:
    path = folder / "gens.csv"
    path.write_text(content, encoding="utf-8")
    page.goto(address)
    clear = page.locator(".btn-remove-url:visible")
    if clear.count():
        clear.first.click()
    page.set_input_files("input[name=upload]", path)
    page.fill("input[name=name]", "Les gens")
    page.locator(
        "form#resource-edit button[value='go-metadata'], form#resource-edit .btn-primary"
    ).last.click()


def to_reading(page: Page, dataset: str) -> str:
    """Follow what the page of the dataset says of its file; return the address of its reading."""
    page.goto(f"/dataset/{dataset}")
    href = page.locator(".territoires-load a").first.get_attribute("href") or ""
    address = href.replace("/colonnes", "/chargement")
    page.goto(address)
    page.wait_for_function("!document.querySelector('#progress')", timeout=120_000)
    return address


def test_a_file_of_an_unknown_layout_ends_in_a_portrait(
    dataset: tuple[Page, str], tmp_path: Path
) -> None:
    page, name = dataset
    upload(page, f"/dataset/{name}/resource/new", FILE.format(nantes="318 808"), tmp_path)
    address = to_reading(page, name)
    kept(page, "unknown")
    looked_at(page)
    page.click("a.btn-primary[href$='/colonnes']")
    assert page.input_value("#meaning-0") == "territory:commune"
    looked_at(page)
    page.check("#shape-observations")
    page.select_option("#meaning-1", "indicator:population")
    page.fill("#field-period", "l'an dernier")
    page.click("form.territoires-mapping button[type=submit]")
    assert page.locator("#error-period").count() == 1
    assert page.input_value("#meaning-1") == "indicator:population"
    kept(page, "columns")
    looked_at(page)
    page.fill("#field-period", "2019")
    page.click("form.territoires-mapping button[type=submit]")
    page.wait_for_url("**/chargement")
    page.wait_for_selector("#figures", timeout=120_000)
    kept(page, "loaded")
    looked_at(page)
    # The dataset said another département than the codes do.
    page.click("form[action$='/couverture'] button")
    page.wait_for_url("**/chargement")
    assert page.locator("form[action$='/couverture']").count() == 0

    page.goto(address.removesuffix("/chargement"))
    frame = page.frame_locator("iframe").first
    frame.locator("#portrait-territory").fill("Nantes")
    frame.locator("main form button").click()
    frame.locator("td", has_text="318 808").first.wait_for()
    kept(page, "resource")
    embedded = page.locator("iframe").first.get_attribute("src") or ""
    page.goto(f"{embedded}?territory=44109")
    kept(page, "embedded")
    looked_at(page)

    edit = address.replace("/chargement", "/edit")
    upload(page, edit, FILE.format(nantes="320 000"), tmp_path)
    to_reading(page, name)
    page.goto(f"{embedded}?territory=44109")
    assert page.locator("td", has_text="320 000").count() >= 1

    upload(page, edit, WRONG, tmp_path)
    to_reading(page, name)
    assert page.locator("#problems").count() == 1
    kept(page, "wrong")
    looked_at(page)
    with page.expect_download() as waiting:
        page.click("a[href$='/rapport.csv']")
    assert "99999" in waiting.value.path().read_text(encoding="utf-8-sig")
