"""The register as a file: exactly what the list shows, recorded like every download."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from portal.accounts.models import Membership
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord
from portal.reports.models import Export
from tests.factories import make_agreement, make_member
from tests.workers import drain

# The job reads in a transaction of its own isolation, so the tests commit.
pytestmark = pytest.mark.django_db(transaction=True)
REASON = "의회에 제출할 협약 목록입니다"


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL, name="이정원")


@pytest.fixture
def city(official):
    return official.acting.organization


@pytest.fixture
def browser(sign_in, official):
    return sign_in(official)


def ask(browser, query="", **data):
    answer = browser.post(f"{reverse('reports:register-export')}?{query}", {"format": "xlsx", "reason": REASON, **data})
    assert answer.status_code == 302, answer.context["form"].errors
    drain()
    return Export.objects.latest("pk")


def taken(browser, export):
    answer = browser.post(reverse("reports:export-download", args=[export.pk]))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def three(city):
    make_agreement(
        host=city, number="2026-001", title="=협약", signed_on=date(2026, 3, 12), burden_amount=5, has_burden=True
    )
    make_agreement(host=city, number="2026-002", title="둘", state="draft", signed_on=date(2019, 12, 1),
                   signed_precision="month")  # fmt: skip
    make_agreement(host=city, number="2026-003", title="셋", state="draft", signed_on=None)
    make_agreement(title="남의 것", state="draft", signed_on=None)


def test_the_file_has_the_rows_the_columns_and_the_order_of_the_list(browser, city):
    three(city)

    export = ask(browser, "state=draft&columns=number&columns=signed&sort=-number&page=2")

    sheet = openpyxl.load_workbook(io.BytesIO(taken(browser, export))).active
    rows = [row for row in sheet.iter_rows(values_only=True) if any(row)]
    head = rows.index(("협약명", "관리번호", "체결일"))
    assert rows[head + 1 :] == [("셋", "2026-003", None), ("둘", "2026-002", "2019. 12. (날짜 미상)")]
    said = "\n".join(str(row[0]) for row in rows[:head])
    for words in ("협약 관리대장", "기준일", str(city), "상태: 검토중", REASON, "이정원"):
        assert words in said
    assert (export.rows, export.get_kind_display()) == (2, "협약 관리대장")
    assert AccessRecord.objects.filter(action="export.downloaded", people=2, reason=REASON).count() == 1


def test_dates_and_amounts_are_dates_and_numbers_and_no_text_calculates(browser, city):
    three(city)

    sheet = openpyxl.load_workbook(
        io.BytesIO(taken(browser, ask(browser, "q=협약&columns=signed&columns=amount&columns=state")))
    ).active  # fmt: skip

    row = list(sheet[sheet.max_row])
    assert [cell.value if cell.column == 1 else type(cell.value).__name__ for cell in row] == [
        "=협약",
        "str",
        "datetime",
        "int",
    ]
    assert row[0].data_type == "s"


def test_as_csv(browser, city):
    three(city)

    export = ask(browser, "sort=number&columns=number&columns=signed", format="csv")

    content = taken(browser, export)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[1:] == [
        ["'=협약", "2026-001", "2026-03-12"],
        ["둘", "2026-002", "2019. 12. (날짜 미상)"],
        ["셋", "2026-003", ""],
    ]
    assert export.name.endswith(".csv")


def test_a_reason_is_needed_and_what_was_typed_stays(browser):
    answer = browser.post(reverse("reports:register-export"), {"format": "csv", "reason": "그냥"})

    assert answer.status_code == 422
    assert "그냥" in answer.content.decode()
    assert not Export.objects.exists()


def test_who_has_lost_the_role_gets_no_file(browser, official, city):
    three(city)
    export = ask(browser)
    Membership.objects.filter(user=official).update(role=Role.INSTRUCTOR)

    assert browser.post(reverse("reports:export-download", args=[export.pk])).status_code in (403, 404)


def test_a_colleague_does_not_get_it(browser, city, sign_in):
    three(city)
    export = ask(browser)
    colleague = sign_in(make_member(Role.OFFICIAL, city))

    assert colleague.get(export.get_absolute_url()).status_code == 404


def test_my_files_lead_back_to_the_same_list(browser, city):
    three(city)
    export = ask(browser, "state=draft")

    assert export.again_url.endswith("?state=draft")
    page = browser.get(reverse("reports:export-list")).content.decode()
    assert export.again_url in page
    assert "협약 관리대장" in browser.get(export.get_absolute_url()).content.decode()
