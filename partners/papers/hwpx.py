"""A paper as HWPX (KS X 6101), the format of Korean offices, by python-hwpx.

Two of its pitfalls: `set_cell_text` is quadratic, so cells are written one by one; and its empty document
carries a stranger's name, which is overwritten.
"""

from datetime import UTC, datetime
from typing import Any

from hwpx import HwpxDocument

from partners.papers.content import Paper, Signature, Table

FONT = "바탕"
INDENT = (0, 8, 13)  # mm by the level of a line


def make_hwpx(paper: Paper) -> bytes:
    document = HwpxDocument.new()
    document.page.setup(paper_size="A4", margins_mm={"left": 28, "right": 28, "top": 20, "bottom": 15})
    _name(document, paper)
    _say(document, paper.title, size=20, bold=True, align="CENTER", after=24)
    _say(document, paper.preamble, after=10)
    for article in paper.articles:
        opening = f" {article.opening}" if article.opening else ""
        _say(document, article.title, bold=True, before=8, rest=opening)
        for line in article.rest:
            _say(document, line.text, indent=INDENT[line.level] or 5)
    _say(document, paper.closing, before=16)
    day = _say(document, paper.day, size=13, align="CENTER", before=16, after=16)
    _sign(document, paper.signatures, centred=day.para_pr_id_ref)
    if paper.annex:
        _append(document, paper.annex)
    document.page.set_page_number(prefix="- ", suffix=" -")
    made = document.to_bytes()
    document.close()
    return made


def _name(document: Any, paper: Paper) -> None:
    document.parts.clear_document_metadata()
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    document.parts.set_document_metadata(title=paper.title, creator=paper.author, created_date=now, modified_date=now)


def _style(document: Any, *, size: float, bold: bool = False) -> str:
    return str(document.styles.ensure_run(font=FONT, size=size, bold=bold))


def _say(
    document: Any, text: str, *, size: float = 11.5, bold: bool = False, align: str = "JUSTIFY",
    indent: float = 0, before: float = 0, after: float = 3, page: bool = False, rest: str = "",
) -> Any:  # fmt: skip
    paragraph = document.add_paragraph(text, char_pr_id_ref=_style(document, size=size, bold=bold), inherit_style=False)
    if rest:
        paragraph.add_run(rest, char_pr_id_ref=_style(document, size=size))
    document.styles.apply_paragraph_format(
        paragraph_index=len(document.paragraphs) - 1, alignment=align, line_spacing_percent=170,
        indent_left_mm=indent, spacing_before_pt=before, spacing_after_pt=after, page_break_before=page,
    )  # fmt: skip
    return paragraph


def _sign(document: Any, signatures: list[Signature], *, centred: str) -> None:
    """Two beside each other, row after row, in a table without lines."""
    if not signatures:
        return
    bare = document.styles.ensure_border_fill(active_borders=[])
    grid = document.add_table((len(signatures) + 1) // 2, 2, border_fill_id_ref=bare)
    for number, one in enumerate(signatures):
        cell = grid.rows[number // 2].cells[number % 2]
        cell.paragraphs[0].para_pr_id_ref = centred
        cell.paragraphs[0].add_run(one.organization, char_pr_id_ref=_style(document, size=13, bold=True))
        cell.add_paragraph(one.written, para_pr_id_ref=centred, char_pr_id_ref=_style(document, size=11.5))


def _append(document: Any, annex: Table) -> None:
    _say(document, annex.heading, size=12, bold=True, after=8, page=True)
    table = document.add_table(len(annex.rows) + 1, len(annex.columns))
    table.set_column_widths(annex.widths)
    plain, strong = _style(document, size=10), _style(document, size=10, bold=True)
    for row, texts in zip(table.rows, [annex.columns, *annex.rows], strict=True):
        style = strong if texts is annex.columns else plain
        for cell, text in zip(row.cells, texts, strict=True):
            cell.paragraphs[0].add_run(text, char_pr_id_ref=style)
    _say(document, "끝.", before=6)
