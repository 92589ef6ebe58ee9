"""The story of a project, by three agents of two services, from its opening to its end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_projects import person
from tests.integration.projects.post_office import PostOffice, html_of, opened, text_of

#: Two of the DDTM, one of the DREAL; a fourth, of the préfecture, only reads.
LEAD, COLLEAGUE, OTHER = "agent-ddtm-44", "cheffe-de-projet-ddtm-44", "producteur-dreal"
VISITOR = "agent-prefecture-49"
TITLE = "Réouverture de la halte de Cordemais"
PATIENCE = 60


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """The mail server that the site was told of."""
    port = int(os.environ["CKAN_SMTP_SERVER"].rpartition(":")[2])
    with opened(port) as found:
        yield found


def wait_for(find: Callable[[], list[EmailMessage]]) -> EmailMessage:
    """The mail, once the worker has sent it."""
    deadline = time.monotonic() + PATIENCE
    while not (found := find()):
        assert time.monotonic() < deadline, "no mail"
        time.sleep(0.2)
    return found[-1]


def about(office: PostOffice, name: str, words: str) -> list[EmailMessage]:
    """Mails to an account of the demonstration that say this."""
    return [mail for mail in office.to(f"{name}@") if words in text_of(mail)]


def send_digests() -> None:
    """The mails of the next working day at noon, as the timer would."""
    day = datetime.now(UTC).replace(hour=12, minute=0) + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    ckan = Path(sys.executable).parent / "ckan"
    command = [
        ckan,
        "-c",
        os.environ["CKAN_INI"],
        "territoires",
        "mail",
        "--at",
        f"{day:%Y-%m-%dT%H:%M}",
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)


def write(page: Page, address: str, text: str, kind: str = "message") -> None:
    page.goto(f"{address}/fil")
    page.check(f"#kind-{kind}")
    page.fill("#field-text", text)
    page.click("#ecrire button[value=write]")
    page.wait_for_url("**/fil**#m-*")


def reads_well(page: Page) -> None:
    """At the widths of a desk and of a telephone, and for who cannot see it."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 375, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.set_viewport_size({"width": 1280, "height": 900})


