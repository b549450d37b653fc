"""A real SMTP server on this machine that remembers what it accepted, and can be unkind."""

import contextlib
import socket
import time
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Recorder:
    def __init__(self, port: int = 0) -> None:
        self.port = port or _free_port()
        self.accepted: list[str] = []  # Message-IDs, in the order of arrival
        self.texts: list[bytes] = []
        self.answers: dict[str, str] = {}  # address → what RCPT answers
        self.data_answer = "250 OK"
        self.hang_up = False  # accept the text, then break off before saying so
        self.delay = 0.0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        if self.data_answer.startswith("250"):
            self.accepted.append(str(message_from_bytes(content)["Message-ID"]))
            self.texts.append(content)
        if self.delay:
            time.sleep(self.delay)  # the worker is killed somewhere in here
        if self.hang_up:
            server.transport.close()
        return self.data_answer

    def copies(self) -> Counter[str]:
        return Counter(self.accepted)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(recorder: Recorder) -> Iterator[Recorder]:
    controller = Controller(recorder, hostname="127.0.0.1", port=recorder.port)
    controller.start()
    try:
        yield recorder
    finally:
        controller.stop()
