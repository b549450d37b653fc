"""An office's old register, from the upload to the agreements."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from partners.forms.imports import StrangersForm
from partners.models import Agreement, CouncilAct, OrdinanceProfile, Organization, RegisterImport, RegisterLine
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.jobs.models import Job
from tests.factories import make_agreement, make_company, make_member, make_organization
from tests.registers import csv_of, nasty, rows, workbook
from tests.workers import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return make_organization(name="한빛시")


@pytest.fixture
def official(city):
    return make_member(Role.OFFICIAL, city, name="이정원")


@pytest.fixture
def browser(sign_in, official):
    return sign_in(official)


def send(browser, content: bytes, name: str = "대장.xlsx") -> RegisterImport:
    answer = browser.post(reverse("partners:register-import-list"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.context["form"].errors
    drain()
    return RegisterImport.objects.latest("pk")


def decide(browser, source: RegisterImport, **answers):
    """As guessed, but for the names in `answers`."""
    form = StrangersForm(source=source)
    kinds = {one["name"]: f"new:{one['kind']}" for one in source.organizations} | answers
    sent = {field: kinds[name] for field, name in form.names.items()}
    return browser.post(reverse("partners:register-import-decide", args=[source.pk]), sent)


def confirm(browser, source: RegisterImport) -> RegisterImport:
    decide(browser, source)
    browser.post(reverse("partners:register-import-confirm", args=[source.pk]))
    drain()
    source.refresh_from_db()
    return source


def simple(*lines, headings=("관리번호", "협약명", "협약기관", "체결일", "종료일")) -> bytes:
    return csv_of([list(line) for line in lines], "utf-8", headings)


ONE = ("2021-001", "AI 협약", "(주)가온", "2021.3.1.", "2024.2.28.")


def test_a_real_register_is_read_looked_at_and_taken_in(browser, city, official, time_machine_at):
    with time_machine_at("2026-04-15 09:00"):
        source = send(browser, workbook(list(rows())))

        assert (source.state, source.counts) == ("preview", {"new": 412, "rows": 412})
        assert not Agreement.objects.exists()
        assert {one["kind"] for one in source.organizations} >= {"company", "university", "school", "association"}
        page = browser.get(source.get_absolute_url()).content.decode()
        assert "아직 등록되지 않은 기관" in page

        source = confirm(browser, source)

    assert source.state == "applied"
    assert Agreement.objects.filter(host=city).count() == 412
    assert AuditEvent.objects.filter(verb="agreement.taken_in", host=city).count() == 412
    old = Agreement.objects.get(number="2009-001")
    assert (old.signed_on, old.state, old.ended_on) == (date(2009, 3, 2), "in_force", None)  # it extends itself
    ended = Agreement.objects.get(number="2009-002")
    assert (ended.state, ended.ended_on, ended.valid_until) == ("expired", ended.valid_until, date(2011, 3, 17))
    assert {party.organization.name for party in ended.parties.all()} == {"한빛시", "나래소프트㈜"}
    assert Agreement.objects.filter(state="terminated").count() == 11
    assert Agreement.objects.filter(in_charge=official).exists()
    assert Agreement.objects.get(number=old.number).department == "일자리정책과"
    assert Organization.objects.filter(name="주식회사 다온").count() == 1


def test_the_same_file_twice_changes_nothing(browser, city):
    table = list(rows(60))
    confirm(browser, send(browser, workbook(nasty(table))))
    before = list(Agreement.objects.values().order_by("pk")), Organization.objects.count(), AuditEvent.objects.count()

    again = send(browser, csv_of(nasty(table)), "다시.csv")

    assert again.counts["same"] == again.counts["rows"] - again.counts["error"]
    assert "변경 0건" in browser.get(again.get_absolute_url()).content.decode()
    browser.post(reverse("partners:register-import-confirm", args=[again.pk]))
    drain()
    after = list(Agreement.objects.values().order_by("pk")), Organization.objects.count()
    assert after == before[:2]


def test_a_nasty_register_says_of_each_row_what_becomes_of_it(browser, city):
    source = send(browser, workbook(nasty(list(rows(60))), hidden=(8, 9)))

    lines = {line.number - 5: line for line in source.lines.all()}  # the fifth row of the sheet is the first
    assert [lines[n].becomes for n in (10, 11, 12)] == ["draft", "draft", "expired"]
    assert lines[12].values["signed_on"] == "2010-05-02"
    assert {n: lines[n].reason for n in (13, 15, 16, 17)} == {
        13: "signed_on_invalid", 15: "same_number_as_row_19", 16: "title_missing", 17: "rrn_forbidden",
    }  # fmt: skip
    assert lines[18].notes == ["validity_unread"]
    assert "no_party" in lines[19].notes
    assert (lines[17].values, lines[17].shown) == ({}, {})
    assert any("8, 9" in note for note in source.notes)  # hidden rows are read, and said
    page = browser.get(f"{source.get_absolute_url()}?change=error").content.decode()
    assert "체결일을 읽을 수 없습니다" in page
    assert "880101" not in page
    left_out = browser.get(reverse("partners:register-import-left-out", args=[source.pk]))
    assert b"".join(left_out.streaming_content).startswith(b"PK")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (workbook(list(rows(3)), merged_head=True), "병합"),
        (csv_of([["가", "나"]], headings=("성명", "생년월일")), "제목"),
        (csv_of([], "utf-8"), ""),
    ],
)
def test_a_file_that_is_no_register_says_what_to_do(browser, city, content, says):
    source = send(browser, content, "대장.csv" if content[:2] != b"PK" else "대장.xlsx")

    assert source.state == "unreadable"
    assert says in source.problem
    assert source.problem in browser.get(source.get_absolute_url()).content.decode()


@pytest.mark.parametrize("encoding", ["cp949", "utf-8", "utf-8-sig", "utf-16"])
def test_every_encoding_of_an_office(browser, city, encoding):
    assert send(browser, csv_of(list(rows(5)), encoding), "대장.csv").counts["new"] == 5


def test_unknown_dates_stay_unknown(browser, city):
    confirm(
        browser,
        send(browser, simple(("", "모르는 협약", "가온", "미상", ""), ("", "그해 협약", "가온", "2019", "")), "a.csv"),
    )

    unknown, year = Agreement.objects.order_by("-title")
    assert (unknown.state, unknown.signed_on, unknown.number) == ("draft", None, "")
    assert (year.state, year.signed_on, year.remark) == ("draft", None, "체결일: 2019")


def test_what_becomes_known_later_completes_the_draft(browser, city):
    confirm(browser, send(browser, simple(("2021-001", "AI 협약", "", "미상", "2024.2.28.")), "a.csv"))
    source = send(browser, simple(ONE), "b.csv")

    assert source.counts["changed"] == 1
    confirm(browser, source)

    agreement = Agreement.objects.get()
    assert (agreement.state, agreement.signed_on, agreement.ended_on) == (
        "expired",
        date(2021, 3, 1),
        date(2024, 2, 28),
    )
    assert {party.organization.name for party in agreement.parties.all()} == {"한빛시", "(주)가온"}


def test_what_was_signed_here_is_not_changed_by_a_file(browser, city):
    agreement = make_agreement(host=city, number="2021-001", title="AI 협약", signed_on=date(2021, 3, 1), department="")
    other = (*ONE[:4], "2031.1.1.", "미래산업과")
    source = send(
        browser, simple(other, headings=("관리번호", "협약명", "협약기관", "체결일", "종료일", "담당부서")), "a.csv"
    )

    line = source.lines.get()
    assert (line.change, line.notes) == ("changed", ["kept_as_signed"])
    confirm(browser, source)
    was, agreement = agreement, Agreement.objects.get()
    assert (agreement.valid_until, agreement.department, agreement.state) == (was.valid_until, "미래산업과", "in_force")
    assert agreement.version == was.version + 1


def test_a_number_of_another_agreement_is_an_error(browser, city):
    make_agreement(host=city, number="2021-001", title="전혀 다른 협약", signed_on=date(2020, 1, 1))

    source = send(browser, simple(ONE), "a.csv")

    assert source.lines.get().reason == "number_taken"


def test_agreements_of_one_title_and_day_are_told_apart_by_their_parties(browser, city):
    content = simple(*(("", "채용 협약", name, "2021.3.1.", "") for name in ("가온", "나래", "(주)가온")))
    source = send(browser, content, "a.csv")

    assert [line.reason for line in source.lines.all()] == ["", "", "same_as_row_2"]
    confirm(browser, source)
    assert send(browser, content, "b.csv").counts == {"same": 2, "error": 1, "rows": 3}


def test_an_office_is_not_made_by_a_guess_at_its_name(browser, city):
    daegu = make_organization(name="대구광역시")
    lines = [
        ("2021-001", "AI 협약", "대구시", "2021.3.1.", ""),
        ("2021-002", "교육 협약", "가온대학교", "2021.3.1.", ""),
    ]
    source = send(browser, simple(*lines))
    assert source.undecided == ["대구시"]
    browser.post(reverse("partners:register-import-confirm", args=[source.pk]))
    source.refresh_from_db()
    assert source.state == "preview"
    assert decide(browser, source, 대구시="").status_code == 422

    decide(browser, source, 대구시=f"is:{daegu.pk}")
    source.refresh_from_db()
    assert source.undecided == []
    browser.post(reverse("partners:register-import-confirm", args=[source.pk]))
    drain()
    assert Agreement.objects.get(number="2021-001").parties.filter(organization=daegu).exists()
    assert not Organization.objects.filter(name="대구시").exists()
    assert Organization.objects.get(name="가온대학교").kind == "university"
    assert AuditEvent.objects.get(verb="register.organizations_decided").after == {
        "대구시": daegu.pk, "가온대학교": "university"
    }  # fmt: skip


def test_organizations_that_are_known_are_not_made_again(browser, city):
    known = make_company(name="㈜가온")
    confirm(browser, send(browser, simple(ONE), "a.csv"))

    assert Agreement.objects.get().parties.filter(organization=known).exists()
    assert not Organization.objects.filter(name="(주)가온").exists()


def test_duties_of_the_ordinance_and_reports_come_along(browser, city, time_machine_at):
    OrdinanceProfile.objects.create(organization=city, name="조례", applies_from=date(2026, 1, 1), report_days=50)
    headings = ("관리번호", "협약명", "협약기관", "체결일", "의회보고")
    with time_machine_at("2026-04-15 09:00"):
        content = simple(
            ("1", "보고한 것", "가온", "2026.3.12.", "2026.4.2. 제312회 임시회"), ("2", "보고 안 한 것", "가온", "2026.3.12.", ""),
            ("3", "조례 전", "가온", "2021.3.12.", ""), headings=headings,
        )  # fmt: skip
        confirm(browser, send(browser, content, "a.csv"))

    due = dict(Agreement.objects.values_list("number", "report_due_on"))
    assert due == {"1": date(2026, 5, 4), "2": date(2026, 5, 4), "3": None}
    act = CouncilAct.objects.get()
    assert (act.agreement.number, act.made_on, act.session) == ("1", date(2026, 4, 2), "제312회 임시회")


def test_all_or_nothing(browser, city, monkeypatch):
    source = send(browser, workbook(list(rows(30))))
    decide(browser, source)
    monkeypatch.setattr("partners.actions.imports.CHUNK", 10)
    made = []
    real = Agreement.objects.bulk_create

    def fails_later(self, objects, **options):
        made.extend(objects)
        if len(made) > 20:
            raise RuntimeError("the disk is full")
        return real(objects, **options)

    monkeypatch.setattr("django.db.models.query.QuerySet.bulk_create", fails_later)
    browser.post(reverse("partners:register-import-confirm", args=[source.pk]))
    with pytest.raises(RuntimeError, match="disk"):
        drain()

    assert not Agreement.objects.exists()
    assert not Organization.objects.filter(name="나래소프트㈜").exists()


def test_nothing_of_a_preview_is_for_another_city(browser, city, sign_in):
    source = send(browser, simple(ONE), "a.csv")
    make_agreement(number="2021-001", title="AI 협약", signed_on=date(2021, 3, 1))  # of another city
    assert send(browser, simple(ONE), "b.csv").lines.get().change == "new"
    stranger = sign_in(make_member(Role.OFFICIAL))

    for name in ("register-import", "register-import-left-out"):
        assert stranger.get(reverse(f"partners:{name}", args=[source.pk])).status_code == 404
    assert "a.csv" not in stranger.get(reverse("partners:register-import-list")).content.decode()


def test_two_who_confirm_take_it_in_once(browser, city):
    source = send(browser, simple(ONE), "a.csv")
    confirm(browser, source)
    confirm(browser, source)

    assert Agreement.objects.count() == 1
    assert Job.objects.filter(kind="apply_register").count() == 1


def test_putting_aside_leaves_nothing(browser, city):
    source = send(browser, simple(ONE), "a.csv")
    browser.post(reverse("partners:register-import-discard", args=[source.pk]))

    assert not RegisterLine.objects.exists()
    assert not Agreement.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_preview_takes_as_many_queries_for_one_as_for_three(browser, city, django_assert_num_queries, count):
    for n in range(count):
        make_agreement(host=city, number=f"{n}", title=f"협약 {n}")
    content = simple(*((f"{n}", f"협약 {n}", f"가온 {n}", "2021.3.1.", "") for n in range(count)))
    source = send(browser, content, "a.csv")
    browser.get(source.get_absolute_url())

    with django_assert_num_queries(5):
        page = browser.get(source.get_absolute_url()).content.decode()

    assert len(re.findall('<th scope="row">', page)) == count


def test_a_register_whose_confirmer_has_lost_the_role_is_confirmed_by_another(browser, city, official, sign_in):
    source = send(browser, simple(ONE), "a.csv")
    browser.post(reverse("partners:register-import-confirm", args=[source.pk]))
    official.memberships.update(ended_at=timezone.now())

    drain()

    source.refresh_from_db()
    assert source.state == "preview"
    colleague = sign_in(make_member(Role.OFFICIAL, city))
    assert "다시 확정해 주세요" in colleague.get(source.get_absolute_url()).content.decode()
    assert confirm(colleague, source).state == "applied"
