"""Folders of a stack: short sockets, a database that its system user can reach."""

from __future__ import annotations

import os
from pathlib import Path

from stack.places import make_folders, places_of, reachable


def test_sockets_are_in_the_state_folder_when_their_path_is_short() -> None:
    places = places_of(Path("/srv/portal/var"))
    assert places.sockets == Path("/srv/portal/var/run")


def test_sockets_move_to_a_short_folder_when_their_path_would_be_too_long() -> None:
    places = places_of(Path("/srv") / ("deep" * 30))
    assert len(os.fsencode(places.database_socket / ".s.PGSQL.5432.lock")) < 107


def test_two_states_never_share_a_short_folder() -> None:
    deep = Path("/srv") / ("deep" * 30)
    assert places_of(deep / "one").sockets != places_of(deep / "two").sockets


def test_a_closed_folder_sends_the_database_elsewhere(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    places = places_of(closed / "var")
    assert not places.database.is_relative_to(closed)
    assert not places.database_socket.is_relative_to(closed)


def test_a_closed_parent_is_seen(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert not reachable(closed / "var")


def test_folders_with_content_are_closed_to_others(tmp_path: Path) -> None:
    places = places_of(tmp_path / "var")
    make_folders(places)
    for folder in (places.storage, places.logs, places.solr_home):
        assert folder.stat().st_mode & 0o077 == 0
