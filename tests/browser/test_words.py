"""Every page of the access table: it speaks one language, and its forms need no script."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client

from portal.common.catalogues import forms_of, homes, kept
from tests.access import ROLES, Row
from tests.access.test_access import TABLE, w  # noqa: F401  # a fixture

NOT_OURS = {"livez", "readyz", "styleguide", "styleguide-list"}  # for machines, and samples
MAIL = {"notify:mail", "notify:inbox-mail", "notify:mail-list", "notify:inbox"}  # in the language of who got it
PAPERS = {"partners:agreement-paper", "partners:amendment-paper"}  # they are Korean, whoever asks
EMPTY = {"area", "br", "col", "hr", "img", "input", "link", "meta", "path", "source", "use", "wbr"}
SPOKEN = ("aria-label", "placeholder", "title", "alt", "label")
CHROME = {"button", "label", "legend", "caption", "h1", "h2", "h3", "dt"}
OTHER_LANGUAGE = {"한국어", "English"}


def viewers(row: Row) -> Iterator[tuple[str, str]]:
    """Who may see the page of a row, those first who work with it most."""
    for relation in ("own", "same", "other"):
        seen = dict(zip(ROLES, getattr(row, relation), strict=True))
        yield from ((relation, role) for role in (*ROLES[1:], ROLES[0]) if seen[role] == 200)
    if row.anonymous == 200:
        yield "", ""


PAGES = [row for row in TABLE if row.method == "GET" and row.name not in NOT_OURS and any(viewers(row))]


def visit(row: Row, world: SimpleNamespace) -> tuple[str, str | None]:
    """The address of a row and the session of one who may see it."""
    relation, role = next(viewers(row))
    cookie = getattr(world, relation)[role].cookie if role else None
    return row.url(world), cookie


# What a page says ----------------------------------------------------------------------


@dataclass
class Form:
    method: str
    submits: bool = False


@dataclass
class Read(HTMLParser):
    """The words, headings and forms of a page. What is marked as in another language than the page is not read."""

    html: str
    words: list[tuple[str, str]] = field(default_factory=list)  # the element, what it says
    forms: list[Form] = field(default_factory=list)
    title: str = ""
    h1: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.spoken: list[str] = []  # the language of each open element
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        inherited = self.spoken[-1] if self.spoken else ""
        language = given.get("lang") or inherited
        if self._reads(language):
            self.words += [(tag, said.strip()) for name in SPOKEN if (said := given.get(name))]
        self.h1 += tag == "h1"
        if tag == "form":
            self.forms.append(Form(given.get("method", "get").lower()))
        if self.forms and "form" in self.open and tag in ("button", "input"):
            kind = given.get("type", "submit" if tag == "button" else "text")
            self.forms[-1].submits |= kind in ("submit", "image")
        if tag not in EMPTY:
            self.open.append(tag)
            self.spoken.append(language)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                self.spoken.pop()
            self.spoken.pop()

    def handle_data(self, data: str) -> None:
        if not (said := " ".join(data.split())) or {"script", "style"} & set(self.open):
            return
        if self.open[-1:] == ["title"] and "svg" not in self.open:
            self.title += said
        if self._reads(self.spoken[-1] if self.spoken else ""):
            self.words.append((self.open[-1] if self.open else "", said))

    def _reads(self, language: str) -> bool:
        return not self.spoken or language == self.spoken[0]


def hangul(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


@cache
def catalogue() -> dict[str, set[str]]:
    """Each English string of our own whose Korean is another, with its Korean."""
    found = defaultdict(set)
    for home in homes():
        for message in kept(home):
            for english in forms_of(message.id):
                found[str(english)] |= {str(said) for said in forms_of(message.string)}
    return {english: korean for english, korean in found.items() if english and english not in korean}


@cache
def korean() -> set[str]:
    """The Korean of our own strings."""
    return {said for english in catalogue().values() for said in english if hangul(said)}


def in_english(words: list[tuple[str, str]]) -> set[str]:
    """What a Korean page says in the English of our catalogues."""
    return {said for _tag, said in words if said in catalogue()} - OTHER_LANGUAGE


def in_korean(words: list[tuple[str, str]]) -> set[str]:
    """What an English page says in the Korean of our catalogues. Names of things (data) are no such strings."""
    return {said for _tag, said in words if said in korean()} - OTHER_LANGUAGE


def faults(page: Read) -> list[str]:
    found = []
    if page.h1 != 1:
        found.append(f"{page.h1} h1")
    if not page.title.partition("|")[0].strip():
        found.append("no title")
    found += [f"a form without a button that submits ({form.method})" for form in page.forms if not form.submits]
    return found


def test_only_what_is_marked_as_another_language_is_passed_over():
    page = Read('<html lang="ko"><p>가<br>나</p><div lang="en"><p title="Title">Save</p></div><p>Send</p></html>')

    assert [said for _tag, said in page.words] == ["가", "나", "Send"]


@pytest.mark.django_db
@pytest.mark.parametrize("row", PAGES, ids=str)
def test_a_page_speaks_one_language_and_works_without_script(row, w):  # noqa: F811
    address, cookie = visit(row, w)
    for language, foreign in (("ko", in_english), ("en", in_korean)):
        client = Client(headers={"Accept-Language": language})
        client.cookies.load({settings.SESSION_COOKIE_NAME: cookie} if cookie else {})
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        answer = client.get(address)
        if not answer.headers["Content-Type"].startswith("text/html"):
            list(answer)  # read, its file is closed
            return
        page = Read(answer.content.decode())

        assert faults(page) == []
        assert foreign(page.words) == set() or row.name in MAIL | PAPERS, language
