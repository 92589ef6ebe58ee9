"""Figures of territories, and the figures of their peers."""

from __future__ import annotations

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

# Identifiers are compared byte by byte: faster, and a range of a prefix is a range of the index.
_Key = sa.Text(collation="C")


class Observation(tk.BaseModel):
    """A value of an indicator, or its lack; see `figures.frame.OBSERVATION`.

    Additive indicators and published values only: ratios are recomputed when read. No foreign key
    on `release_id`: it would cost a look-up a row; whoever removes a release removes its rows.
    """

    __tablename__ = "territoires_observation"

    release_id: Mapped[int] = mapped_column(primary_key=True)
    territory: Mapped[str] = mapped_column(_Key, primary_key=True)
    indicator: Mapped[str] = mapped_column(_Key, primary_key=True)
    period: Mapped[str] = mapped_column(_Key, primary_key=True)
    value: Mapped[float | None] = mapped_column(sa.Double)
    status: Mapped[int] = mapped_column(sa.SmallInteger)
    origin: Mapped[int] = mapped_column(sa.SmallInteger)
    members: Mapped[int | None]
    members_known: Mapped[int | None]
    population_share: Mapped[float | None] = mapped_column(sa.REAL)


class Distribution(tk.BaseModel):
    """The known values of an indicator, ratios included, among peers; see `DISTRIBUTION`.

    `width_bucket(value, values)` counts the peers at or below a value without reading them all.
    """

    __tablename__ = "territoires_distribution"

    release_id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[str] = mapped_column(_Key, primary_key=True)
    level: Mapped[str] = mapped_column(_Key, primary_key=True)
    indicator: Mapped[str] = mapped_column(_Key, primary_key=True)
    period: Mapped[str] = mapped_column(_Key, primary_key=True)
    values: Mapped[list[float]] = mapped_column(ARRAY(sa.Double))
