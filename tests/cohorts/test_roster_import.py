"""The office's own list, from the upload to the applications."""

import csv
import io
import pathlib
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cohorts.models import Application, Consent, Person, RosterImport, RosterLine
from cohorts.states import ApplicationState
from portal.accounts.models import Invitation
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from tests.factories import make_cohort, make_member
from tests.workers import drain

pytestmark = pytest.mark.django_db
DATA = pathlib.Path(__file__).parent.parent / "data"
KST = timezone.get_default_timezone()
with (DATA / "applicants.expected.csv").open(encoding="utf-8") as file:
    EXPECTED = {int(row["row"]): (row["outcome"], row["reason"]) for row in csv.DictReader(file)}


@pytest.fixture
def cohort():
    """The cohort of the real file: 14 April 2026, 18:00, the stated minute included; 18 to 34; Daegu."""
    return make_cohort(
        tracks={"일반": 80, "심화": 20},
        apply_opens_at=datetime(2026, 3, 20, 9, tzinfo=KST),
        apply_closes_at=datetime(2026, 4, 14, 18, 1, tzinfo=KST),
        starts_on=date(2026, 5, 4),
    )


@pytest.fixture
def official(cohort, sign_in):
    user = make_member(Role.OFFICIAL, cohort.host)
    sign_in(user)
    return user


def send(client, cohort, content: bytes, name: str) -> RosterImport:
    """Upload a file on the screen and let its job read it."""
    upload = SimpleUploadedFile(name, content)
    answer = client.post(reverse("cohorts:roster-list", args=[cohort.pk]), {"file": upload})
    assert answer.status_code == 302, answer.context["form"].errors
    drain()
    return RosterImport.objects.latest("pk")


def confirm(client, roster: RosterImport) -> RosterImport:
    client.post(reverse("cohorts:roster-confirm", args=[roster.pk]))
    drain()
    roster.refresh_from_db()
    return roster


def outcomes(roster: RosterImport) -> dict[int, tuple[str, str]]:
    return {line.number: (line.outcome, line.reason) for line in roster.lines.all()}


def real(name: str) -> bytes:
    return (DATA / name).read_bytes()


def test_the_real_file_is_judged_as_expected_and_taken_in(client, cohort, official):
    roster = send(client, cohort, real("applicants.xlsx"), "지원자.xlsx")

    assert outcomes(roster) == EXPECTED
    page = client.get(roster.get_absolute_url())
    assert page.context["listing"].total == 412
    assert not Application.objects.exists()

    roster = confirm(client, roster)

    taken = {"ok": ApplicationState.SUBMITTED, "ineligible": ApplicationState.INELIGIBLE}
    by_outcome = {state: sum(outcome == key for outcome, _ in EXPECTED.values()) for key, state in taken.items()}
    found = {state: Application.objects.filter(cohort=cohort, state=state).count() for state in by_outcome}
    assert (roster.state, found) == (RosterImport.State.APPLIED, by_outcome)
    assert AuditEvent.objects.filter(verb="application.received").count() == sum(by_outcome.values())
    assert Consent.objects.filter(channel="paper").count() == Person.objects.count()
    assert Application.objects.filter(receipt_number__startswith="26-").count() == Application.objects.count()


def test_the_csv_of_korean_excel_is_judged_as_expected(client, cohort, official):
    roster = send(client, cohort, real("applicants_cp949.csv"), "지원자.csv")

    assert outcomes(roster) == {number: EXPECTED[number] for number in range(1, 61)}


def test_columns_in_another_order_under_other_headings_on_another_sheet(client, cohort, official):
    source = openpyxl.load_workbook(DATA / "applicants.xlsx").active
    rows = list(source.iter_rows(values_only=True))
    start = next(at for at, row in enumerate(rows) if "성명" in row)
    other = {"성명": "이름", "생년월일": "생일", "휴대전화": "핸드폰"}
    book = openpyxl.Workbook()
    book.active.append(["이 시트는 안내입니다"])
    sheet = book.create_sheet("명단")
    for at, row in enumerate(rows[start:]):
        turned = list(reversed(row))
        sheet.append([other.get(cell, cell) for cell in turned] if at == 0 else turned)
    for row in sheet.iter_rows():
        for cell in row:
            cell.data_type = "s" if cell.data_type == "f" else cell.data_type  # text that looks like a formula
    file = io.BytesIO()
    book.save(file)

    roster = send(client, cohort, file.getvalue(), "다른 양식.xlsx")

    assert outcomes(roster) == EXPECTED


def test_the_same_file_twice_changes_nothing(client, cohort, official):
    confirm(client, send(client, cohort, real("applicants_cp949.csv"), "a.csv"))
    before = (
        Application.objects.count(),
        Person.objects.count(),
        AuditEvent.objects.filter(verb__startswith="app").count(),
    )

    again = send(client, cohort, real("applicants_cp949.csv"), "b.csv")
    page = client.get(again.get_absolute_url())
    answer = client.post(reverse("cohorts:roster-confirm", args=[again.pk]), follow=True)
    drain()

    assert not page.context["roster"].takes_anything
    assert "0" in str(next(iter(answer.context["messages"])))
    after = (
        Application.objects.count(),
        Person.objects.count(),
        AuditEvent.objects.filter(verb__startswith="app").count(),
    )
    assert after == before


def test_a_corrected_row_changes_that_application_alone(client, cohort, official):
    confirm(client, send(client, cohort, real("applicants_cp949.csv"), "a.csv"))
    corrected = real("applicants_cp949.csv").decode("cp949").replace("경제학", "통계학", 1).encode("cp949")

    roster = send(client, cohort, corrected, "b.csv")
    assert roster.counts["changed"] == 1
    roster = confirm(client, roster)

    event = AuditEvent.objects.get(verb="application.changed")
    assert event.after == {"fields": ["major"]}
    assert Application.objects.get(pk=event.object_id).major == "통계학"


