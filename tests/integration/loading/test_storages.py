"""Files that CKAN keeps in a storage of its own rather than in its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ckan import model
from ckan.lib import files, uploader

from ckanext.territoires.bridge import load_files, load_jobs
from tests.integration.loading.conftest import Put, file_of


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A storage of resources, as a site declares one."""
    made = files.make_storage(
        "resources", {"type": "ckan:fs", "path": str(tmp_path), "initialize": True}
    )
    monkeypatch.setattr(files, "get_storage", lambda _name=None: made)
    return made


def test_a_file_in_a_storage_is_read(put: Put, storage: Any) -> None:
    resource = put()
    found = model.Session.get_one(model.Resource, resource["id"])
    keeper = uploader.get_resource_uploader({"id": found.id, "url": found.url})
    assert isinstance(keeper, uploader.FKResourceUpload)
    with load_files.local_file(found) as path:
        assert path.read_bytes() == file_of()
    assert not path.exists()
    assert load_jobs.load_now(found).state == "loaded"


def test_a_file_that_is_no_longer_there_is_said_so(put: Put, storage: Any) -> None:
    resource = put()
    found = model.Session.get_one(model.Resource, resource["id"])
    keeper = uploader.get_resource_uploader({"id": found.id, "url": found.url})
    kept: Any = keeper.get_path(found.id)
    storage.remove(files.FileData(kept))
    done = load_jobs.load_now(found)
    assert done.report
    assert (done.state, done.report["counts"]) == ("refused", {"no_file": 1})


def test_a_file_that_left_the_folder_is_said_so(put: Put) -> None:
    resource = put()
    found = model.Session.get_one(model.Resource, resource["id"])
    with load_files.local_file(found) as path:
        path.unlink()
    done = load_jobs.load_now(found)
    assert done.report
    assert (done.state, done.report["counts"]) == ("refused", {"no_file": 1})
