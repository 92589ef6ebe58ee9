"""Notices of what followed searches find: asked of the catalogue by a job, once it is indexed.

A search is asked whether it finds the one dataset or project that was made or changed. Rights are
not asked here, but when a notice is read, as for all that is followed.
"""

from __future__ import annotations

import logging
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from ckan.lib.search import SearchError
from ckan.plugins import toolkit as tk
from sqlalchemy import event

from ckanext.territoires.bridge import custom, notices_of_data, saved_searches
from ckanext.territoires.bridge.saved_searches import Search
from ckanext.territoires.model import Follow

log = logging.getLogger(__name__)
_WANTED = "territoires_searches"
_KIND = "search"


def soon(package_id: str, subject: str, author_id: str) -> None:
    """Have the searches be asked after this transaction, if anyone follows one."""
    followed = sa.exists().where(Follow.kind == _KIND, Follow.level == notices_of_data.ALL)
    if model.Session.scalar(sa.select(followed)):
        wanted = model.Session().info.setdefault(_WANTED, {})
        # Made, then filled in within one transaction: it is new.
        wanted.setdefault(package_id, (subject, author_id))


def ask(package_id: str, subject: str, author_id: str) -> None:
    """Ask the searches, and tell those who follow the ones that find it: the job."""
    package = model.Session.get(model.Package, package_id)
    if package is None or package.state != model.State.ACTIVE:
        return
    query = sa.select(Follow).where(Follow.kind == _KIND, Follow.level == notices_of_data.ALL)
    followers: dict[str, list[Follow]] = {}
    for row in model.Session.scalars(query.where(Follow.query["type"].astext == package.type)):
        followers.setdefault(row.object_id, []).append(row)
    for search_id, rows in followers.items():
        people = _found_by(saved_searches.of_kept(rows[0].query), package_id, rows)
        if people:
            notices_of_data.of_search(package, subject, search_id, people, author_id)
            model.Session.commit()


def _found_by(search: Search, package_id: str, rows: list[Follow]) -> list[str]:
    """Ids of those whose search finds it; a territory that one person made is read as they may."""
    if not saved_searches.custom_territories(search):
        return [row.user_id for row in rows] if _finds(search, package_id) else []
    found: list[str] = []
    for row in rows:
        user = model.Session.get(model.User, row.user_id)
        if user is None:
            continue
        with custom.reading_as(user):
            if _finds(search, package_id):
                found.append(user.id)
    return found


def _finds(search: Search, package_id: str) -> bool:
    asked = saved_searches.parameters(search)
    asked["fq_list"] = [*asked["fq_list"], f'+id:"{package_id}"']
    data: dict[str, Any] = {**asked, "rows": 0, "include_private": True}
    try:
        found = tk.get_action("package_search")({"ignore_auth": True, "user": ""}, data)
    except SearchError as error:
        # A territory that is no more, a field that the catalogue has lost: the others are asked.
        log.warning("The search %s cannot be asked: %s", search.path, error)
        return False
    return bool(found["count"])


@event.listens_for(model.Session, "after_transaction_end")
def _enqueue_after_commit(session: Any, transaction: Any) -> None:
    # After a rollback too: the job then finds nothing, or what was there before.
    if transaction.parent is not None or transaction.nested:
        return
    for package_id, (subject, author_id) in session.info.pop(_WANTED, {}).items():
        try:
            tk.enqueue_job(
                ask, [package_id, subject, author_id], title=f"Followed searches: {package_id}"
            )
        except Exception:
            # What was written stays written; these followers are not told.
            log.exception("The queue of jobs does not answer")