def test_the_page_that_waits_loads_anew_once_the_rows_are_there(client, cohort, official):
    roster = send(client, cohort, real("applicants.xlsx"), "지원자.xlsx")

    asks = {"HX-Request": "true", "HX-Target": "job-progress"}
    filters = {"HX-Request": "true", "HX-Target": "rows"}
    assert client.get(roster.get_absolute_url(), headers=asks).headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in client.get(roster.get_absolute_url(), headers=filters).headers


def test_two_confirmations_take_it_in_once(client, cohort, official):
    roster = send(client, cohort, real("applicants_cp949.csv"), "a.csv")

    client.post(reverse("cohorts:roster-confirm", args=[roster.pk]))
    second = client.post(reverse("cohorts:roster-confirm", args=[roster.pk]), follow=True)
    drain()

    assert list(second.context["messages"])
    assert Application.objects.count() == roster.counts["new"]


def test_a_row_with_a_resident_number_keeps_nothing(client, cohort, official):
    roster = send(client, cohort, real("applicants.xlsx"), "a.xlsx")

    lines = roster.lines.filter(reason="rrn_forbidden")
    assert lines.count() == 2
    assert all(line.values == {} and line.shown == {} for line in lines)


def test_discarding_deletes_the_rows(client, cohort, official):
    roster = send(client, cohort, real("applicants_cp949.csv"), "a.csv")

    client.post(reverse("cohorts:roster-discard", args=[roster.pk]))

    roster.refresh_from_db()
    assert roster.state == RosterImport.State.DISCARDED
    assert not RosterLine.objects.exists()


def test_rows_not_taken_in_can_be_sent_back(client, cohort, official):
    roster = send(client, cohort, real("applicants.xlsx"), "a.xlsx")

    answer = client.get(reverse("cohorts:roster-left-out", args=[roster.pk]))

    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    numbers = {row[0] for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)}
    assert numbers == {number for number, (outcome, _reason) in EXPECTED.items() if outcome != "ok"}


def test_applicants_are_invited_once_each(client, cohort, official):
    roster = confirm(client, send(client, cohort, real("applicants_cp949.csv"), "a.csv"))

    client.post(reverse("cohorts:roster-invite", args=[roster.pk]))
    drain()
    client.post(reverse("cohorts:roster-invite", args=[roster.pk]))
    drain()

    assert Invitation.objects.count() == Person.objects.count()


def csv_of(*rows: str) -> bytes:
    head = "연번,성명,생년월일,휴대전화,이메일,주소,최종학력,전공,취업상태,지원트랙,지원동기,접수일시"
    return "\r\n".join([head, *rows]).encode("utf-8-sig")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", csv_of()),
        ("a.csv", "아무,제목\r\n1,2".encode()),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"0" * 600),
        ("a.xlsx", b"PK\x03\x04 not a workbook"),
        ("a.pdf", b"%PDF-1.7"),
        ("a.csv", "성명,성명,생년월일,휴대전화,이메일\r\n".encode()),
        ("a.csv", b"\x00\x01\x02\x03" * 100),
    ],
)
def test_a_file_that_is_none_gets_a_sentence(client, cohort, official, name, content):
    upload = SimpleUploadedFile(name, content)
    answer = client.post(reverse("cohorts:roster-list", args=[cohort.pk]), {"file": upload})
    drain()

    if answer.status_code == 422:
        assert answer.context["form"].errors["file"]
    else:
        page = client.get(RosterImport.objects.latest("pk").get_absolute_url())
        assert page.context["roster"].problem
    assert not Application.objects.exists()


@pytest.mark.parametrize("count", [1, 3, 412])
def test_the_preview_costs_the_same_for_any_number_of_rows(client, cohort, official, django_assert_num_queries, count):
    roster = RosterImport.objects.create(
        host=cohort.host, cohort=cohort, name="a.csv", size=1, sha256="0" * 64, state=RosterImport.State.PREVIEW
    )
    lines = [RosterLine(roster=roster, host=cohort.host, number=n, outcome="ok", change="new") for n in range(count)]
    RosterLine.objects.bulk_create(lines)

    with django_assert_num_queries(6):  # session, account, roster, count, rows, access record
        client.get(roster.get_absolute_url())


def test_a_cohort_that_runs_takes_no_roster(client, sign_in):
    cohort = make_cohort(state="running", starts_on=timezone.localdate() - timedelta(days=3))
    sign_in(make_member(Role.OFFICIAL, cohort.host))

    answer = client.post(
        reverse("cohorts:roster-list", args=[cohort.pk]), {"file": SimpleUploadedFile("a.csv", csv_of("1"))}
    )

    assert answer.status_code == 422
    assert not RosterImport.objects.exists()


def test_a_roster_whose_confirmer_has_lost_the_role_is_confirmed_by_another(client, cohort, official, settings):
    settings.MFA_REQUIRED = False
    roster = send(client, cohort, real("applicants_cp949.csv"), "a.csv")
    client.post(reverse("cohorts:roster-confirm", args=[roster.pk]))
    official.memberships.update(ended_at=timezone.now())

    drain()

    roster.refresh_from_db()
    assert (roster.state, Application.objects.count()) == ("preview", 0)
    client.force_login(make_member(Role.OPERATOR, cohort.host))
    assert "다시 확정해 주세요" in client.get(roster.get_absolute_url()).content.decode()
    assert confirm(client, roster).state == "applied"
    assert Application.objects.count() == roster.counts["new"]
