"""The papers of an agreement: versions, scans, withdrawal, search, and the comparison of a file."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from partners.actions import documents as actions
from partners.models import AgreementDocument, Party
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.common.uploads import accept
from tests.factories import make_agreement, make_company, make_member
from tests.files import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


@pytest.fixture
def browser(sign_in, official):
    return sign_in(official)


@pytest.fixture
def agreement(official):
    return make_agreement(host=official.acting.organization, title="대구 AI 스쿨 업무협약")


def upload(name="협약서.pdf", content=b"1"):
    return accept(SimpleUploadedFile(name, pdf(content)))


def add(agreement, name="협약서.pdf", content=b"1", kind="signed", **values):
    return actions.add_document(agreement, by=None, upload=upload(name, content), kind=kind, **values)


def address(name, document):
    return reverse(f"partners:document-{name}", args=[document.agreement_id, document.pk])


# Versions ------------------------------------------------------------------------------


def test_a_document_is_called_as_its_file_unless_it_gets_a_title(agreement):
    assert add(agreement, "2026.3.5 협약서.pdf").title == "2026.3.5 협약서"
    assert add(agreement, content=b"2", title="서명본").title == "서명본"


def test_a_new_version_supersedes_and_the_old_one_stays_as_it_was(browser, official, agreement):
    first = add(agreement, title="서명본")

    answer = browser.post(address("replace", first), {"file": SimpleUploadedFile("고친 것.pdf", pdf(b"2"))})

    new = AgreementDocument.objects.get(version=2)
    assert answer.url == new.get_absolute_url()
    assert (new.title, new.series, new.uploaded_by) == ("서명본", first.series, official)
    assert list(AgreementDocument.objects.current()) == [new]
    old_page = browser.get(first.get_absolute_url()).content.decode()
    assert first.sha256 in old_page
    assert new.get_absolute_url() in old_page
    assert b"".join(browser.get(address("file", first)).streaming_content) == pdf(b"1")
    on_the_agreement = browser.get(agreement.get_absolute_url()).content.decode()
    assert new.sha256[:12] in on_the_agreement
    assert first.sha256[:12] not in on_the_agreement


def test_a_version_is_followed_once(agreement):
    first = add(agreement)
    actions.replace_document(first, by=None, upload=upload(content=b"2"))

    with pytest.raises(ActionRefused):
        actions.replace_document(first, by=None, upload=upload(content=b"3"))


def test_a_version_withdrawn_gives_way_to_the_one_before(agreement):
    first = add(agreement)
    second = actions.replace_document(first, by=None, upload=upload(content=b"2"))
    actions.withdraw_document(second, by=None, reason="다른 협약의 문서")

    assert list(AgreementDocument.objects.current()) == [first]
    assert actions.replace_document(first, by=None, upload=upload(content=b"3")).version == 3


def test_withdrawing_asks_for_a_reason_and_deletes_nothing(browser, agreement):
    document = add(agreement)

    without = browser.post(address("withdraw", document), {"reason": " "})
    browser.post(address("withdraw", document), {"reason": "개인정보가 들어 있습니다."})

    assert without.status_code == 422
    document.refresh_from_db()
    assert document.withdrawn_at
    assert AuditEvent.objects.get(verb="agreement.document_withdrawn").reason == "개인정보가 들어 있습니다."
    assert "개인정보가 들어 있습니다." in browser.get(document.get_absolute_url()).content.decode()
    for act in (
        lambda: actions.withdraw_document(document, by=None, reason="다시"),
        lambda: actions.replace_document(document, by=None, upload=upload(content=b"2")),
        lambda: actions.describe_document(document, by=None, title="다른 것", kind="annex"),
    ):
        with pytest.raises(ActionRefused):
            act()


def test_what_was_withdrawn_is_left_to_the_office(sign_in, agreement):
    company = make_company()
    Party.objects.create(agreement=agreement, organization=company)
    mentor = sign_in(make_member(Role.MENTOR, company))
    document = add(agreement, title="철회할 서명본")
    assert b"".join(mentor.get(address("file", document)).streaming_content) == pdf(b"1")
    actions.withdraw_document(document, by=None, reason="개인정보")

    assert mentor.get(address("file", document)).status_code == 404
    assert mentor.get(document.get_absolute_url()).status_code == 404
    assert document.get_absolute_url() not in mentor.get(agreement.get_absolute_url()).content.decode()


def test_the_same_file_may_come_back_once_it_was_withdrawn(agreement):
    first = add(agreement)
    with pytest.raises(ActionRefused) as refused:
        add(agreement)
    assert refused.value.field == "file"

    actions.withdraw_document(first, by=None, reason="잘못된 분류")

    assert add(agreement).version == 1


# Scans ---------------------------------------------------------------------------------


def test_a_scan_stands_beside_its_signed_copy(browser, agreement):
    copy = add(agreement, title="서명본")
    url = reverse("partners:document-add", args=[agreement.pk])
    scan_file = SimpleUploadedFile("원본.pdf", pdf(b"scan"))
    browser.post(url, {"kind": "scan", "title": "", "scan_of": copy.pk, "file": scan_file})

    scan = AgreementDocument.objects.get(kind="scan")
    assert scan.scan_of == copy
    for page in (agreement, copy, scan):
        answer = browser.get(page.get_absolute_url()).content.decode()
        assert "“서명본”의 스캔본" in answer
    assert copy.sha256 in browser.get(scan.get_absolute_url()).content.decode()


def test_only_a_scan_is_of_another_and_only_of_the_own_agreement(agreement):
    copy, other = add(agreement), add(make_agreement())

    for kind, original in (("annex", copy), ("scan", other)):
        with pytest.raises(ActionRefused) as refused:
            add(agreement, content=b"2", kind=kind, scan_of=original)
        assert refused.value.field == "scan_of"


def test_the_database_keeps_a_scan_within_its_city(agreement):
    scan, stranger = add(agreement, kind="scan"), add(make_agreement())

    with pytest.raises(IntegrityError), transaction.atomic():
        AgreementDocument.objects.filter(pk=scan.pk).update(scan_of=stranger)
        connection.check_constraints()  # now, not at the end


def test_describing_says_what_changed(browser, agreement):
    copy, paper = add(agreement), add(agreement, "원본.pdf", b"2", kind="annex")

    wrong = browser.post(address("describe", paper), {"title": "", "kind": "scan"})
    browser.post(address("describe", paper), {"title": "원본 스캔", "kind": "scan", "scan_of": copy.pk})
    with_scan = browser.post(address("describe", copy), {"title": "서명본", "kind": "annex"})

    assert (wrong.status_code, with_scan.status_code) == (422, 422)
    paper.refresh_from_db()
    assert (paper.title, paper.scan_of) == ("원본 스캔", copy)
    event = AuditEvent.objects.get(verb="agreement.document_described")
    assert event.after["fields"] == ["title", "kind", "scan_of_id"]


# All of them ---------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_one_as_for_three(browser, official, django_assert_num_queries, count):
    for n in range(count):
        add(make_agreement(host=official.acting.organization), content=str(n).encode())
    browser.get(reverse("partners:document-list"))

    with django_assert_num_queries(4):
        assert len(browser.get(reverse("partners:document-list")).context["listing"]) == count


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=무협약", ["대구 업무협약서"]),
        ("q=업무협약소", ["대구 업무협약서"]),  # a slip of the keyboard
        ("q=로봇", ["붙임 이행과제"]),  # by the agreement
        ("q=scan.pdf", ["옛 원본"]),  # by the file
        ("kind=annex", ["붙임 이행과제"]),
        ("until=2000-01-01", []),
        ("show=withdrawn", ["버린 것"]),
        ("show=every&sort=title", ["대구 업무협약서", "버린 것", "붙임 이행과제", "옛 원본"]),
        ("q=%00", []),
    ],
)
def test_the_list_finds(browser, official, query, found):
    city = official.acting.organization
    daegu = make_agreement(host=city, title="대구 협약")
    add(daegu, title="대구 업무협약서")
    add(daegu, "scan.pdf", b"2", title="옛 원본", kind="scan")
    actions.withdraw_document(add(daegu, content=b"3", title="버린 것"), by=None, reason="중복")
    add(make_agreement(host=city, title="구미 로봇 협약"), content=b"4", title="붙임 이행과제", kind="annex")
    add(make_agreement(title="부산 협약"), content=b"5", title="부산 서명본")

    answer = browser.get(f"{reverse('partners:document-list')}?{query}")

    assert [row.title for row in answer.context["listing"]] == found


# Comparing -----------------------------------------------------------------------------


def compare(browser, **data):
    return browser.post(reverse("partners:document-verify"), data)


def test_a_file_is_found_by_its_content_whatever_it_is_called(browser, agreement):
    first = add(agreement)
    actions.replace_document(first, by=None, upload=upload(content=b"2"))

    same = compare(browser, file=SimpleUploadedFile("아무 이름.bin", pdf(b"1")))
    changed = compare(browser, file=SimpleUploadedFile("협약서.pdf", pdf(b"1 ")))
    typed = compare(browser, sha256=hashlib.sha256(pdf(b"2")).hexdigest().upper())

    assert same.context["found"] == [first]  # an old version too
    assert changed.context["found"] == []
    assert [one.version for one in typed.context["found"]] == [2]
    assert AgreementDocument.objects.count() == 2


@pytest.mark.parametrize("data", [{"sha256": ""}, {"sha256": "abc"}])
def test_comparing_nothing_is_refused_beside_the_field(browser, data):
    answer = compare(browser, **data)

    assert answer.status_code == 422
    assert "found" not in answer.context


def test_another_city_learns_nothing_of_a_document(sign_in, agreement):
    document = add(agreement, title="비밀 서명본")
    stranger = sign_in(make_member(Role.OFFICIAL))

    assert compare(stranger, sha256=document.sha256).context["found"] == []
    assert "비밀 서명본" not in stranger.get(f"{reverse('partners:document-list')}?q=비밀").content.decode()
    for name in ("file", "replace", "describe"):
        assert stranger.get(address(name, document)).status_code == 404


def test_a_search_among_ten_thousand_papers_finds_by_index(official, browser, django_assert_num_queries):
    """By title and by file name."""
    city = official.acting.organization
    others = [make_agreement(host=city, title=f"협약 {number}") for number in range(50)]
    AgreementDocument.objects.bulk_create(
        AgreementDocument(
            host=city, agreement=others[number % 50], title=f"업무협약서 제{number}호", name=f"scan-{number}.pdf",
            size=1, sha256=f"{number:064d}", file="x",
        )
        for number in range(10_000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        for name in ("title_trgm", "title_part", "name_part"):  # as the vacuum does
            cursor.execute("SELECT gin_clean_pending_list(%s)", [f"document_{name}"])
        cursor.execute("ANALYZE")
    plan = AgreementDocument.objects.titled_like("제7777호").values("pk").explain()
    assert "document_title_part" in plan
    assert "document_name_part" in plan

    browser.get(reverse("partners:document-list"))
    with django_assert_num_queries(4):
        page = browser.get(reverse("partners:document-list"), {"q": "제7777호"})
    assert [row.title for row in page.context["listing"]] == ["업무협약서 제7777호"]
