"""Services of the State: organisations with a territory of competence."""

from __future__ import annotations

import ckan.lib.search as search
import ckan.model as model
import sqlalchemy as sa
from ckan.plugins import toolkit as tk


def extras_of(service: model.Group) -> dict[str, str]:
    """Our fields of a service; none where it was made before them, and CKAN keeps NULL."""
    # CKAN maps this column without declaring it on the class.
    return dict(service.extras or {})  # pyright: ignore[reportAttributeAccessIssue]


def set_territory(service: model.Group, identifier: str) -> None:
    """Give a service another territory of competence; the caller commits."""
    extras = {**extras_of(service), "territory": identifier}
    service.extras = extras  # pyright: ignore[reportAttributeAccessIssue]


def territory_column() -> sa.ColumnElement[str | None]:
    """The territory of competence of a service, in a query."""
    return model.Group.extras["territory"].astext  # pyright: ignore[reportAttributeAccessIssue]


def territories_of(organization_id: str | None) -> list[str]:
    """Territory of competence of a service: one identifier, or none."""
    if not organization_id:
        return []
    organization = model.Session.get(model.Group, organization_id)
    # The session forgets what nobody holds: kept, a service is read once for all of its datasets.
    model.Session().info.setdefault("territoires_services", {})[organization_id] = organization
    value = extras_of(organization).get("territory") if organization else None
    return [value] if value else []


def competent_for(territory_ids: list[str]) -> list[model.Group]:
    """Active services whose territory of competence is one of these, by title."""
    return list(
        model.Session.scalars(
            sa.select(model.Group)
            .where(
                model.Group.is_organization,
                model.Group.state == model.State.ACTIVE,
                territory_column().in_(territory_ids),
            )
            .order_by(model.Group.title)
        )
    )


def enqueue_reindex(organization_id: str) -> None:
    """Leave to a job the reindexing of a service's datasets."""
    tk.enqueue_job(reindex, [organization_id], title=f"Reindex the datasets of {organization_id}")


def reindex(organization_id: str) -> None:
    """Reindex every dataset of a service."""
    ids = model.Session.scalars(
        sa.select(model.Package.id).where(
            model.Package.owner_org == organization_id,
            model.Package.state == model.State.ACTIVE,
        )
    )
    # CKAN defers the commit of a list of datasets and leaves it to the caller.
    search.rebuild(package_ids=list(ids))
    search.commit()
