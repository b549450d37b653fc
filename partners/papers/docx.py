"""A paper as DOCX, by python-docx. It names Batang, the face of Korean papers, which every office has."""

import io
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from partners.papers.content import Paper, Signature, Table

FONT = "바탕"
INDENT = (0, 8, 13)  # mm by the level of a line
CENTER = WD_ALIGN_PARAGRAPH.CENTER


def make_docx(paper: Paper) -> bytes:
    document = docx.Document()
    _set_up(document, paper)
    _say(document, paper.title, size=20, bold=True, align=CENTER, after=24)
    _say(document, paper.preamble, after=10)
    for article in paper.articles:
        opening = _say(document, article.title, bold=True, before=8)
        opening.style = document.styles["Heading 2"]
        if article.opening:
            _run(opening, f" {article.opening}")
        for line in article.rest:
            _say(document, line.text, indent=INDENT[line.level] or 5)
    _say(document, paper.closing, before=16).paragraph_format.keep_with_next = True
    _say(document, paper.day, size=13, align=CENTER, before=16, after=16).paragraph_format.keep_with_next = True
    _sign(document, paper.signatures)
    if paper.annex:
        _append(document, paper.annex)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _set_up(document: Any, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(28)
    section.top_margin, section.bottom_margin = Mm(30), Mm(25)
    for name, size in (("Normal", 11.5), ("Heading 1", 20), ("Heading 2", 11.5)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), None
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    document.core_properties.title, document.core_properties.author = paper.title, paper.author
    document.core_properties.comments, document.core_properties.language = "", "ko-KR"


def _say(
    where: Any, text: str, *, size: float | None = None, bold: bool = False, align: Any = None,
    indent: float = 0, before: float = 0, after: float = 3,
) -> Any:  # fmt: skip
    paragraph = where.add_paragraph()
    _run(paragraph, text, size=size, bold=bold)
    shape = paragraph.paragraph_format
    shape.alignment, shape.line_spacing = align, 1.5
    shape.left_indent, shape.space_before, shape.space_after = Mm(indent), Pt(before), Pt(after)
    return paragraph


def _run(paragraph: Any, text: str, *, size: float | None = None, bold: bool = False) -> None:
    run = paragraph.add_run(text)
    run.bold, run.font.name = bold, FONT
    run.font.size = Pt(size) if size else None
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)


def _sign(document: Any, signatures: list[Signature]) -> None:
    """Two beside each other, row after row."""
    grid = document.add_table(rows=(len(signatures) + 1) // 2, cols=2)
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    for number, one in enumerate(signatures):
        cell = grid.rows[number // 2].cells[number % 2]
        cell.paragraphs[0].alignment = CENTER
        _run(cell.paragraphs[0], one.organization, size=13, bold=True)
        _say(cell, one.written, align=CENTER, after=22)


def _append(document: Any, annex: Table) -> None:
    document.add_page_break()
    _say(document, annex.heading, size=12, bold=True, after=8)
    table = document.add_table(rows=1, cols=len(annex.columns), style="Table Grid")
    table.autofit = False
    _repeat(table.rows[0])
    for row, bold in [(annex.columns, True), *((row, False) for row in annex.rows)]:
        cells = table.rows[0].cells if bold else table.add_row().cells
        for cell, text, width in zip(cells, row, annex.widths, strict=True):
            cell.width = Mm(154 * width / sum(annex.widths))
            cell.paragraphs[0].alignment = CENTER if bold else None
            _run(cell.paragraphs[0], text, size=10, bold=bold)
    _say(document, "끝.", before=6)


def _repeat(row: Any) -> None:
    """The head of the table stands on each of its pages."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
