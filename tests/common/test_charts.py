"""Charts: what is drawn, and what odd numbers do to them."""

from decimal import Decimal
from itertools import pairwise

import pytest
from django.template import Context, Template

from portal.common.templatetags.charts import BOTTOM, Tick, apart, scale_top


def drawn(tag: str, **context) -> str:
    return Template("{% load charts %}" + tag).render(Context(context))


BARS = "{% bar_chart '지원자' rows desc='가장 많다' unit='명' %}"


@pytest.mark.parametrize("rows", [[], [("1월", 0)], [("1월", None)], [("1월", 10**12)], [("1월", Decimal("0.5"))]])
def test_odd_numbers_are_drawn(rows):
    assert 'role="img"' in drawn(BARS, rows=rows)


def test_every_number_can_be_read_as_a_table():
    html = drawn(BARS, rows=[("1월", 1234), ("2월", None)])
    assert '<th scope="row">1월</th><td class="p-right">1,234</td>' in html
    assert '<th scope="row">2월</th><td class="p-right">–</td>' in html
    assert html.count("<rect") == 1


def test_labels_cannot_break_out():
    assert "<script" not in drawn(BARS, rows=[("<script>", 1)])


def test_a_line_is_interrupted_where_nothing_was_measured():
    rows = [("1주", [90]), ("2주", [None]), ("3주", [80])]
    html = drawn("{% line_chart '출석률' series rows desc='낮아진다' %}", series=["출석률"], rows=rows)
    assert html.count("M") - html.count("MM") == 2
    assert html.count("<circle") == 2


def test_the_parts_of_a_column_stand_upon_each_other():
    rows = [("1기", [60, 20])]
    html = drawn("{% stacked_chart '결과' series rows desc='많다' %}", series=["수료", "미수료"], rows=rows)
    assert html.count("<rect") == 2
    assert ">80</text>" in html


def test_a_funnel_says_the_share_of_its_beginning():
    html = drawn("{% funnel_chart '여정' rows desc='절반' %}", rows=[("지원", 200), ("합격", 100)])
    assert "100 (50%)" in html


@pytest.mark.parametrize(
    ("highest", "top", "step"), [(0, 1, 1), (3, 3, 1), (203, 300, 100), (97, 100, 50), (0.4, 0.4, 0.1)]
)
def test_the_axis_ends_at_a_round_number(highest, top, step):
    assert scale_top(highest) == pytest.approx((top, step))


def test_the_numbers_of_lines_that_end_low_stand_apart_within_the_picture():
    placed = [label.y for label in apart([Tick(600, y, "") for y in (240, 238, 243)])]

    assert all(below - above >= 26 for above, below in pairwise(placed))
    assert max(placed) <= BOTTOM + 5