def test_from_the_opening_to_the_end(chromium: Browser, site: Site, office: PostOffice) -> None:
    with ExitStack() as stack:
        lead, colleague, other, visitor = (
            stack.enter_context(person(chromium, site, name))
            for name in (LEAD, COLLEAGUE, OTHER, VISITOR)
        )

        # Open, by the keyboard alone.
        lead.goto("/projet/nouveau")
        lead.focus("#field-title")
        lead.keyboard.type(TITLE)
        lead.keyboard.press("Tab")
        lead.keyboard.type("Les trains s'arrêtent de nouveau.")
        lead.focus("#field-territory")
        lead.keyboard.type("Cordemais")
        expect(lead.locator("[role=option]").first).to_contain_text("Cordemais")
        lead.keyboard.press("ArrowDown")
        lead.keyboard.press("Enter")
        lead.focus("#field-stage-study")
        lead.keyboard.press("Space")
        lead.focus("#field-access_level-agents")
        lead.keyboard.press("Space")
        lead.focus("button[name=_action][value=save]")
        lead.keyboard.press("Enter")
        lead.wait_for_url(lambda url: "/nouveau" not in url)
        expect(lead.locator("h1")).to_contain_text(TITLE)
        address = "/projet/" + lead.url.rpartition("/projet/")[2].partition("?")[0].strip("/")
        reads_well(lead)

        # Invite: a colleague of another service by name, someone without an account by mail.
        lead.goto(f"{address}/communaute")
        reads_well(lead)
        lead.fill("#invite-user", OTHER)
        lead.get_by_role("button", name="Admettre", exact=True).click()
        expect(lead.locator("main")).to_contain_text("Producteur de données de la DREAL")
        lead.fill("#invite-email", "jeanne.martin@agence.example")
        lead.get_by_role("button", name="Envoyer l").click()
        expect(lead.locator("main")).to_contain_text("jeanne.martin@agence.example")
        invitation = wait_for(lambda: office.to("jeanne.martin@agence.example"))
        link = re.search(r"(/projet/invitation/[\w-]+)", text_of(invitation))
        assert link
        guest = stack.enter_context(chromium.new_context(base_url=site.url, locale="fr-FR"))
        welcomed = guest.new_page()
        answer = welcomed.goto(link[1])
        assert answer
        assert answer.status == 200
        reads_well(welcomed)

        # The colleague of the same service asks to join by herself.
        colleague.goto(f"{address}/communaute")
        expect(colleague.locator("h1")).to_contain_text(TITLE)
        if colleague.locator("#join-text").count():
            colleague.fill("#join-text", "Je suis le dossier depuis la mairie.")
            colleague.click("section[aria-labelledby=join] button.btn-primary")
        lead.goto(f"{address}/communaute")
        asked = lead.locator("section[aria-labelledby=requests]")
        expect(asked).to_contain_text("Je suis le dossier")
        asked.get_by_role("button", name="Admettre comme membre").click()

        # The other fills in the sheet; the thread says what has changed.
        other.goto(f"{address}/modifier")
        other.fill("#field-financing-0-funder", "État")
        other.fill("#field-financing-0-scheme", "DETR")
        other.fill("#field-financing-0-year", "2026")
        other.fill("#field-financing-0-asked", "40 000")
        other.locator("button[name=_action][value=save]").click()
        other.wait_for_url(lambda url: "/modifier" not in url)
        other.goto(f"{address}/fil")
        expect(other.locator(".territoires-thread__entries")).to_contain_text("40 000")

        # Discuss, and mention: the mail leaves at once, and leads to the message.
        write(lead, address, f"@{OTHER} le **quai** est-il aux normes ?", "question")
        mention = wait_for(lambda: about(office, OTHER, "quai"))
        assert TITLE in str(mention["Subject"])
        assert mention["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        there = re.search(rf'href="([^"]+{address}/fil/\d+)"', html_of(mention))
        assert there
        other.goto(there[1])
        expect(other.locator("article:target")).to_contain_text("aux normes")

        # Follow: what one follows comes with the digest.
        visitor.goto(address)
        visitor.locator(".territoires-follow button[value=all]").first.click()
        expect(visitor.locator(".territoires-follow summary").first).to_contain_text("Suivi")

        # Decide; write what will be taken back.
        write(other, address, "La halte rouvre au **service 2027**.", "decision")
        write(colleague, address, "Le numéro du maire est le 06 00 00 00 00")
        visitor.goto("/mon-fil")
        expect(visitor.locator("main")).to_contain_text("La halte rouvre")
        expect(visitor.locator("main")).to_contain_text("06 00 00 00 00")
        reads_well(visitor)

        # Remove it: it is nowhere, not even in what was told.
        colleague.goto(f"{address}/fil")
        entry = colleague.locator("article", has_text="06 00 00 00 00")
        entry.get_by_role("link", name="Retirer").click()
        reads_well(colleague)
        colleague.locator(".territoires-thread-form button[type=submit]").click()
        expect(colleague.locator(".territoires-thread__entries")).to_contain_text(
            "retiré par son auteur"
        )
        for page, seen in ((visitor, "/mon-fil"), (lead, f"{address}/fil"), (lead, "/mon-fil")):
            assert "06 00 00 00 00" not in page.request.get(seen).text()

        # The digest of what was not read: grouped, with the reason, without what was removed.
        send_digests()
        digest = wait_for(lambda: about(office, VISITOR, "La halte rouvre"))
        assert TITLE.upper() in text_of(digest)
        assert "Vous suivez ce projet" in text_of(digest)
        assert "06 00 00 00 00" not in text_of(digest)

        # The feed, by its secret address, without a session.
        visitor.goto("/mon-fil/flux")
        visitor.get_by_role("button", name=re.compile("adresse")).click()
        feed = visitor.input_value("#feed-address")
        assert TITLE in _titles(guest.request.get(feed).text())

        # For the community alone from now on: asked twice, then true everywhere at once.
        lead.goto(f"{address}/communaute")
        lead.select_option("#access-level", "community")
        lead.get_by_role("button", name="Changer").click()
        expect(lead.locator(".territoires-access-change")).to_be_visible()
        reads_well(lead)
        lead.get_by_role("button", name=re.compile("Passer à")).click()
        expect(lead.locator("main")).to_contain_text("accès au projet a changé")
        for seen in (address, f"{address}/fil", f"{address}/communaute", f"{address}/fil.atom"):
            assert visitor.request.get(seen).status == 404, seen
        for seen in ("/mon-fil", "/projet", "/mon-fil/suivis", "/projet?q=Cordemais"):
            assert TITLE not in visitor.request.get(seen).text(), seen
        assert TITLE not in guest.request.get(feed).text()
        for page in (colleague, other):
            assert page.request.get(address).status == 200
        before = len(office.to(f"{VISITOR}@"))
        write(lead, address, f"@{VISITOR} @{COLLEAGUE} le plan est signé")
        wait_for(lambda: about(office, COLLEAGUE, "le plan est signé"))
        assert len(office.to(f"{VISITOR}@")) == before

        # The end: the stage, then the thread is closed to all but its leads.
        lead.goto(f"{address}/modifier")
        lead.check("#field-stage-done")
        lead.locator("button[name=_action][value=save]").click()
        lead.wait_for_url(lambda url: "/modifier" not in url)
        lead.goto(f"{address}/fil")
        lead.get_by_role("button", name="Verrouiller le fil").click()
        expect(lead.locator(".territoires-thread__entries")).to_contain_text("verrouillé")
        colleague.goto(f"{address}/fil")
        expect(colleague.locator("#ecrire")).to_have_count(0)
        expect(colleague.locator("main")).to_contain_text("Achevé")
        reads_well(colleague)

        # What one follows, and how much of it.
        visitor.goto("/territoire/departement/44")
        visitor.locator(".territoires-follow button[value=all]").first.click()
        visitor.goto("/mon-fil/suivis")
        visitor.locator(".territoires-followed__choice summary").click()
        visitor.get_by_label("Ce territoire exactement").check()
        reads_well(visitor)
        visitor.get_by_role("button", name="Enregistrer").click()
        expect(visitor.locator(".territoires-followed__choice summary")).to_contain_text(
            "ce territoire exactement"
        )


def _titles(feed: str) -> str:
    entries = ET.fromstring(feed).iter("{http://www.w3.org/2005/Atom}entry")
    return " ".join(one.findtext("{http://www.w3.org/2005/Atom}title") or "" for one in entries)
