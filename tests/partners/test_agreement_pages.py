"""The register and an agreement as an official uses them."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from partners.actions import promises
from partners.actions.members import send_invitation
from partners.measures import COUNTERS, Counter
from partners.models import Agreement, AgreementDocument, Organization
from partners.queries import agreement_todos
from partners.states import Measure
from portal.accounts.roles import Role
from portal.common.todos import waiting
from tests.factories import make_agreement, make_company, make_member, make_organization
from tests.files import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


@pytest.fixture
def city(official):
    return official.acting.organization


@pytest.fixture
def browser(sign_in, official):
    return sign_in(official)


def with_promises(agreement, n=1):
    for _ in range(n):
        party = promises.add_party(agreement, by=None, transcribed_from="제2조", organization=make_company())
        promises.add_commitment(
            agreement,
            by=None,
            transcribed_from="제2조",
            party=party,
            what="교육",
            unit="명",
            quantity=100,
            measure="trainees",
        )
    return agreement


@pytest.mark.parametrize("count", [1, 3])
def test_the_register_takes_as_many_queries_for_one_as_for_three(browser, city, django_assert_num_queries, count):
    for _ in range(count):
        with_promises(make_agreement(host=city), count)
    browser.get(reverse("partners:agreement-list"))

    with django_assert_num_queries(6):
        assert browser.get(reverse("partners:agreement-list")).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_an_agreement_takes_as_many_queries_for_one_promise_as_for_three(
    browser, city, django_assert_num_queries, monkeypatch, count
):
    monkeypatch.setitem(
        COUNTERS, Measure.TRAINEES, Counter(lambda found: {one.pk: 78 for one in found}, lambda one: "/trainees/")
    )
    agreement = with_promises(make_agreement(host=city), count)
    browser.get(agreement.get_absolute_url())

    with django_assert_num_queries(8):
        answer = browser.get(agreement.get_absolute_url())

    assert '<a class="p-link" href="/trainees/">78</a> / 100명' in answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_organizations_take_as_many_queries_for_one_as_for_three(browser, django_assert_num_queries, count):
    for _ in range(count):
        make_company(parent=make_organization())
    browser.get(reverse("partners:organization-list"))

    with django_assert_num_queries(4):
        browser.get(reverse("partners:organization-list"))


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", ["member-list", "invitation-list"])
def test_people_take_as_many_queries_for_one_as_for_three(
    browser, official, city, django_assert_num_queries, name, count
):
    for n in range(count):
        make_member(Role.OPERATOR, city)
        send_invitation(by=official, email=f"n{n}@example.kr", role=Role.OPERATOR, organization=city)
    browser.get(reverse(f"partners:{name}"))

    with django_assert_num_queries(4):
        browser.get(reverse(f"partners:{name}"))


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=스마트팩토리", ["나"]), ("q=가온", ["가"]), ("state=draft", ["나"]), ("show=undated", ["나"]), ("show=ending", ["가"]),
     ("kind=loi", []), ("q=%00", []), ("page=99999999999999999999", ["가", "나"])],
)  # fmt: skip
def test_the_register_finds(browser, city, query, found):
    first = make_agreement(
        host=city, number="가", title="AI 스쿨", valid_until=timezone.localdate() + timedelta(days=20)
    )
    promises.add_party(first, by=None, transcribed_from="제2조", organization=make_company(name="가온테크"))
    make_agreement(host=city, number="나", title="구미 스마트팩토리", state="draft", signed_on=None, valid_until=None)

    answer = browser.get(f"{reverse('partners:agreement-list')}?{query}&sort=number")

    assert [row["number"] for row in answer.context["listing"]] == found


def test_numbers_lead_to_exactly_their_records(browser, official, city):
    soon = timezone.localdate() + timedelta(days=89)
    make_agreement(host=city, state="draft", signed_on=None)
    make_agreement(host=city, valid_until=soon)
    make_agreement(host=city, state="signed")
    make_agreement(valid_until=soon)  # of another city

    todos = waiting(agreement_todos(official))

    assert [(todo.url.partition("show=")[2], todo.count) for todo in todos] == [
        ("ending", 1), ("undated", 1), ("waiting", 1),
    ]  # fmt: skip
    for todo in todos:
        assert browser.get(todo.url).context["listing"].total == todo.count


def test_an_agreement_is_registered(browser, city):
    wrong = browser.post(
        reverse("partners:agreement-register"),
        {"title": "새 협약", "kind": "mou", "valid_from": "2026-03-01", "valid_until": "2026-02-01"},
    )
    right = browser.post(
        reverse("partners:agreement-register"), {"title": "새 협약", "kind": "mou", "signed_on": "2026. 3. 5."}
    )

    assert wrong.status_code == 422
    assert 'value="새 협약"' in wrong.content.decode()
    agreement = Agreement.objects.get()
    assert right.url == agreement.get_absolute_url()
    assert (agreement.host, agreement.signed_on) == (city, date(2026, 3, 5))


def test_the_second_of_two_editors_sees_both_values_and_can_decide(browser, city):
    agreement = make_agreement(host=city, state="draft", title="처음")
    url = reverse("partners:agreement-amend", args=[agreement.pk])
    browser.post(url, {"title": "먼저 저장한 이름", "kind": "mou", "version": 1})

    second = browser.post(url, {"title": "나중에 저장한 이름", "kind": "mou", "version": 1})
    page = second.content.decode()
    assert second.status_code == 422
    assert 'value="나중에 저장한 이름"' in page
    assert "지금 저장된 협약명: 먼저 저장한 이름" in page

    again = browser.post(url, {"title": "나중에 저장한 이름", "kind": "mou", "version": 2})
    assert again.status_code == 302
    agreement.refresh_from_db()
    assert agreement.title == "나중에 저장한 이름"


def test_signing_without_the_day_is_refused_beside_the_field(browser, city):
    agreement = with_promises(make_agreement(host=city, state="draft", signed_on=None), 2)

    answer = browser.post(reverse("partners:agreement-sign", args=[agreement.pk]), {"signed_on": ""})

    assert answer.status_code == 422
    assert "체결일을 알 수 없어 협약안으로 남습니다" in answer.content.decode()


def test_a_verb_is_no_link(browser, city):
    agreement = make_agreement(host=city)

    for verb in ("sign", "bring-into-force", "fulfil", "terminate", "renew"):
        assert browser.get(reverse(f"partners:agreement-{verb}", args=[agreement.pk])).status_code == 405


def test_a_verb_in_the_wrong_state_says_so(browser, city):
    agreement = make_agreement(host=city, state="expired")

    answer = browser.post(reverse("partners:agreement-fulfil", args=[agreement.pk]), follow=True)

    assert "바꿀 수 없습니다" in answer.content.decode()


def test_a_document_is_kept_and_comes_back_as_it_was(browser, city, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    agreement = make_agreement(host=city)
    url = reverse("partners:document-add", args=[agreement.pk])

    bad = browser.post(url, {"kind": "scan", "file": SimpleUploadedFile("a.pdf.exe", pdf())})
    good = browser.post(url, {"kind": "scan", "file": SimpleUploadedFile("원본.pdf", pdf())})
    twice = browser.post(url, {"kind": "scan", "file": SimpleUploadedFile("같은 것.pdf", pdf())})

    assert [answer.status_code for answer in (bad, good, twice)] == [422, 302, 422]
    opened = ['<details class="p-details" open><summary>문서 추가' in page.content.decode() for page in (bad, twice)]
    assert opened == [True, True]  # open where there is a mistake, else folded
    assert '<details class="p-details"><summary>문서 추가' in browser.get(agreement.get_absolute_url()).content.decode()
    stored = AgreementDocument.objects.get()
    answer = browser.get(reverse("partners:document-file", args=[agreement.pk, stored.pk]))
    assert b"".join(answer.streaming_content) == pdf()
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".pdf"]


def test_the_history_tells_names_not_numbers(browser, city):
    agreement = make_agreement(host=city)
    company = make_company(name="한빛로보틱스")
    promises.add_party(agreement, by=None, transcribed_from="제2조", organization=company)

    page = browser.get(reverse("partners:agreement-history", args=[agreement.pk])).content.decode()

    assert "협약기관을 추가했습니다" in page
    assert "한빛로보틱스" in page


def test_an_official_never_makes_a_host(browser):
    answer = browser.post(reverse("partners:organization-register"), {"kind": "local_government", "name": "새 도시"})

    assert answer.status_code == 422
    assert not Organization.objects.filter(name="새 도시").exists()
