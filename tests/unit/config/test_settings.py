"""Ports and settings of a stack: what is asked, kept, free and taken."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from stack.settings import BusyPortError, PortKeeper, load

FIRST = {"TERRITOIRES_PORT": 15870, "TERRITOIRES_SOLR_PORT": 15970}


@pytest.fixture
def keeper() -> Iterator[PortKeeper]:
    keeper = PortKeeper.empty()
    yield keeper
    for port in list(keeper.held):
        keeper.release(port)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on, the first that a stack would choose."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_first_run_keeps_what_it_chose(tmp_path: Path, keeper: PortKeeper) -> None:
    settings, _ = load(tmp_path, {}, keeper, running=False, first_ports=FIRST)
    for port in (settings.port, settings.solr_port):
        keeper.release(port)
    again, told = load(tmp_path, {}, keeper, running=False, first_ports=FIRST)
    assert again == settings
    assert told == []


def test_a_taken_default_gives_way_and_says_so(
    tmp_path: Path, keeper: PortKeeper, taken: int
) -> None:
    first = FIRST | {"TERRITOIRES_PORT": taken}
    settings, told = load(tmp_path, {}, keeper, running=False, first_ports=first)
    assert settings.port > taken
    assert f"port {taken} is taken" in told[0]
    assert str(settings.port) in told[0]


def test_a_taken_port_that_was_asked_for_is_refused(
    tmp_path: Path, keeper: PortKeeper, taken: int
) -> None:
    asked = {"TERRITOIRES_PORT": str(taken)}
    with pytest.raises(BusyPortError, match=f"TERRITOIRES_PORT={taken + 1}"):
        load(tmp_path, asked, keeper, running=False, first_ports=FIRST)


def test_a_taken_port_that_was_kept_is_refused(
    tmp_path: Path, keeper: PortKeeper, taken: int
) -> None:
    (tmp_path / "settings.env").write_text(f"TERRITOIRES_PORT={taken}\n")
    with pytest.raises(BusyPortError, match=r"settings\.env"):
        load(tmp_path, {}, keeper, running=False, first_ports=FIRST)


def test_an_internal_port_that_was_kept_gives_way(
    tmp_path: Path, keeper: PortKeeper, taken: int
) -> None:
    (tmp_path / "settings.env").write_text(f"TERRITOIRES_SOLR_PORT={taken}\n")
    settings, told = load(tmp_path, {}, keeper, running=False, first_ports=FIRST)
    assert settings.solr_port > taken
    assert "TERRITOIRES_SOLR_PORT" in told[0]


def test_the_ports_of_a_running_stack_are_its_own(
    tmp_path: Path, keeper: PortKeeper, taken: int
) -> None:
    (tmp_path / "settings.env").write_text(f"TERRITOIRES_PORT={taken}\n")
    settings, _ = load(tmp_path, {}, keeper, running=True, first_ports=FIRST)
    assert settings.port == taken


@pytest.mark.parametrize("text", ["0", "65536", "http", "-1"])
def test_what_is_not_a_port_is_refused(tmp_path: Path, keeper: PortKeeper, text: str) -> None:
    with pytest.raises(BusyPortError, match="is not a port"):
        load(tmp_path, {"TERRITOIRES_PORT": text}, keeper, running=False, first_ports=FIRST)


def test_two_stacks_that_start_together_choose_different_ports(tmp_path: Path) -> None:
    one, other = PortKeeper.empty(), PortKeeper.empty()
    first, _ = load(tmp_path / "one", {}, one, running=False, first_ports=FIRST)
    second, _ = load(tmp_path / "other", {}, other, running=False, first_ports=FIRST)
    assert not {first.port, first.solr_port} & {second.port, second.solr_port}
    for keeper in (one, other):
        for port in list(keeper.held):
            keeper.release(port)


def test_the_environment_wins_and_is_kept(tmp_path: Path, keeper: PortKeeper) -> None:
    asked = {"TERRITOIRES_SITE_URL": "https://territoires.example.org", "TERRITOIRES_DEMO": "no"}
    load(tmp_path, asked, keeper, running=False, first_ports=FIRST)
    settings, _ = load(tmp_path, {}, keeper, running=False, first_ports=FIRST)
    assert settings.site_url == "https://territoires.example.org"
    assert settings.demo is False


def test_the_address_follows_the_port_unless_it_was_given(
    tmp_path: Path, keeper: PortKeeper
) -> None:
    settings, _ = load(tmp_path, {}, keeper, running=False, first_ports=FIRST)
    assert settings.site_url == f"http://127.0.0.1:{settings.port}"
