"""The lists around the register as files and on paper: the rows of the address, and nothing of another city."""

import io
from urllib.parse import urlencode

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from partners.actions.figures import refresh_figures
from partners.models import Amendment
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord
from tests.access.test_access import w  # noqa: F401  # a fixture
from tests.browser.test_words import PAGES
from tests.factories import make_agreement, make_member, make_organization
from tests.test_queries import ask

pytestmark = pytest.mark.django_db
AROUND = (
    "commitment-list", "check-list", "document-list", "initiative-list", "proposal-list", "organization-list",
    "member-list", "invitation-list", "consortium-list", "amendment-register", "meeting-list", "decision-list",
    "joint-project-list", "roll-up", "delivery-list",
)  # fmt: skip
VISITED = ("cohorts:school-request-list", "cohorts:visit-list", "cohorts:way-list")
LISTS = {*(f"partners:{name}" for name in AROUND), "cohorts:licence-list", "cohorts:licence-pool", *VISITED}


@pytest.fixture
def official(client, sign_in):
    member = make_member(Role.OFFICIAL, email="official@example.kr")
    sign_in(member)
    return member


def table(response):
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response)))
    rows = list(book.active.iter_rows(values_only=True))
    start = next(at for at, row in enumerate(rows) if sum(cell is not None for cell in row) > 2)
    return [row for row in rows[start + 1 :] if any(row)]


def amendment(host, number=1, **fields):
    values = {"state": "effective", "reason": "증액", "agreed_on": timezone.localdate()} | fields
    agreement = make_agreement(host=host, title=f"협약 {number}")
    return Amendment.objects.create(
        agreement=agreement, host=host, number=1, changes={"purpose": ["교육", "교육과 취업"]}, **values
    )


def listed(row, world, **query):
    number, answer = ask(f"{row.url(world)}?{urlencode(query)}", world.own["official"].cookie)
    return number, answer


@pytest.mark.parametrize("row", [row for row in PAGES if row.name in LISTS], ids=str)
def test_each_list_is_a_file_and_a_page_of_paper(row, w):  # noqa: F811
    """With the data of every app: each field of each row is there, and nothing is asked for each of them."""
    refresh_figures(w.agreement.pk)
    queries, page = listed(row, w)
    on_paper, paper = listed(row, w, sheet="print")
    in_file, file = listed(row, w, sheet="xlsx")
    assert (page.status_code, paper.status_code, file.status_code) == (200, 200, 200)
    assert len(page.context["listing"]) >= 1
    assert paper.content.decode().count("<tr>") == 1 + page.context["listing"].total
    assert file["Content-Disposition"].endswith('.xlsx"')
    assert max(on_paper, in_file) <= queries + 2  # who has seen whom is written down


def test_the_file_has_the_rows_of_the_address_and_none_of_another_city(client, official):
    city = official.acting.organization
    for number in range(1, 31):  # more than a page
        amendment(city, number)
    amendment(city, 99, state="dropped", agreed_on=None)
    amendment(make_organization(kind="local_government", name="다른 시"), 77)
    url = reverse("partners:amendment-register")

    rows = table(client.get(url, {"sheet": "xlsx", "state": "effective"}))
    assert len(rows) == 30
    assert rows[0][0] == "협약 30"
    assert "교육 → 교육과 취업" in rows[0][6]
    page = client.get(url, {"sheet": "print", "state": "effective"}).content.decode()
    assert page.count("<tr>") == 31
    assert "협약 77" not in page


def test_an_amendment_is_found_by_agreement_reason_and_its_duty_to_the_council(client, official):
    city, today = official.acting.organization, timezone.localdate()
    due = amendment(city, 1, report_due_on=today.replace(year=today.year - 1))
    amendment(city, 2, reason="기간 연장")

    def found(**query):
        return [row.pk for row in client.get(reverse("partners:amendment-register"), query).context["listing"]]

    assert found(show="report_overdue") == [due.pk]
    assert found(q="협약 1") == [due.pk]
    assert len(found(q="연장")) == 1
    assert len(found(since=today)) == 2


def test_a_company_sees_amendments_in_effect_and_nothing_about_the_council(client, sign_in, official):
    city = official.acting.organization
    mentor = make_member(Role.MENTOR, email="mentor@example.kr")
    seen, draft = amendment(city, 1), amendment(city, 2, state="draft", agreed_on=None)
    for one in (seen, draft):
        one.agreement.parties.create(organization=mentor.acting.organization)
    sign_in(mentor)
    response = client.get(reverse("partners:amendment-register"))
    assert [row.pk for row in response.context["listing"]] == [seen.pk]
    assert not {"show", "state"} & response.context["listing"].form.fields.keys()


def test_addresses_of_people_are_masked_and_their_number_is_written_down(client, official):
    rows = table(client.get(reverse("partners:member-list"), {"sheet": "xlsx"}))
    assert [row[3] for row in rows] == ["of***@example.kr"]
    assert AccessRecord.objects.get(action="members.downloaded").people == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_register_of_amendments_asks_nothing_for_each_row(client, official, django_assert_num_queries, count):
    for number in range(count):
        one = amendment(official.acting.organization, number)
        party = one.agreement.parties.first() or one.agreement.parties.create(organization=official.acting.organization)
        one.lines.create(host=one.host, change="add", party=party, what="특강", unit="회", quantity=2)
    client.get(reverse("partners:amendment-register"))
    with django_assert_num_queries(7):
        client.get(reverse("partners:amendment-register"))
