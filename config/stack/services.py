"""The services of a stack, run under supervisor."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import xmlrpc.client
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .places import VENV, Places
from .progress import StepError
from .text_files import write_atomically

STATE_MARK = "TERRITOIRES_STATE_FOLDER"
SECONDS_TO_ANSWER = 300.0


@dataclass(frozen=True)
class Service:
    """One program that the stack keeps running."""

    name: str
    command: Sequence[str | Path]
    answers: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: str = "TERM"
    stop_seconds: int = 20


class Supervisor:
    """The process manager of one stack: a daemon of its own, reached over its unix socket."""

    def __init__(self, places: Places) -> None:
        """Speak to the supervisor of the stack in ``places``, which may not run yet."""
        self.places = places
        self.configuration = places.state / "supervisord.conf"

    @property
    def is_running(self) -> bool:
        """Tell whether the daemon answers."""
        try:
            return bool(self._call("getState"))
        except (OSError, xmlrpc.client.Error):
            return False

    def found_running(self) -> bool:
        """Tell whether the daemon runs; if not, end the services that it may have left."""
        if self.is_running:
            return True
        self.end_leftovers()
        return False

    def start_daemon(self, services: Sequence[Service]) -> None:
        """Start the daemon, or have it take up a changed list of services."""
        write_atomically(self.configuration, self._configure(services), mode=0o600)
        if self.is_running:
            self._take_up_changes()
            return
        self.places.supervisor_socket.unlink(missing_ok=True)
        # supervisord inherits neither our lock nor our terminal.
        subprocess.run(
            [VENV / "bin" / "supervisord", "--configuration", self.configuration],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=_clean_environment(),
            check=True,
        )
        wait_until(lambda: self.is_running, "supervisor", 20)

    def start(self, service: Service) -> None:
        """Start ``service`` unless it runs, and wait until it answers."""
        if self.state_of(service.name) not in {"RUNNING", "STARTING"}:
            try:
                self._call("startProcess", service.name, False)
            except xmlrpc.client.Fault as fault:
                raise StepError(f"{service.name} does not start: {fault.faultString}") from fault
        wait_until(
            lambda: service.answers() and self.state_of(service.name) == "RUNNING",
            service.name,
            SECONDS_TO_ANSWER,
            failed=lambda: self.state_of(service.name) == "FATAL",
            log=self.places.logs / f"{service.name}.log",
        )

    def stop(self, name: str) -> None:
        """Stop the service called ``name`` and wait for its end."""
        if self.state_of(name) in {"RUNNING", "STARTING", "BACKOFF"}:
            self._call("stopProcess", name)

    def stop_daemon(self) -> None:
        """Stop all services and the daemon, and whatever an abrupt end left behind."""
        if self.is_running:
            # In the opposite order of start: the database goes last.
            for name in reversed(self.names()):
                self.stop(name)
            self._call("shutdown")
            wait_until(lambda: not self.is_running, "the end of supervisor", 30)
        self.end_leftovers()

    def names(self) -> list[str]:
        """Return the names of the services, in the order in which they start."""
        return [info["name"] for info in self.all_info()]

    def all_info(self) -> list[dict[str, Any]]:
        """Return what supervisor knows of each service: name, statename, pid, description."""
        known: Any = self._call("getAllProcessInfo")
        order = self.configuration.read_text(encoding="utf-8")
        return sorted(known, key=lambda info: order.find(f"[program:{info['name']}]"))

    def state_of(self, name: str) -> str:
        """Return supervisor's word for the state of ``name``; ``UNKNOWN`` when it has none."""
        try:
            info: Any = self._call("getProcessInfo", name)
        except xmlrpc.client.Fault:
            return "UNKNOWN"
        return str(info["statename"])

    def end_leftovers(self) -> None:
        """End the services of this stack that a killed supervisor left running."""
        import psutil

        mark = str(self.places.state)
        left: list[psutil.Process] = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(STATE_MARK) == mark:
                    left.append(process)
            except psutil.Error:
                continue
        for process in left:
            # An immediate shutdown of PostgreSQL is SIGQUIT; it recovers at the next start.
            process.send_signal(signal.SIGINT if process.name() == "postgres" else signal.SIGTERM)
        _, alive = psutil.wait_procs(left, timeout=20)
        for process in alive:
            process.kill()

    def _take_up_changes(self) -> None:
        [[added, changed, removed]] = self._call("reloadConfig")
        for name in (*changed, *removed):
            self.stop(name)
            self._call("removeProcessGroup", name)
        for name in (*added, *changed):
            self._call("addProcessGroup", name)

    def _call(self, method: str, *arguments: Any) -> Any:
        from supervisor.xmlrpc import SupervisorTransport

        transport = SupervisorTransport(None, None, f"unix://{self.places.supervisor_socket}")
        proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
        return getattr(proxy.supervisor, method)(*arguments)

    def _configure(self, services: Sequence[Service]) -> str:
        places = self.places
        head = f"""\
; Written by bin/up: what is changed here is lost.
[unix_http_server]
file={_escape(places.supervisor_socket)}
chmod=0700

[supervisord]
logfile={_escape(places.logs / "supervisor.log")}
pidfile={_escape(places.state / "supervisord.pid")}
childlogdir={_escape(places.logs)}
directory={_escape(places.state)}
{"user=root" if os.getuid() == 0 else ""}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
        return head + "".join(self._program(service) for service in services)

    def _program(self, service: Service) -> str:
        environment = {**service.environment, STATE_MARK: str(self.places.state)}
        pairs = ",".join(f'{name}="{_escape(value)}"' for name, value in environment.items())
        command = " ".join(f'"{_escape(word)}"' for word in service.command)
        return f"""
[program:{service.name}]
command={command}
environment={pairs}
{f"user={service.user}" if service.user else ""}
autostart=false
autorestart=true
startsecs=1
stopsignal={service.stop_signal}
stopwaitsecs={service.stop_seconds}
stopasgroup={"false" if service.name == "database" else "true"}
killasgroup=true
redirect_stderr=true
stdout_logfile={_escape(self.places.logs / service.name)}.log
stdout_logfile_maxbytes=5MB
stdout_logfile_backups=3
"""


def wait_until(
    condition: Callable[[], bool],
    what: str,
    seconds: float,
    failed: Callable[[], bool] = lambda: False,
    log: Path | None = None,
) -> None:
    """Wait until ``condition`` holds. Raises StepError when it fails or ``seconds`` have passed."""
    deadline = time.monotonic() + seconds
    while not condition():
        if failed() or time.monotonic() > deadline:
            where = f"; the reason is at the end of {log}" if log else ""
            raise StepError(f"{what} does not answer{where}")
        time.sleep(0.2)


def listens(port: int) -> bool:
    """Tell whether something accepts connections on ``port``."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def _escape(value: str | Path) -> str:
    return str(value).replace("%", "%%")


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
