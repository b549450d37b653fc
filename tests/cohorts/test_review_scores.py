"""The page of the reviewers' scores: raw, spread and adjusted side by side, and nothing of it written."""

import io
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from cohorts.models import Score
from cohorts.queries import mean_scores
from cohorts.states import CohortState
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord
from tests.factories import make_application, make_cohort, make_member, make_scores, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(client, settings):
    settings.MFA_REQUIRED = False
    made = make_cohort(state=CohortState.SELECTING)
    client.force_login(make_member(Role.OFFICIAL, made.host))
    return made


def scored(cohort, *panels):
    """Applications with the points of a mild and a strict reviewer; None for no score."""
    mild, strict = make_user(name="너그러운"), make_user(name="엄격한")
    found = []
    for points in panels:
        application = make_application(cohort=cohort)
        found.append(application)
        for reviewer, one in zip((mild, strict), points, strict=True):
            if one is not None:
                make_scores(application, document=one, test=None, interview=None, reviewer=reviewer)
    return found


def page(client, cohort, name="review-scores", **query):
    return client.get(reverse(f"cohorts:{name}", args=[cohort.pk]), query)


def test_who_was_read_by_the_strict_one_alone_is_lifted_beside_the_raw_mean(client, cohort):
    both, mild, strict = scored(cohort, (90, 70), (80, None), (None, 62))

    found = page(client, cohort, sort="-adjusted")

    rows = {row.pk: row for row in found.context["listing"]}
    assert [row.pk for row in found.context["listing"]] == [both.pk, strict.pk, mild.pk]
    assert (rows[strict.pk].raw.mean, rows[strict.pk].adjusted) == (Decimal("62.00"), Decimal("72.00"))
    assert (rows[both.pk].raw.range, rows[both.pk].raw.deviation) == (Decimal(20), Decimal("10.00"))
    assert [(str(one.reviewer), one.leniency) for one in found.context["found"].reviewers] == [
        ("너그러운", Decimal(10)), ("엄격한", Decimal(-10)),
    ]  # fmt: skip


def test_raw_scores_stay_and_the_selection_reads_them(client, cohort):
    both, mild, strict = scored(cohort, (90, 70), (80, None), (None, 62))
    for one in (both, mild, strict):
        make_scores(one, document=None)
    before = list(Score.objects.order_by("pk").values_list("points", flat=True))
    page(client, cohort)

    assert list(Score.objects.order_by("pk").values_list("points", flat=True)) == before
    documents = {pk: scores.document for pk, scores in mean_scores(cohort).items()}
    assert documents == {both.pk: 80, mild.pk: 80, strict.pk: 62}


def test_it_is_narrowed_by_spread_stage_and_number(client, cohort):
    far, near = scored(cohort, (90, 60), (80, 79))

    assert [row.pk for row in page(client, cohort).context["listing"]] == [far.pk, near.pk]
    assert [row.pk for row in page(client, cohort, above="30").context["listing"]] == [far.pk]
    assert [row.pk for row in page(client, cohort, q=near.receipt_number).context["listing"]] == [near.pk]
    assert list(page(client, cohort, stage="interview").context["listing"]) == []
    assert page(client, cohort, stage="singing", above="x", sort="nothing").status_code == 200


def test_reviewers_without_an_application_in_common_are_told_apart(client, cohort):
    scored(cohort, (90, None), (None, 60))

    found = page(client, cohort)

    assert found.context["found"].groups == 2
    assert [row.difference for row in found.context["listing"]] == [0, 0]


def test_the_file_holds_what_is_listed_without_names(client, cohort):
    far, near = scored(cohort, (90, 60), (80, 79))

    answer = page(client, cohort, "review-scores-export", above="30")

    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    said = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert far.receipt_number in said
    assert near.receipt_number not in said
    assert far.person.name not in said
    assert "너그러운" in said
    assert AccessRecord.objects.filter(action="scores.downloaded", people=1).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_of_any_number(client, cohort, count, django_assert_max_num_queries):
    scored(cohort, *[(90, 60)] * count)
    page(client, cohort)

    with django_assert_max_num_queries(8):
        page(client, cohort)
