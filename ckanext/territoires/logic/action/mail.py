"""When a person wants mail."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import ckan.model as model
from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import mail_choices
from ckanext.territoires.logic import follow_schema
from ckanext.territoires.logic.reader import reader_of


@tk.side_effect_free
def territoires_mail_choice_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """When one is mailed what one follows.

        ckanapi action territoires_mail_choice_show

    Args:
        context: CKAN's.
        data_dict: nothing.

    Returns:
        `rhythm` of the digest: `daily` (on working days), `weekly` or `none`; `hour`, local;
        `mentions`: whether mentions, answers and tasks are mailed at once; `language`.

    """
    tk.check_access("territoires_mail_choice_show", context, data_dict)
    return asdict(mail_choices.chosen(_person(context).id))


@validate(follow_schema.mail_choice)
def territoires_mail_choice_save(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Choose when one is mailed what one follows.

        ckanapi action territoires_mail_choice_save rhythm=weekly hour:8

    Args:
        context: CKAN's.
        data_dict: what changes, among what `territoires_mail_choice_show` gives.

    Returns:
        The same as `territoires_mail_choice_show`.

    """
    tk.check_access("territoires_mail_choice_save", context, data_dict)
    user = _person(context)
    choice = replace(mail_choices.chosen(user.id), **data_dict)
    mail_choices.choose(user.id, choice)
    model.Session.commit()
    return asdict(choice)


def _person(context: Context) -> model.User:
    user = reader_of(context)
    if user is None:
        raise tk.NotAuthorized
    return user
