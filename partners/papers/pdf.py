"""A paper as a tagged PDF, set by typst in a font that has every syllable."""

import json
import pathlib
from dataclasses import asdict
from typing import Any, cast

import typst
from django.conf import settings

from partners.papers.content import Paper

TEMPLATE = pathlib.Path(__file__).with_name("paper.typ")
# No full Korean font has these; both stand for what they show.
STAND_INS = str.maketrans({"㎡": "m²", "㎞": "km", "㎏": "kg", "％": "%"})


def make_pdf(paper: Paper) -> bytes:
    return cast(bytes, typst.compile(**settings_of(paper), format="pdf", pdf_standards="ua-1"))


def settings_of(paper: Paper) -> dict[str, Any]:
    """What typst is told, whatever it makes of the paper."""
    return {
        "input": TEMPLATE,
        "root": TEMPLATE.parent,
        "ignore_system_fonts": True,
        "font_paths": [settings.BASE_DIR / "vendor" / "fonts"],
        "sys_inputs": {"paper": as_json(paper)},
    }


def as_json(paper: Paper) -> str:
    articles = [
        {"title": article.title, "opening": article.opening, "rest": [asdict(line) for line in article.rest]}
        for article in paper.articles
    ]
    return json.dumps(asdict(paper) | {"articles": articles}, ensure_ascii=False).translate(STAND_INS)
