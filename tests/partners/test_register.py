"""The register: every field a column, every filter in the address, nothing of another city."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from partners.columns import COLUMNS, GROUPS, chosen_columns, register_rows, rows_of
from partners.models import (
    Agreement,
    AgreementDocument,
    CheckFinding,
    Commitment,
    ComplianceCheck,
    CouncilAct,
    Initiative,
    Party,
)
from portal.accounts.roles import Role
from tests.factories import make_agreement, make_cohort, make_company, make_member, make_organization, make_programme
from tests.files import pdf

pytestmark = pytest.mark.django_db
LIST = "partners:agreement-list"


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL, name="이정원")


@pytest.fixture
def city(official):
    return official.acting.organization


@pytest.fixture
def browser(sign_in, official):
    return sign_in(official)


def join(agreement, role="", **fields):
    return Party.objects.create(agreement=agreement, organization=make_company(**fields), role=role)


def checked(agreement, state, *, days_ago=30, **fields):
    """A check that was filled in with one finding."""
    until = timezone.localdate() - timedelta(days=days_ago)
    check = ComplianceCheck.objects.create(
        agreement=agreement, host=agreement.host, covers_until=until, due_on=until, state="filled", **fields
    )
    party = agreement.parties.first() or join(agreement)
    promise, _new = Commitment.objects.get_or_create(
        agreement=agreement, party=party, what="교육", unit="명", quantity=100, due_on=date(2026, 12, 31)
    )
    CheckFinding.objects.create(compliance_check=check, host=agreement.host, commitment=promise, state=state)
    return check


def whole(city, official):
    """An agreement of which every field of the register is known."""
    before = make_agreement(host=city, title="첫 협약", number="2023-001")
    agreement = make_agreement(
        host=city, title="AI 스쿨 협약", number="2026-001", kind="moa", purpose="인재 양성", area="교육", binding=True,
        has_burden=True, burden_amount=50_000_000, burden_source="시비 100%", review_opinion="적정", is_public=False,
        signed_on=date(2026, 3, 12), valid_from=date(2026, 3, 12), valid_until=date(2027, 3, 11), renewal_months=12,
        notice_days=30, department="일자리정책과", in_charge=official, predecessor=before,
        report_due_on=date(2026, 5, 4), ended_on=date(2026, 10, 1), end_reason="사업 종료", state="terminated",
        remark="원본은 문서고",
    )  # fmt: skip
    agreement.initiatives.add(Initiative.objects.create(key="cloud", name="포괄적 지원 계획", lead=city))
    join(agreement, name="가온테크", role="강의 지원")
    checked(agreement, "delayed", findings="모집 지연", improvement="추가 모집")
    for kind, session in (("consent", "제311회"), ("report", "제312회")):
        CouncilAct.objects.create(
            agreement=agreement, host=city, kind=kind, made_on=date(2026, 4, 20), session=session
        )  # fmt: skip
    AgreementDocument.from_upload(
        SimpleUploadedFile("원본.pdf", pdf()), agreement=agreement, host=city, kind="scan"
    ).save()
    make_cohort(programme=make_programme(host=city, agreement=agreement), name="AI 스쿨 3기")
    return agreement


def words(user, agreement, keys=tuple(COLUMNS)):
    columns = chosen_columns(user, keys)
    row = register_rows(user, columns, Agreement.objects.visible_to(user)).get(pk=agreement.pk)
    with translation.override("ko"):
        return {column.key: column.text(row) for column in columns}


def test_every_field_of_the_register_is_a_column(official, city):
    agreement = whole(city, official)

    found = words(official, agreement)

    assert "" not in found.values()
    assert found | {
        "parties": "가온테크 (강의 지원)", "signed": "2026. 3. 12.", "renewal": "12개월씩, 통지는 2027. 2. 9.까지",
        "amount": "50,000,000", "report": "2026. 4. 20. · 제312회", "commitments": "교육 100명 (2026-12-31)",
        "fulfilment": "지연", "documents": "원본 스캔 1", "cohorts": "AI 스쿨 3기", "predecessor": "첫 협약",
    } == found  # fmt: skip
    assert {column.group for column in COLUMNS.values()} == set(GROUPS)


def test_a_party_of_another_city_reads_neither_the_checks_nor_the_opinion(official, city):
    agreement = whole(city, official)
    other = make_member(Role.OFFICIAL)
    Party.objects.create(agreement=agreement, organization=other.acting.organization)
    mentor = make_member(Role.MENTOR, agreement.parties.first().organization)

    found = words(other, agreement)

    assert {key for key, column in COLUMNS.items() if column.kept_only} == {key for key in found if not found[key]} - {
        "cohorts"
    }
    assert not {column.key for column in chosen_columns(mentor, COLUMNS)} & {"review", "findings", "checked"}


def test_a_page_read_by_one_office_and_then_another_shows_each_what_it_may_see(official, city):
    """Both are officials, for whom the query of these columns is built once."""
    agreement = whole(city, official)
    other = make_member(Role.OFFICIAL)
    Party.objects.create(agreement=agreement, organization=other.acting.organization)
    columns = chosen_columns(official, COLUMNS)

    for reader in (official, other, official):
        [row] = rows_of(reader, columns, [agreement.pk])
        with translation.override("ko"):
            assert {column.key: column.text(row) for column in columns} == words(reader, agreement)


def test_a_month_stays_a_month(official, city):
    draft = make_agreement(host=city, state="draft", signed_on=date(2019, 12, 1), signed_precision="month")

    assert words(official, draft, ["signed"])["signed"] == "2019. 12. (날짜 미상)"


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("query", "queries"), [("", 6), ("?columns=" + "&columns=".join(COLUMNS), 6), ("?more=1", 7)])
def test_the_list_takes_the_same_queries_however_much_it_shows(
    browser, official, city, django_assert_num_queries, count, query, queries
):
    for _ in range(count):
        checked(make_agreement(host=city), "on_track")
    browser.get(reverse(LIST))

    with django_assert_num_queries(queries):
        assert browser.get(reverse(LIST) + query).status_code == 200


def numbers(browser, query):
    answer = browser.get(f"{reverse(LIST)}?{query}")
    assert answer.status_code == 200
    return [row["number"] for row in answer.context["listing"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [("kind=loi", ["나"]), ("party=가온테크", ["가"]), ("department=투자", ["나"]), ("ending=30", ["가"]), ("ending=over", ["다"]),
     ("ends_from=2031-01-01&ends_until=2031-12-31", ["나"]), ("ending=open", ["라"]), ("fulfilment=delayed", ["가"]),
     ("fulfilment=on_track", ["다"]), ("fulfilment=unchecked", ["나", "라"]), ("council=reported", ["나"]),
     ("council=overdue", ["가"]), ("council=to_report", ["가", "다"]), ("host=others", []), ("q=나", ["나"]),
     ("q=스쿨", ["가", "나", "다", "라"]), ("q=스쿨&state=signed&kind=mou", ["라"])],
)  # fmt: skip
def test_the_register_is_narrowed_by(browser, city, query, found):
    today = timezone.localdate()
    one = make_agreement(
        host=city, number="가", valid_until=today + timedelta(days=20), report_due_on=today - timedelta(days=1)
    )
    join(one, name="가온테크")
    two = make_agreement(host=city, number="나", kind="loi", department="투자유치과", valid_until=date(2031, 6, 1),
                         report_due_on=today)  # fmt: skip
    three = make_agreement(host=city, number="다", state="expired", valid_until=today - timedelta(days=9),
                           report_due_on=today)  # fmt: skip
    make_agreement(host=city, number="라", state="signed", valid_until=None)
    checked(one, "on_track", days_ago=400)
    checked(one, "delayed")
    checked(three, "on_track")
    CouncilAct.objects.create(agreement=two, host=city, kind="report", made_on=today, session="제1회")

    assert numbers(browser, f"{query}&sort=number") == found


def test_people_and_initiatives_are_chosen_from_the_own_office(browser, official, city):
    mine = make_agreement(host=city, number="가", in_charge=official)
    mine.initiatives.add(plan := Initiative.objects.create(key="plan", name="계획", lead=city))
    make_agreement(host=city, number="나")
    stranger = make_member(Role.OFFICIAL)

    assert numbers(browser, f"in_charge={official.pk}") == numbers(browser, f"initiative={plan.pk}") == ["가"]
    assert len(numbers(browser, f"in_charge={stranger.pk}")) == 2  # no choice here, so left out
    form = browser.get(reverse(LIST) + "?more=1").context["listing"].form
    assert [name for pk, name in form.fields["in_charge"].choices] == ["전체", "이정원"]


@pytest.mark.parametrize("key", [key for key, column in COLUMNS.items() if column.sort])
def test_every_sortable_column_sorts_both_ways(browser, city, key):
    for number in ("가", "나", "다"):
        make_agreement(host=city, number=number)

    assert sorted(numbers(browser, f"sort={key}")) == sorted(numbers(browser, f"sort=-{key}")) == ["가", "나", "다"]


def test_a_link_shows_the_same_columns(browser, city):
    make_agreement(host=city, department="일자리정책과")

    page = browser.get(reverse(LIST) + "?columns=department&columns=kind&columns=nonsense&q=AI").content.decode()

    heads = page[page.index("<thead>") : page.index("</thead>")]
    assert [head for head in ("협약명", "담당부서", "종류", "관리번호") if head in heads] == [
        "협약명",
        "담당부서",
        "종류",
    ]
    assert '<input type="hidden" name="columns" value="department">' in page  # a new filter keeps them
    chooser = browser.get(reverse("partners:register-columns") + "?columns=department&q=AI&page=2").content.decode()
    assert chooser.count(" checked") == 1
    assert '<input type="hidden" name="q" value="AI">' in chooser
    assert 'name="page"' not in chooser


def test_the_print_says_whose_it_is_of_which_day_and_what_was_chosen(browser, official, city):
    for n in range(30):
        make_agreement(host=city, title=f"협약 {n}", state="in_force")
    make_agreement(host=city, title="초안", state="draft", signed_on=None)

    page = browser.get(reverse("partners:register-print") + "?state=in_force&columns=kind").content.decode()

    assert f"{city} · 기준일" in page
    assert "상태: 이행중" in page
    assert page.count('<th scope="row">') == 30
    assert "초안" not in page


def test_nothing_of_another_city_in_list_search_count_and_print(browser, city):
    make_agreement(host=city, title="우리 협약")
    stranger = make_agreement(title="남의 협약", number="X-1", department="비밀과")
    join(stranger, name="남의 회사")

    for query in ("", "q=남의", "q=X-1", "party=남의", "department=비밀", f"host={stranger.host_id}", "host=others"):
        for name in (LIST, "partners:register-print"):
            answer = browser.get(f"{reverse(name)}?{query}&columns=parties&columns=department")
            assert "남의 협약" not in answer.content.decode()
            assert answer.context["listing"].total == (0 if query and not query.startswith("host=") else 1) or (
                query == "host=others" and answer.context["listing"].total == 0
            )
    assert make_organization().name not in browser.get(reverse(LIST)).content.decode()
