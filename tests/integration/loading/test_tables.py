"""The migrated tables are those that the models describe."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from ckan import model as ckan_model

from ckanext.territoires import model

TABLES = [getattr(model, name) for name in model.__all__]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__tablename__)
def test_a_table_has_the_columns_of_its_model(table: type) -> None:
    described = sa.inspect(table).local_table
    found = sa.inspect(ckan_model.ensure_engine())
    columns = {one["name"]: one for one in found.get_columns(described.name)}
    assert columns.keys() == {column.name for column in described.columns}
    for column in described.columns:
        assert columns[column.name]["nullable"] == bool(column.nullable), column.name
    key = found.get_pk_constraint(described.name)["constrained_columns"]
    assert key == [column.name for column in described.primary_key]
