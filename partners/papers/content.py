"""What a paper says, before it is set as PDF, DOCX or HWPX (협약서, domain.md section 4). Papers are in Korean."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from portal.common.exceptions import ActionRefused

# To be filled in by hand; of spaces that no line breaks at and nothing runs together.
BLANK_DAY = "20\u00a0\u00a0\u00a0.\u00a0\u00a0\u00a0.\u00a0\u00a0\u00a0."
BLANK = "(" + "\u00a0" * 24 + ")"
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
HEADING, CLOSING, REFERENCE = "# ", "---", "조:"
LETTERS = "가나다라마바사아자차카타파하"


@dataclass(frozen=True)
class Line:
    """A paragraph. `level`: 0 for 항, 1 for 호 (1.), 2 for 목 (가.)."""

    text: str
    level: int = 0


@dataclass(frozen=True)
class Article:
    number: int
    heading: str
    lines: list[Line]

    @property
    def title(self) -> str:
        return f"제{self.number}조({self.heading})"

    @property
    def opening(self) -> str:
        """What stands beside the title; a list begins beneath it."""
        return self.lines[0].text if self.lines and self.lines[0].level == 0 else ""

    @property
    def rest(self) -> list[Line]:
        return self.lines[1:] if self.opening else self.lines


@dataclass(frozen=True)
class Signature:
    organization: str
    title: str
    name: str

    @property
    def written(self) -> str:
        """시장  홍 길 동  (서명)"""
        name = " ".join(self.name) if len(self.name) <= 4 else self.name
        return "  ".join(filter(None, [self.title, name or "\u00a0" * 16, "(서명)"]))


@dataclass(frozen=True)
class Table:
    heading: str
    columns: list[str]
    widths: list[int]  # parts of the width of the page
    rows: list[list[str]]


@dataclass(frozen=True)
class Paper:
    title: str
    preamble: str
    articles: list[Article]
    closing: str
    day: str
    signatures: list[Signature]
    annex: Table | None = None
    author: str = ""  # whose metadata the file carries


def korean_day(day: date | None) -> str:
    """2026. 4. 13., as official papers write it; a blank for a day not known."""
    return f"{day.year}. {day.month}. {day.day}." if day else BLANK_DAY


Values = Mapping[str, str | list[Line]]


def written(body: str, values: Values) -> tuple[str, list[Article], str]:
    """Preamble, articles and closing of a template, its placeholders filled in."""
    preamble, articles, closing = _parts(body)
    numbers = {heading: number for number, (heading, _lines) in enumerate(articles, start=1)}
    fill = _filler(values, numbers)
    made = [
        Article(number, heading, [line for text in lines for line in _expanded(text, values, fill)])
        for number, (heading, lines) in enumerate(articles, start=1)
    ]
    return fill(" ".join(preamble)), made, fill(" ".join(closing))


def refuse_bad_template(body: str, known: set[str]) -> None:
    """A template that names what no paper has, or an article it lacks, is not kept."""
    from django.utils.translation import gettext as _

    _preamble, articles, _closing = _parts(body)
    if not articles:
        raise ActionRefused(_("Begin each article with a line like “# 목적”; there is none yet."), "body")
    headings = {heading for heading, _lines in articles}
    for name in PLACEHOLDER.findall(body):
        there = name.removeprefix(REFERENCE) in headings if name.startswith(REFERENCE) else name in known
        if not there:
            raise ActionRefused(_("“{%(name)s}” is no placeholder of this paper.") % {"name": name}, "body")


def _parts(body: str) -> tuple[list[str], list[tuple[str, list[str]]], list[str]]:
    main, _line, closing = body.partition(f"\n{CLOSING}\n")
    preamble: list[str] = []
    articles: list[tuple[str, list[str]]] = []
    for text in filter(None, (text.strip() for text in main.splitlines())):
        if text.startswith(HEADING):
            articles.append((text.removeprefix(HEADING).strip(), []))
        else:
            (articles[-1][1] if articles else preamble).append(text)
    return preamble, articles, [text.strip() for text in closing.splitlines() if text.strip()]


def _filler(values: Values, numbers: Mapping[str, int]) -> Callable[[str], str]:
    def one(found: re.Match[str]) -> str:
        name = found[1]
        if name.startswith(REFERENCE):
            heading = name.removeprefix(REFERENCE)
            return f"제{numbers[heading]}조" if heading in numbers else BLANK
        value = values.get(name, BLANK)
        return ", ".join(line.text for line in value) if isinstance(value, list) else value

    return lambda text: PLACEHOLDER.sub(one, text)


def _expanded(text: str, values: Values, fill: Callable[[str], str]) -> list[Line]:
    """A line that is one placeholder for a list becomes that list."""
    alone = PLACEHOLDER.fullmatch(text)
    value = values.get(alone[1]) if alone else None
    if isinstance(value, list):
        return value
    return [Line(part) for part in fill(text).splitlines() if part.strip()]


def numbered(texts: list[str], level: int = 1) -> list[Line]:
    """1., 2., … of level 1, or 가., 나., … of level 2."""
    marks = [f"{n}." if level == 1 else f"{LETTERS[(n - 1) % len(LETTERS)]}." for n in range(1, len(texts) + 1)]
    return [Line(f"{mark} {text}", level) for mark, text in zip(marks, texts, strict=True)]
