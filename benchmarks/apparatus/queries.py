"""What a page asks of PostgreSQL and of Solr, counted in a process of its own.

Run as a module it reads the paths named on its command line, twice each, and prints the counts of
the second reading as JSON: the first one fills what is kept in memory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest import mock


@dataclass(frozen=True)
class Queries:
    """Queries that one page made."""

    sql: int
    solr: int


def of_pages(ini: Path, paths: Sequence[str]) -> list[Queries]:
    """Queries of each path, read by an anonymous visitor of the site with this configuration."""
    counted = subprocess.run(
        [sys.executable, "-m", __name__, *paths],
        env={**os.environ, "CKAN_INI": str(ini)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return [Queries(**one) for one in json.loads(counted.stdout.splitlines()[-1])]


def _count(app: Any, path: str) -> Queries:
    import pysolr
    from ckan import model
    from sqlalchemy import event

    counts = {"sql": 0, "solr": 0}
    ask = pysolr.Solr._send_request

    def count_sql(*_arguments: Any) -> None:
        counts["sql"] += 1

    def count_solr(*arguments: Any, **options: Any) -> Any:
        counts["solr"] += 1
        return ask(*arguments, **options)

    engine = model.meta.engine
    event.listen(engine, "before_cursor_execute", count_sql)
    with mock.patch.object(pysolr.Solr, "_send_request", count_solr):
        response = app._wsgi_app.test_client().get(path)
    event.remove(engine, "before_cursor_execute", count_sql)
    if response.status_code != 200:
        raise RuntimeError(f"{path}: {response.status_code}")
    return Queries(**counts)


def _main(paths: Sequence[str]) -> None:
    from ckan.cli import CKANConfigLoader
    from ckan.config.middleware import make_app

    app = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
    for path in paths:
        _count(app, path)
    print(json.dumps([asdict(_count(app, path)) for path in paths]))


if __name__ == "__main__":
    _main(sys.argv[1:])
