"""What people type, paste and send (trust.md section 4), through the pages of the application form.

The comments give the numbers of the catalogue.
"""

import unicodedata

import pytest
from django.urls import reverse

from cohorts.models import Application, Person
from tests.cohorts.applying import ABOUT, MOTIVATION, SITUATION, begin, fill, send, step_url, submit
from tests.factories import make_cohort, make_user

pytestmark = pytest.mark.django_db
DECOMPOSED = unicodedata.normalize("NFD", "홍길동")


@pytest.fixture
def cohort():
    return make_cohort()


@pytest.fixture(autouse=True)
def applicant(sign_in):
    user = make_user()
    sign_in(user)
    return user


KEPT = [
    ("name", DECOMPOSED, "홍길동"),  # 5
    ("name", "홍\u202e길동", "홍길동"),  # 8
    ("name", "O'Neil", "O'Neil"),  # 10
    ("name", "남궁민수", "남궁민수"),
    ("name", "봄", "봄"),
    ("name", "Maximilian Alexander von Hohenzollern-Sig", "Maximilian Alexander von Hohenzollern-Sig"),
    ("name", "<script>alert(1)</script>", "<script>alert(1)</script>"),  # 11
    ("name", "{{7*7}} %s ${x}", "{{7*7}} %s ${x}"),  # 12
    ("name", "\u3000홍길동\u3000", "홍길동"),  # 15
    ("mobile", "010 1234 5678", "010-1234-5678"),  # 22
    ("mobile", "+82-10-1234-5678", "010-1234-5678"),
    ("mobile", "01012345678.0", "010-1234-5678"),  # 23
    ("mobile", "1012345678", "010-1234-5678"),
    ("mobile", "０１０１２３４５６７８", "010-1234-5678"),
    ("birth_date", "1998.3.5", "1998-03-05"),  # 33
    ("birth_date", "1998. 3. 5.", "1998-03-05"),
    ("birth_date", "19980305", "1998-03-05"),
    ("birth_date", "2000-02-29", "2000-02-29"),  # 41
]
REFUSED = [
    ("name", "\u200b\u200b"),  # 3
    ("name", "\u3164"),  # 4
    ("name", "홍길동😀"),  # 9
    ("name", "홍길동\r\nBcc: x@example.kr"),  # 14
    ("name", "가" * 51),
    ("name", "900101-1234567"),  # 24
    ("name", ""),
    ("mobile", "02-123-4567"),
    ("mobile", "9" * 5000),  # 28
    ("address", "대구 900101-1234567"),  # 24
    ("address", "가" * 201),
    ("address", "첫 줄\n둘째 줄"),
    ("birth_date", "2026-02-30"),  # 32
    ("birth_date", "3/5/98"),  # 34
    ("birth_date", "98-3-5"),
    ("birth_date", "0001-01-01"),  # 35
    ("birth_date", "9999-01-01"),
    ("birth_date", "2099-01-01"),  # not born yet
    ("birth_date", "NaN"),  # 29
]


@pytest.mark.parametrize(("field", "typed", "kept"), KEPT)
def test_what_can_be_understood_is_kept_in_one_form(client, cohort, field, typed, kept):
    answer = begin(client, cohort, **{field: typed})

    assert answer.status_code == 302, answer.context["form"].errors
    assert str(getattr(Person.objects.get(), field)) == kept


@pytest.mark.parametrize(("field", "typed"), REFUSED)
def test_what_cannot_is_refused_beside_its_field(client, cohort, field, typed):
    answer = begin(client, cohort, **{field: typed})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Person.objects.exists()
    assert ABOUT["mobile" if field != "mobile" else "name"] in answer.content.decode()  # the others stay as typed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<script>alert(1)</script>", None),  # 11
        ("{{7*7}} {% now %} %(x)s ${x}", None),  # 12
        ("좋아요 😀👩‍💻", None),  # 9
        ("첫 줄\r\n둘째 줄", "첫 줄\n둘째 줄"),
        ("NUL\x00 안", "NUL 안"),  # 1
        ('=HYPERLINK("http://evil.kr")', None),  # 58
        ("가" * 1000, None),
    ],
)
def test_an_essay_is_kept_as_written_and_shown_literally(client, cohort, typed, kept):
    application = fill(client, cohort, motivation=typed)
    page = client.get(submit(client, application).url)
    check = client.get(application.get_absolute_url()).content.decode()

    application.refresh_from_db()
    assert application.motivation == (kept or typed)
    assert page.status_code == 200
    assert "<script>alert(1)</script>" not in check


