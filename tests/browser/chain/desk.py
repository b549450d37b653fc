"""The means of the story: its clock, its hands and its eyes."""

import contextlib
import math
from collections.abc import Iterator
from datetime import date, datetime, time

import time_machine
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from playwright.sync_api import Page

from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.jobs import queue
from tests.browser import SMALL, WIDE, look, sign_in, violations
from tests.workers import Background, drain, until

# Clock ---------------------------------------------------------------------------------


@contextlib.contextmanager
def on(day: str | date, at: str = "10:00") -> Iterator[None]:
    """Live at this moment of Korean time, the live server too: it shares the process."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    moment = datetime.combine(day, time.fromisoformat(at), tzinfo=timezone.get_default_timezone())
    with time_machine.travel(moment, tick=True):
        yield


@contextlib.contextmanager
def without(worker: Background) -> Iterator[None]:
    """Let the worker rest, whose clock does not travel: to it every offer of the story has run out long ago.

    Nudges stay unsent, as when Redis is away; `drain()` then runs what is due.
    """
    worker.ticking.clear()
    until(worker.idle)
    queue._link.silent_until = math.inf
    yield
    drain()
    queue._link.silent_until = 0
    worker.ticking.set()


# Hands ---------------------------------------------------------------------------------


class Desk:
    """One browser at which people take turns; labels are said in English and looked up in Korean."""

    def __init__(self, page: Page, client: object, url: str) -> None:
        self.page, self.client, self.url = page, client, url

    def open(self, user: User, path: str, *, small: bool = False, examined: bool = True) -> None:
        """Sign somebody in, and go there."""
        sign_in(self.page, self.client, user, self.url)
        self.page.set_viewport_size(SMALL if small else WIDE)
        self.go(path, examined=examined)

    def go(self, path: str, *, examined: bool = True) -> None:
        """Open a page and have it examined."""
        answer = self.page.goto(path)
        assert answer, path
        assert answer.ok, f"{path}: {answer.status}"
        if examined:
            self.examine()

    def examine(self) -> None:
        """Nothing for axe-core to say, no sideways scrolling; a picture if LOOK is set."""
        page = self.page
        page.wait_for_load_state()  # a click does not wait for the page it leads to
        assert not (found := violations(page)), f"{page.url}: {found}"
        wide, width = page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= width, f"{page.url}: {wide} wide at {width}"

    def fill(self, **fields: object) -> None:
        """Type, choose or tick, by the name of the field; `__` stands for a dash."""
        for name, value in fields.items():
            field = self.page.locator(f'main [name="{name.replace("__", "-")}"]')
            match field.first.evaluate("one => one.type"):
                case "radio" | "checkbox":
                    for one in value if isinstance(value, list) else [value]:
                        self.page.locator(f'main [name="{name}"][value="{one}"]').check(force=True)
                case "file":
                    field.set_input_files(value)
                case "select-one":
                    field.select_option(str(value))
                case _:
                    field.fill(str(value))

    def choose(self, **fields: str) -> None:
        """Choose from lists what begins with these words, as somebody reads it."""
        for name, words in fields.items():
            listed = self.page.locator(f'main [name="{name}"] option', has_text=words).first
            self.page.locator(f'main [name="{name}"]').select_option(listed.get_attribute("value"))

    def submit(self) -> None:
        """Press the one blue button of the form."""
        self.page.locator("main form button.large.primary").last.click()

    def leave(self, *, small: bool = False) -> None:
        """Nobody is signed in any more."""
        self.page.context.clear_cookies()
        self.page.set_viewport_size(SMALL if small else WIDE)

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=_(label), exact=True).last.click()

    def follow(self, label: str) -> None:
        self.page.get_by_role("link", name=_(label)).first.click()

    def confirm(self, dialog: str, **fields: object) -> None:
        """Press the button that asks, fill in what it asks for, and say yes."""
        self.page.locator(f'[data-dialog-open="{dialog}"]').first.click()
        self.fill(**fields)
        self.page.locator(f"#{dialog} button").last.click()

    # Eyes

    def sees(self, words: str, **values: object) -> None:
        """These words stand on the page, or will in a moment."""
        self.page.get_by_text(_(words) % values if values else _(words)).first.wait_for()

    def sees_state(self, thing: Model, state: str) -> None:
        """The heading says the state that the database has."""
        field = type(thing)._meta.get_field("state")
        self.page.locator("h1", has_text=str(dict(field.choices)[state])).wait_for()
        thing.refresh_from_db(fields=["state"])
        assert thing.state == state

    def tiles(self) -> list[str]:
        return self.page.locator(".p-stats strong").all_inner_texts()

    def look(self, name: str) -> None:
        look(self.page, f"chain-{name}")

    @property
    def number(self) -> int:
        """The id in the address of the page."""
        return next(int(part) for part in self.page.url.split("/") if part.isdigit())


def did(user: User, *verbs: str) -> None:
    """The history names this person, in this role, as the last who did each of these things."""
    for verb in verbs:
        event = AuditEvent.objects.filter(verb=verb).order_by("-pk").first()
        assert event is not None, verb
        assert (event.actor_id, event.role) == (user.pk, user.role), f"{verb}: {event.actor} as {event.role}"
