"""Somebody at a browser: asks for a page, fills in its form, follows where that leads."""

import http.client
import re
import threading
import time
import urllib.parse
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

FIELD = re.compile(r'<(?:input|textarea|select)\b[^>]*\bname="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
_threads = threading.local()


@dataclass
class Clock:
    """How long each kind of request took, in milliseconds, and which answers were no answers."""

    spent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, milliseconds: float, status: int) -> None:
        with self.lock:
            self.spent[what].append(milliseconds)
            if status >= 500 or status == 0:
                self.failed.append(f"{what}: {status}")


@dataclass
class Answer:
    status: int
    url: str
    body: str

    @property
    def main(self) -> str:
        found = MAIN.search(self.body)
        return found[0] if found else self.body

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page's own form."""
        return dict(HIDDEN.findall(self.main))

    @property
    def fields(self) -> set[str]:
        return set(FIELD.findall(self.main))


@dataclass
class Person:
    """One session at the server on `port`."""

    port: int
    clock: Clock
    cookies: dict[str, str]

    def get(self, path: str, what: str) -> Answer:
        return self._ask("GET", path, what, None)

    def post(self, path: str, what: str, data: Mapping[str, Any]) -> Answer:
        """Send a form; the answer is the page it leads to, or the same page with what is wrong (422)."""
        sent = self._ask("POST", path, what, urllib.parse.urlencode(data, doseq=True))
        return self.get(sent.url, what) if sent.status in (302, 303) else sent

    def send(self, page: Answer, what: str, told: Mapping[str, Any]) -> Answer:
        """The form of a page, with those of the answers that it asks for."""
        asked = page.fields
        return self.post(page.url, what, page.hidden | {name: told[name] for name in told if name in asked})

    def _ask(self, method: str, path: str, what: str, body: str | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        try:
            response = self._answer(method, path, body, headers)
            text = response.read().decode()
        except (OSError, http.client.HTTPException) as error:
            _threads.connection = None
            self.clock.note(what, (time.perf_counter() - began) * 1000, 0)
            raise RuntimeError(f"{method} {path}: {error}") from error
        self.clock.note(what, (time.perf_counter() - began) * 1000, response.status)
        for name, value in _cookies(response.headers.get_all("Set-Cookie") or ()):
            self.cookies[name] = value
        return Answer(response.status, response.headers.get("Location") or path, text)

    def _answer(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> http.client.HTTPResponse:
        """Over the thread's kept connection; once more on a new one if the server has closed it meanwhile."""
        for last in (False, True):
            connection = getattr(_threads, "connection", None)
            if connection is None:
                connection = _threads.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request(method, path, body=body, headers=headers)
                return connection.getresponse()
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                _threads.connection = None
                if last:
                    raise
        raise AssertionError


def _cookies(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        name, _equals, value = line.partition(";")[0].partition("=")
        yield name, value