@pytest.mark.parametrize(
    "typed",
    [
        "가" * 1001,
        "가" * 700_000,  # 13
        "제 번호는 900101-1234567 입니다",  # 24
        "제 번호는 900101 1234567 입니다",
        "９００１０１－１２３４５６７",
        "   \u200b ",  # 3
    ],
)
def test_an_essay_that_cannot_be_kept_is_refused_and_stays_in_the_page(client, cohort, typed):
    begin(client, cohort)
    answer = send(client, cohort, "motivation", {"motivation": typed})

    assert answer.status_code == 422
    assert answer.context["form"].errors["motivation"]
    assert Application.objects.get().motivation == ""


def test_half_a_letter_is_refused(client, cohort):  # 2
    begin(client, cohort)
    answer = client.post(
        step_url(cohort, "motivation"),
        "motivation=%ED%A0%80",  # the bytes of a lone surrogate
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code < 500


@pytest.mark.parametrize("value", ["", "0", "-1", "x", "99999999999999999999", "1 OR 1=1", "\x00"])
def test_a_track_that_is_none_of_the_cohorts_is_refused(client, cohort, value):
    other = make_cohort().tracks.get()
    begin(client, cohort)

    for track in (value, other.pk):
        answer = send(client, cohort, "situation", SITUATION | {"track": track})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["track"])


def test_more_fields_than_the_form_has_change_nothing(client, cohort, applicant):  # mass assignment
    more = {"state": "accepted", "receipt_number": "X", "host": "1", "person": "1", "user": "1", "submitted_at": "2026"}
    begin(client, cohort, **more)
    send(client, cohort, "motivation", MOTIVATION | more)

    application = Application.objects.get()
    assert (application.state, application.receipt_number, application.submitted_at) == ("draft", None, None)
    assert (application.host, application.person.user) == (cohort.host, applicant)


@pytest.mark.parametrize("pk", ["0", "1" + "0" * 30, "abc", "-1", "%00"])
def test_addresses_that_lead_nowhere(client, pk):  # 75
    for path in (f"/apply/{pk}/", f"/apply/{pk}/about/", f"/applications/{pk}/", f"/applications/files/{pk}/"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("key", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_key_that_is_not_the_drafts_submits_nothing(client, cohort, key):
    application = fill(client, cohort)

    answer = client.post(reverse("cohorts:apply-check", args=[cohort.pk]), {"submission_key": key})

    application.refresh_from_db()
    assert (answer.status_code, application.state) == (422, "draft")


def test_ten_thousand_fields_are_refused(client, cohort):  # 81
    answer = client.post(step_url(cohort, "about"), {f"f{number}": "x" for number in range(10_000)})

    assert answer.status_code == 400


@pytest.mark.parametrize("method", ["put", "delete", "patch", "trace"])
def test_other_methods_are_not_allowed(client, cohort, method):  # 82
    begin(client, cohort)
    application = Application.objects.get()
    paths = [
        step_url(cohort, "about"),
        reverse("cohorts:apply-check", args=[cohort.pk]),
        reverse("cohorts:my-application-list"),
        reverse("cohorts:apply-discard", args=[application.pk]),
    ]

    assert {getattr(client, method)(path).status_code for path in paths} == {405}


def test_with_the_back_button_one_comes_to_the_receipt(client, cohort):  # 84
    application = fill(client, cohort)
    receipt = submit(client, application).url

    assert submit(client, application).url == receipt
    check = client.get(reverse("cohorts:apply-check", args=[cohort.pk]))
    assert check.url == receipt
