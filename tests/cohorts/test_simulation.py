"""Other weights, tried without writing: who gains, who loses, and a frozen selection worked out again by plain SQL."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cohorts.actions.selection import prepare_selection
from cohorts.models import Decision, Selection
from cohorts.ranking import Scores, Weights
from cohorts.rules import Entry, Rules
from cohorts.simulation import STEP, draft, sensitivity
from cohorts.states import CohortState
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from tests.factories import make_application, make_cohort, make_member, make_scores, make_user

DAY = datetime(2026, 4, 1, tzinfo=UTC)
points = st.integers(0, 100).map(Decimal) | st.none()
weightings = (
    st.tuples(st.integers(0, 100), st.integers(0, 100))
    .map(sorted)
    .map(lambda t: Weights(t[0], t[1] - t[0], 100 - t[1]))
)


@st.composite
def fields(draw):
    entries = [
        Entry(
            pk, draw(st.sampled_from("ab")), Scores(draw(points), draw(points), draw(points)), DAY + timedelta(hours=pk)
        )
        for pk in range(draw(st.integers(0, 12)))
    ]
    return entries, {"a": draw(st.integers(0, 5)), "b": draw(st.integers(0, 5))}


@given(fields(), weightings, weightings)
def test_what_one_gains_another_loses_unless_a_seat_stayed_free(case, before, after):
    entries, seats = case
    now, then = draft(entries, Rules(before), seats), draft(entries, Rules(after), seats)

    assert not then.gains(now) & now.gains(then)
    assert now.selected | then.gains(now) == then.selected | now.gains(then)
    for track, number in seats.items():
        ranked = [one.id for one in entries if one.track == track and one.id not in then.unranked]
        assert len(then.selected & set(ranked)) == min(number, len(ranked))
        assert sorted(then.ranks[pk] for pk in ranked) == list(range(1, len(ranked) + 1))


@given(fields(), weightings)
def test_the_same_weights_change_nothing_and_no_weight_goes_below_zero(case, weights):
    entries, seats = case

    rules = Rules(weights)

    assert draft(entries, rules, seats) == draft(list(reversed(entries)), rules, seats)
    for shift in sensitivity(entries, rules, seats, draft(entries, rules, seats)):
        assert getattr(weights, shift.down) >= STEP
        assert 0 <= shift.seats_changed <= sum(seats.values())


# The page ------------------------------------------------------------------------------------


@pytest.fixture
def official(client, settings):
    settings.MFA_REQUIRED = False
    user = make_member(Role.OFFICIAL)
    client.force_login(user)
    return user


def selecting(host):
    """One seat; by the rules the better interview has it, by the test alone the other."""
    cohort = make_cohort(host=host, state=CohortState.SELECTING, tracks={"일반": 1})
    talker, tester = (make_application(cohort=cohort) for _ in range(2))
    make_scores(talker, document=80, test=60, interview=95)
    make_scores(tester, document=80, test=95, interview=50)
    return cohort, talker, tester


@pytest.mark.django_db
def test_trying_other_weights_shows_who_gains_and_writes_nothing(client, official):
    cohort, talker, tester = selecting(official.acting.organization)
    address = reverse("cohorts:selection-simulate", args=[cohort.pk])
    assert client.get(address).context["gains"] == []
    events = AuditEvent.objects.count()

    tried = {"weight_document": "0", "weight_test": "100", "weight_interview": "0", "minimum_total": "0"}
    page = client.get(address, tried)

    assert [row["application"] for row in page.context["gains"]] == [tester]
    assert [row["application"] for row in page.context["losses"]] == [talker]
    assert page.context["gains"][0]["after"] == (1, Decimal("95.00"))
    assert (AuditEvent.objects.count(), Selection.objects.count(), Decision.objects.count()) == (events, 0, 0)
    cohort.policy.refresh_from_db()
    assert cohort.policy.weight_test == 30


@pytest.mark.django_db
def test_weights_that_do_not_make_100_are_named_beside_the_field(client, official):
    cohort, *_rest = selecting(official.acting.organization)

    tried = {"weight_document": "50", "weight_test": "50", "weight_interview": "50", "minimum_total": "0"}
    page = client.get(reverse("cohorts:selection-simulate", args=[cohort.pk]), tried)

    assert "150" in str(page.context["form"].errors["weight_interview"])
    assert page.context["form"]["weight_document"].value() == "50"
    assert page.context["gains"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_the_simulation_asks_the_same_of_any_number(client, official, count, django_assert_num_queries):
    cohort = make_cohort(host=official.acting.organization, state=CohortState.SELECTING, tracks={"일반": count})
    for number in range(count):
        make_scores(make_application(cohort=cohort), document=80, test=60 + number, interview=95)
        make_scores(make_application(cohort=cohort), document=80, test=90 + number, interview=50)
    address = reverse("cohorts:selection-simulate", args=[cohort.pk])
    tried = {"weight_document": "0", "weight_test": "100", "weight_interview": "0", "minimum_total": "0"}
    client.get(address, tried)

    with django_assert_num_queries(8):
        page = client.get(address, tried)

    assert len(page.context["gains"]) == count


# Worked out again ------------------------------------------------------------------------------

AGAIN = """
WITH scored AS (
  SELECT d.application_id, a.track_id, a.submitted_at,
         (d.scores->>'document')::numeric AS document,
         (d.scores->>'test')::numeric AS test,
         (d.scores->>'interview')::numeric AS interview,
         round(((d.scores->>'document')::numeric * (s.inputs->'weights'->>'document')::int
              + (d.scores->>'test')::numeric * (s.inputs->'weights'->>'test')::int
              + (d.scores->>'interview')::numeric * (s.inputs->'weights'->>'interview')::int) / 100, 2) AS total,
         (s.inputs->'seats'->>a.track_id::text)::int AS seats
  FROM cohorts_decision d
  JOIN cohorts_selection s ON s.id = d.selection_id
  JOIN cohorts_application a ON a.id = d.application_id
  WHERE s.id = %s
), ranked AS (
  SELECT *, row_number() OVER (
    PARTITION BY track_id ORDER BY total DESC, interview DESC, test DESC, document DESC, submitted_at, application_id
  ) AS rank FROM scored
)
SELECT application_id, total, rank FROM ranked WHERE rank <= seats ORDER BY application_id
"""


@pytest.mark.django_db
def test_plain_sql_finds_the_same_hundred_people_from_the_frozen_inputs():
    """412 applicants, 80 general and 20 advanced seats, three panellists each, many ties on purpose."""
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": 80, "심화": 20})
    tracks, panel = list(cohort.tracks.all()), [make_user() for _ in range(3)]
    for number in range(412):
        application = make_application(cohort=cohort, track=tracks[number % 5 == 0])
        for place, reviewer in enumerate(panel):
            marks = {
                "document": 60 + number * 7 % 30,
                "test": 50 + number * 11 % 45,
                "interview": 70 + (number + place) % 9,
            }
            make_scores(application, reviewer=reviewer, **marks)

    selection = prepare_selection(cohort, by=None)

    with connection.cursor() as cursor:
        cursor.execute(AGAIN, [selection.pk])
        again = cursor.fetchall()
    chosen = selection.decisions.filter(outcome="selected").order_by("application_id")
    assert again == list(chosen.values_list("application_id", "total", "rank"))
    assert len(again) == 100
