"""A browser for the tests: which one, what it may not see in a page, and pictures of it.

    def test_home(page, live_server):
        page.goto(live_server.url)
        assert_accessible(page)

The browser is $CHROMIUM, or chromium or google-chrome on the PATH, or the one of npm, or
Playwright's own. `look(page, "name")` saves pictures of both widths if LOOK names a folder.
"""

import contextlib
import functools
import hashlib
import io
import os
import pathlib
import shutil
import tarfile
from collections.abc import Iterator

import brotli
import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from portal import local

PACKAGE = local.ROOT / "node_modules" / "@sparticuz" / "chromium" / "bin"
AXE = local.ROOT / "node_modules" / "axe-core"
WIDE, SMALL = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def unpacked() -> tuple[pathlib.Path, dict[str, str]] | None:
    """The browser of npm, unpacked once into the state folder, and the libraries it needs."""
    if not (PACKAGE / "chromium.br").exists():
        return None
    packed = (PACKAGE / "chromium.br").stat()
    key = hashlib.sha256(f"{packed.st_size}-{packed.st_mtime_ns}".encode()).hexdigest()[:12]
    home = local.state() / f"chromium-{key}"
    if not home.exists():
        half = home.with_name(f"{home.name}.{os.getpid()}")
        half.mkdir(parents=True)
        (half / "chromium").write_bytes(brotli.decompress((PACKAGE / "chromium.br").read_bytes()))
        (half / "chromium").chmod(0o755)
        for archive in ("al2023.tar.br", "swiftshader.tar.br"):
            if (PACKAGE / archive).exists():
                data = brotli.decompress((PACKAGE / archive).read_bytes())
                with tarfile.open(fileobj=io.BytesIO(data)) as libraries:
                    libraries.extractall(half, filter="data")
        try:
            half.rename(home)
        except OSError:  # another test run was quicker
            shutil.rmtree(half)
    return home / "chromium", {"LD_LIBRARY_PATH": f"{home / 'lib'}:{home}"}


@functools.cache
def program() -> tuple[str | None, dict[str, str]]:
    """The path of the browser (None: Playwright's own) and what to add to its environment."""
    if chosen := os.environ.get("CHROMIUM"):
        return chosen, {}
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found, {}
    if found := unpacked():
        return str(found[0]), found[1]
    return None, {}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    settings.STATICFILES_DIRS.append(("axe", AXE))  # from there the browser keeps it compiled
    path, environment = program()
    flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--font-render-hinting=none"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=path, args=flags, env={**os.environ, **environment}, headless=True
        )
        yield opened
        with contextlib.suppress(Exception):  # a browser that is gone already is closed enough
            opened.close()


