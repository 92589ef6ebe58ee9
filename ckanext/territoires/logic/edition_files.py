"""The files of an edition: made once from the frozen portrait, in a job when they take long."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import ckan.model as model
import rq
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import editions
from ckanext.territoires.model import Edition
from ckanext.territoires.renderings import FORMATS, render, words

TRIES = 3
SECONDS = 600


def enqueue(edition: Edition) -> None:
    """Leave the making of what is slow to a job, which is run again when it is cut short."""
    tk.enqueue_job(
        make,
        [edition.id],
        title=f"Make the files of edition {edition.id}",
        rq_kwargs={"timeout": SECONDS, "retry": rq.Retry(max=TRIES - 1)},
    )


def make(edition_id: str) -> None:
    """Make the slow files of an edition: the job."""
    edition = editions.find(edition_id)
    if edition is None:
        return
    editions.set_state(edition_id, "running")
    model.Session.commit()
    try:
        for form in FORMATS.values():
            if form.slow:
                content(edition, form.name)
    except Exception:
        model.Session.rollback()
        editions.set_state(edition_id, "queued" if _tried_again() else "failed")
        model.Session.commit()
        raise
    editions.set_state(edition_id, "done")
    model.Session.commit()


def content(edition: Edition, form: str) -> bytes:
    """The bytes of an edition in a format, kept once made.

    Raises:
        KeyError: there is no such format.

    """
    path = _path(edition.id, form)
    if path and path.exists():
        return path.read_bytes()
    made = render(editions.portrait_of(edition), form, editions.made_on(edition))
    if path:
        write_whole(path, made)
    return made


def name_of(edition: Edition, form: str) -> str:
    """Name of the file that a person receives."""
    place = editions.portrait_of(edition).territory
    return words.file_name(place, form, editions.made_on(edition))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as draft:
        draft.write(content)
    Path(draft.name).chmod(0o644)
    os.replace(draft.name, path)


def _path(edition_id: str, form: str) -> Path | None:
    if form not in FORMATS:
        raise KeyError(form)
    folder = editions.folder(edition_id)
    return folder / f"portrait.{form}" if folder else None


def _tried_again() -> bool:
    job = rq.get_current_job()
    return bool(job and job.retries_left)
