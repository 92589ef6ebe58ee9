"""Mail that leaves at once: a job, queued when what it tells is committed."""

from __future__ import annotations

import logging
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk
from sqlalchemy import event

from ckanext.territoires import config
from ckanext.territoires.bridge import mailing

log = logging.getLogger(__name__)
_WANTED = "territoires_mail"


def soon() -> None:
    """Have what is mailed at once leave after this transaction."""
    if config.sends_mail():
        model.Session().info[_WANTED] = True


def send() -> None:
    """Send it: the job. What cannot leave now leaves with the next `ckan territoires mail`."""
    try:
        mailing.at_once()
    except mailing.Unreachable as error:
        log.warning("The mail server does not answer: %s", error)


@event.listens_for(model.Session, "after_transaction_end")
def _enqueue_after_commit(session: Any, transaction: Any) -> None:
    # After a rollback too: the job then finds nothing to do.
    if transaction.parent is not None or transaction.nested:
        return
    if not session.info.pop(_WANTED, False):
        return
    try:
        tk.enqueue_job(send, title="Mail what is told at once")
    except Exception:
        # What was written stays written; `ckan territoires mail` sends it.
        log.exception("The queue of jobs does not answer")