def watch(page: Page) -> list[str]:
    """What the console complains of from now on: broken policy, missing files, errors of scripts."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 422" not in message.text and "status of 40" not in message.text:
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


@contextlib.contextmanager
def opened(browser: Browser, base_url: str, **options) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(
        base_url=base_url,
        locale="ko-KR",
        timezone_id="Asia/Seoul",
        reduced_motion="reduce",  # the kit's buttons change colour slowly
        **{"viewport": WIDE} | options,
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints = watch(page)
    try:
        yield page
    finally:
        context.close()
    assert complaints == []


@pytest.fixture
def page(browser: Browser, live_server) -> Iterator[Page]:
    """A page with script, 1280 wide; the test fails if the console complained."""
    with opened(browser, live_server.url) as one:
        yield one


@pytest.fixture
def plain_page(browser: Browser, live_server) -> Iterator[Page]:
    """A page without script."""
    with opened(browser, live_server.url, java_script_enabled=False) as one:
        yield one


def sign_in(page: Page, client, user, base_url: str) -> None:
    """Sign `user` in, by the session that the test client makes."""
    client.force_login(user)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base_url}])


SET_MODE = """async mode => {
  document.documentElement.setAttribute("data-krds-mode", mode);
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  await Promise.allSettled(document.getAnimations().map(one => one.finished));
}"""


def set_mode(page: Page, mode: str) -> None:
    """Put on a mode ("" or "high-contrast") and wait until no colour moves any more."""
    page.evaluate(SET_MODE, mode)


# The browser keeps a script of a page compiled; what a test evaluates it reads anew each time. Without
# preloading axe does not fetch the style sheets again: only its rule on the orientation of a telephone
# would read them, and tests/browser/test_shell.py does.
EXAMINE = """async ([only, within]) => {
  if (!window.axe) await new Promise((done, failed) => {
    const script = document.createElement("script");
    Object.assign(script, {src: "/static/axe/axe.min.js", onload: done, onerror: failed});
    document.head.append(script);
  });
  return (await axe.run(within, {runOnly: only, resultTypes: ["violations"], preload: false})).violations;
}"""
COLOURS = ["color-contrast", "link-in-text-block"]
# What stands around the content of a page is half of its elements, and the same on page after page.
SHELL = ["#krds-skip-link", ".p-header", "#drawer", ".p-footer"]
SHAPE = """shell => {
  const parts = [...document.querySelectorAll(shell.map(part => `${part}, ${part} *`).join())];
  const current = new Set(parts.map(one => one.ariaCurrent));
  const shape = parts.map(one => [one.tagName, one.className, one.open].join(" "));
  return [document.documentElement.dataset.krdsMode, document.documentElement.lang, innerWidth, ...current, ...shape].join();
}"""
_examined: set[tuple[bool, str]] = set()  # shells without a fault


def violations(page: Page, *, only_colours: bool = False) -> list[str]:
    """What axe-core finds against WCAG A and AA, one line per kind; a shell like one before is passed over.

    Alike are shells of the same elements at the same width, in the same mode and language.
    """
    shape = (only_colours, page.evaluate(SHAPE, SHELL))
    within = {"exclude": [[part] for part in SHELL]} if shape in _examined else {"include": [["html"]]}
    only = {"type": "rule", "values": COLOURS} if only_colours else {"type": "tag", "values": RULES}
    found = [
        f"{one['id']} ({one['impact']}): {[node['target'][0] for node in one['nodes'][:3]]} {one['help']}"
        for one in page.evaluate(EXAMINE, [only, within])
        if one["impact"] in {"serious", "critical"}
    ]
    if not found:
        _examined.add(shape)
    return found


def assert_accessible(page: Page) -> None:
    """At both widths and in both modes, nothing for axe-core to say and no sideways scrolling.

    A mode changes colours and nothing else, so only they are looked at again. Of a page with script only.
    """
    page.wait_for_load_state()  # a click does not wait for the page it leads to
    before = page.viewport_size
    for size in (WIDE, SMALL):
        page.set_viewport_size(size)
        for mode in ("", "high-contrast"):
            set_mode(page, mode)
            where = f"{page.url} at {size['width']} {mode}"
            assert not (found := violations(page, only_colours=bool(mode))), f"{where}: {found}"
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= size["width"], f"{page.url}: {wide} wide at {size['width']}"
    page.evaluate("() => document.documentElement.removeAttribute('data-krds-mode')")
    page.set_viewport_size(before or WIDE)


def look(page: Page, name: str, *, high_contrast: bool = False) -> None:
    """Save pictures of the whole page at both widths into the folder that LOOK names."""
    if not (folder := os.environ.get("LOOK")):
        return
    if high_contrast:
        set_mode(page, "high-contrast")  # waits for a picture, which never comes in a page without script
    for size in (WIDE, SMALL):
        page.set_viewport_size(size)
        page.wait_for_timeout(100)
        tail = "-high-contrast" if high_contrast else ""
        page.screenshot(path=f"{folder}/{name}-{size['width']}{tail}.png", full_page=True)
    if high_contrast:
        set_mode(page, "")
    page.set_viewport_size(WIDE)
