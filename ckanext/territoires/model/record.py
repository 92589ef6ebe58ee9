"""What the State does somewhere: a grant, a plan, a decree, a post, a label."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

_Euros = sa.Numeric(16, 2)


class Record(tk.BaseModel):
    """One line of a file of records; see `figures.frame.RECORD`.

    `kind`: `grant`, `plan`, `risk`, `programme`, `zoning`, `post`. What lies in T is
    `lineage @> {T}`; a grant to an EPCI has the EPCI among its `places`, never its communes.
    Lines of several files that have one `identity` are one record, lines that have one `project`
    give one cost; see `model.record_identity`. `shares` holds, for the territories of the lineage
    that hold but some of what a former commune became, the part of the amounts that is theirs.
    """

    __tablename__ = "territoires_record"
    __table_args__ = (
        sa.Index("territoires_record_places", "places", postgresql_using="gin"),
        sa.Index("territoires_record_lineage", "lineage", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    release_id: Mapped[int] = mapped_column(index=True)
    line: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.Text)
    places: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    lineage: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    shares: Mapped[dict[str, float] | None] = mapped_column(JSONB)
    beneficiary: Mapped[str | None] = mapped_column(sa.Text)
    beneficiary_id: Mapped[str | None] = mapped_column(sa.Text)
    beneficiary_territory: Mapped[str | None] = mapped_column(sa.Text)
    date: Mapped[date | None] = mapped_column(sa.Date)
    year: Mapped[int | None]
    scheme: Mapped[str | None] = mapped_column(sa.Text)
    theme: Mapped[str | None] = mapped_column(sa.Text)
    title: Mapped[str | None] = mapped_column(sa.Text)
    state: Mapped[str | None] = mapped_column(sa.Text)
    cost: Mapped[Decimal | None] = mapped_column(_Euros)
    asked: Mapped[Decimal | None] = mapped_column(_Euros)
    granted: Mapped[Decimal | None] = mapped_column(_Euros)
    paid: Mapped[Decimal | None] = mapped_column(_Euros)
    latitude: Mapped[float | None] = mapped_column(sa.Double)
    longitude: Mapped[float | None] = mapped_column(sa.Double)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    identity: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    project: Mapped[UUID | None] = mapped_column(sa.Uuid)
