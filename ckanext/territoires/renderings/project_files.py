"""The sheet of a project to print or to rework: PDF, summary of one page, ODT."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ckan.plugins import toolkit as tk
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from odfdo import Document, Element, Header, Paragraph

from ckanext.territoires.bridge.project_document import Plan, ProjectDocument
from ckanext.territoires.renderings.pdf_file import page_count, print_page

TEMPLATES = Path(__file__).parents[1] / "templates" / "editions"
#: Characters of text and rows of each list that a page may hold, the most first.
_BUDGETS = ((1_800, 7), (1_200, 5), (700, 3), (300, 2), (0, 0))

PDF = "application/pdf"
ODT = "application/vnd.oasis.opendocument.text"
#: What may be asked: name and extension, and the type for the web.
KINDS = {("fiche", "pdf"): PDF, ("fiche", "odt"): ODT, ("resume", "pdf"): PDF}


def render(what: str, extension: str, document: ProjectDocument, made: date) -> bytes:
    """The bytes of a file of KINDS, dated `made`.

    Raises:
        KeyError: there is no such file.
        MissingLibrary: this machine lacks what the PDF needs (see `pdf_file`).

    """
    if (what, extension) not in KINDS:
        raise KeyError((what, extension))
    if extension == "odt":
        return _odt(document, made)
    return print_page(_one_page(document, made) if what == "resume" else page(document, made))


def _one_page(document: ProjectDocument, made: date) -> str:
    """The most that one page holds."""
    pages = (page(document, made, budget) for budget in _BUDGETS)
    found = ""
    for found in pages:
        if page_count(found) == 1:
            break
    return found


def page(document: ProjectDocument, made: date, budget: tuple[int, int] | None = None) -> str:
    """The page that is printed, in HTML; `budget`: how many characters and rows of a summary."""
    notes, short = document.notes, budget is not None
    characters, rows = budget or (0, None)
    return (
        _environment()
        .get_template("project.html")
        .render(
            project=document,
            short=short,
            notes="" if short else Markup(tk.h.render_markdown(notes)),
            summary=_shortened(document.paragraphs, characters),
            calendar=_next(document.calendar, rows),
            contacts=document.contacts[:rows],
            partners=document.partners[:rows],
            lines=document.plan.lines if document.plan and not short else (),
            made=made.isoformat(),
            said=tk.h.render_datetime(datetime(made.year, made.month, made.day)),  # noqa: DTZ001
            style=(TEMPLATES / "project.css").read_text(encoding="utf-8"),
        )
    )


def _shortened(paragraphs: tuple[str, ...], characters: int) -> list[str]:
    """The first paragraphs, cut at a word where the page ends."""
    left, kept = characters, list[str]()
    for text in paragraphs:
        if len(text) > left:
            cut = text[:left].rsplit(" ", 1)[0]
            return [*kept, f"{cut}…"] if cut else kept
        kept.append(text)
        left -= len(text)
    return kept


def _next(calendar: tuple[tuple[str, str], ...], rows: int | None) -> tuple[tuple[str, str], ...]:
    """The last rows: what comes is what one asks about."""
    return calendar if rows is None else calendar[len(calendar) - min(rows, len(calendar)) :]


def _odt(project: ProjectDocument, made: date) -> bytes:
    out = Document("text")
    out.body.clear()
    out.meta.title = project.title
    out.meta.set_creator(project.publisher)
    moment = datetime(made.year, made.month, made.day)  # noqa: DTZ001
    out.meta.creation_date = out.meta.date = moment
    out.set_language({"fr": "fr-FR"}.get(project.language, "en-GB"))
    _put(out, Header(1, project.title))
    for label, text in project.facts:
        _put(out, Paragraph(tk._("{label}: {text}").format(label=label, text=text)))
    _section(out, tk._("Summary"), project.paragraphs)
    _section(out, tk._("Stages"), [f"{date} : {stage}" for stage, date in project.stages])
    _section(out, tk._("Calendar"), [f"{date} : {text}" for date, text in project.calendar])
    if project.plan:
        _put(out, Header(2, tk._("Financing plan")))
        _put(out, Element.from_tag(_table(project.plan)))
    _section(out, tk._("Partners"), project.partners)
    _section(out, tk._("Contacts"), project.contacts)
    _section(out, tk._("Linked data and action of the State"), project.links)
    _put(out, Paragraph(_foot(project)))
    content = BytesIO()
    out.save(content)
    return content.getvalue()


def _foot(project: ProjectDocument) -> str:
    text = tk._("Sheet changed on {date}; access: {access}; {address}")
    return text.format(date=project.updated, access=project.access, address=project.address)


def _section(out: Document, title: str, texts: Any) -> None:
    if texts:
        _put(out, Header(2, title))
    for text in texts:
        _put(out, Paragraph(text))


def _table(plan: Plan) -> str:
    """As text: a table made cell by cell takes odfdo ten times longer."""
    title = tk._("Financing plan")
    total = (tk._("Totals, each apart"), "", "", *plan.totals)
    lines = "".join(_row(line) for line in (*plan.lines, total))
    return (
        f"<table:table table:name={quoteattr(title)}>"
        f'<table:table-column table:number-columns-repeated="{len(plan.columns)}"/>'
        f"<table:table-header-rows>{_row(plan.columns)}</table:table-header-rows>"
        f"{lines}</table:table>"
    )


def _row(cells: tuple[str, ...]) -> str:
    inner = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p>'
        "</table:table-cell>"
        for text in cells
    )
    return f"<table:table-row>{inner}</table:table-row>"


def _put(out: Document, element: Any) -> None:
    out.body.append(element)


@cache
def _environment() -> Environment:
    # Not CKAN's: a theme of the site does not reach paper.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    environment.globals["_"] = tk._
    return environment
