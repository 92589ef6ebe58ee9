"""How many people an access level opens a project to, told before it changes."""

from __future__ import annotations

import ckan.model as model
import sqlalchemy as sa

from ckanext.territoires.bridge.labels import PUBLIC
from ckanext.territoires.model import ProjectService


def readers(project: model.Package, level: str) -> int | None:
    """How many accounts may read a project at this level; None when anyone may, without one.

    Those who run the site, who may read everything, are not counted. One query.
    """
    if level == PUBLIC:
        return None
    query = sa.select(sa.func.count()).select_from(model.User)
    query = query.where(
        model.User.state == model.State.ACTIVE, model.User.sysadmin.is_not(sa.true())
    )
    if level != "agents":
        query = query.where(_has_a_role(project, with_lead_service=level == "service"))
    return model.Session.scalar(query) or 0


def _has_a_role(project: model.Package, *, with_lead_service: bool) -> sa.ColumnElement[bool]:
    by_name = sa.select(model.PackageMember.user_id).where(
        model.PackageMember.package_id == project.id
    )
    invited = sa.select(ProjectService.organization_id).where(
        ProjectService.project_id == project.id
    )
    of_service = model.Member.group_id.in_(invited)
    if with_lead_service and project.owner_org:
        of_service |= model.Member.group_id == project.owner_org
    by_service = sa.select(model.Member.table_id).where(
        model.Member.table_name == "user", model.Member.state == model.State.ACTIVE, of_service
    )
    return model.User.id.in_(by_name) | model.User.id.in_(by_service)
