"""A real mail server on this machine, which keeps what it is given."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class PostOffice:
    """What was delivered, by order of arrival; `refused`: addresses that it does not know."""

    port: int = 0
    refused: set[str] = field(default_factory=set[str])
    mails: list[EmailMessage] = field(default_factory=list[EmailMessage])
    #: Seconds that it takes to accept a mail.
    slowness: float = 0.0

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refused:
            return "550 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        time.sleep(self.slowness)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 Accepted"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if address in str(mail["To"])]


@contextmanager
def opened(port: int = 0) -> Iterator[PostOffice]:
    office = PostOffice(port or _free_port())
    controller = Controller(office, hostname="127.0.0.1", port=office.port, ready_timeout=20)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part
    return part.get_content()


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part
    return part.get_content()
