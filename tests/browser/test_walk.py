"""A walk through every page of the access table in a browser, as one who may see it."""

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Error, Page

from tests.access import Row, world
from tests.access.test_access import TABLES, signed_in
from tests.browser import SMALL, WIDE, assert_accessible, set_mode, violations
from tests.browser.test_words import PAGES, visit


@pytest.fixture
def whole_world(transactional_db) -> SimpleNamespace:
    """The world of the access table, for the live server to see."""
    built = world.build()
    for module in TABLES:
        getattr(module, "extend", lambda w: None)(built)
    signed_in(built)
    return built


def walk(page: Page, w: SimpleNamespace, base_url: str) -> Iterator[tuple[Row, str | None]]:
    """Open page after page, each with the session of one who may see it; files are left out."""
    for row in PAGES:
        address, cookie = visit(row, w)
        page.context.clear_cookies()
        if cookie:
            page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": base_url}])
        with contextlib.suppress(Error):  # a file is saved instead
            answer = page.goto(address)
            assert answer.status == 200, f"{row}: {answer.status}"
            if answer.headers["content-type"].startswith("text/html"):
                yield row, cookie


def too_wide(page: Page) -> list[str]:
    """What does not fit at the width of the window, and at the other one, which it keeps."""
    found = []
    for size in (page.viewport_size, SMALL if page.viewport_size == WIDE else WIDE):
        page.set_viewport_size(size)
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        if wide > size["width"]:
            found.append(f"{wide} wide at {size['width']}")
    return found


def test_every_page_is_accessible_and_fits(page, whole_world, live_server):
    """Each page at both widths; axe in one of the four looks, another one from page to page."""
    found, titles = {}, defaultdict(set)
    for number, (row, cookie) in enumerate(walk(page, whole_world, live_server.url)):
        titles[cookie, page.title()].add(row.name)
        faults = too_wide(page)
        if number // 2 % 2:
            set_mode(page, "high-contrast")
        if faults := faults + violations(page):
            found[f"{row} {page.url}"] = faults

    assert found == {}
    doubled = [(title, sorted(names)) for (_who, title), names in titles.items() if len(names) > 1]
    assert not doubled, doubled


@pytest.mark.slow
def test_every_page_is_accessible_in_every_look(page, whole_world, live_server):
    for _row, _cookie in walk(page, whole_world, live_server.url):
        assert_accessible(page)
