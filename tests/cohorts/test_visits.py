"""Visits: no expert at two places, counted without names, names only with consent and gone afterwards."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cohorts.actions import visit_reminders as calendar
from cohorts.actions import visits as actions
from cohorts.models import SchoolRequest, Visit, VisitPupil
from cohorts.outreach import feedback_marks, rural_rows, visit_figures
from partners.measures import delivered
from partners.models import Commitment, CommitmentFigure, Party
from partners.states import Measure
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.jobs.registry import SCHEDULES
from portal.notify.models import Mail
from tests.cohorts.visiting import make_ministry, make_request, make_round, make_visit
from tests.factories import make_agreement, make_company, make_member, make_programme
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def when(days: float = 7, hours: float = 1.5, **fields):
    start = timezone.now().replace(microsecond=0) + timedelta(days=days)
    return {"starts_at": start, "ends_at": start + timedelta(hours=hours), "place": "과학실"} | fields


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def mentor(company):
    return make_member(Role.MENTOR, company, name="오지훈")


def accepted(company) -> SchoolRequest:
    return make_request(round=make_round(company=company), state="accepted")


def mails() -> list[tuple[str, str]]:
    return [(mail.template.removeprefix("cohorts/"), mail.address) for mail in Mail.objects.order_by("pk")]


# Arranging -----------------------------------------------------------------------------


def test_teacher_and_expert_are_told_of_the_day(company, mentor):
    request = accepted(company)

    visit = actions.plan_visit(request, by=None, expert=mentor.acting, **when())

    assert (visit.state, visit.school, visit.who) == ("planned", request.school, "오지훈")
    assert mails() == [("visit_planned", request.contact_email), ("visit_planned", mentor.email)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (when(-1), "starts_at"),
        (when(hours=-1), "ends_at"),
        (when(hours=11), "ends_at"),
        (when(expert_name=""), "expert"),
    ],
)
def test_a_day_that_makes_no_sense_is_refused_beside_its_field(company, fields, field):
    with pytest.raises(ActionRefused) as refused:
        actions.plan_visit(accepted(company), by=None, **{"expert_name": "오지훈"} | fields)

    assert refused.value.field == field


def test_the_expert_is_a_mentor_of_the_company(company):
    stranger = make_member(Role.MENTOR)

    with pytest.raises(ActionRefused):
        actions.plan_visit(accepted(company), by=None, expert=stranger.acting, **when())


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(("later", "refused"), [(1.0, True), (1.5, False)])
def test_an_expert_is_at_one_place_at_a_time(company, mentor, named, later, refused):
    who = {"expert_name": "오지훈"} if named else {"expert": mentor.acting}
    first = when()
    actions.plan_visit(accepted(company), by=None, **who, **first)
    second = {
        **first,
        "starts_at": first["starts_at"] + timedelta(hours=later),
        "ends_at": first["ends_at"] + timedelta(hours=2),
    }

    if refused:
        with pytest.raises(ActionRefused) as said:
            actions.plan_visit(accepted(company), by=None, **who, **second)
        assert said.value.field == "starts_at"
    else:
        actions.plan_visit(accepted(company), by=None, **who, **second)


@pytest.mark.django_db(transaction=True)
def test_ten_schools_at_once_get_one_hour_of_an_expert_once():
    company = make_company()
    mentor = make_member(Role.MENTOR, company)
    requests = [accepted(company) for _ in range(10)]
    hour = when()

    found = in_parallel(
        [partial(actions.plan_visit, request, by=None, expert=mentor.acting, **hour) for request in requests]
    )

    assert Visit.objects.count() == 1
    assert [one.field for one in found if isinstance(one, ActionRefused)] == ["starts_at"] * 9


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_they_would_all_get_it():
    """The twin: what the constraint keeps out does happen without it."""
    [constraint] = [one for one in Visit._meta.constraints if one.name == "expert_is_at_one_place_at_a_time"]
    company = make_company()
    mentor, hour = make_member(Role.MENTOR, company), when()
    with connection.schema_editor() as editor:
        editor.remove_constraint(Visit, constraint)
    try:
        for request in (accepted(company), accepted(company)):
            actions.plan_visit(request, by=None, expert=mentor.acting, **hour)
        assert Visit.objects.count() == 2
    finally:
        Visit.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Visit, constraint)


def test_a_moved_visit_frees_its_hour_and_tells_both_again(company, mentor):
    other = make_member(Role.MENTOR, company)
    visit = actions.plan_visit(accepted(company), by=None, expert=mentor.acting, **when())
    Mail.objects.all().delete()

    actions.reschedule_visit(visit, by=None, **when(8, expert=other.acting, expert_name=""))

    teacher = visit.request.contact_email
    expected = [("visit_rescheduled", teacher), ("visit_rescheduled", other.email), ("visit_cancelled", mentor.email)]
    assert mails() == expected
    actions.plan_visit(accepted(company), by=None, expert=mentor.acting, **when())
    event = AuditEvent.objects.get(verb="visit.rescheduled")
    assert event.before["expert"] == mentor.acting.pk
    assert event.after["expert"] == other.acting.pk
    actions.reschedule_visit(visit, by=None, expert=None, expert_name="허은채")
    assert "허은채" not in str(list(AuditEvent.objects.values_list("before", "after")))


def test_nothing_changed_is_nothing_told(company):
    visit = make_visit(request=accepted(company))

    actions.reschedule_visit(visit, by=None, place=visit.place)

    assert mails() == []
    assert not AuditEvent.objects.filter(verb="visit.rescheduled").exists()


# Counting ------------------------------------------------------------------------------


def test_a_visit_is_held_once_its_pupils_are_counted(company):
    visit = make_visit(request=accepted(company), days=-0.5)

    actions.hold_visit(visit, by=None, headcount={"e5": 24, "e6": 3, "m1": 0}, teachers=2, report="로봇을 움직였다.")

    visit.refresh_from_db()
    assert (visit.state, visit.pupils, visit.headcount) == ("held", 27, {"e5": 24, "e6": 3})
    assert mails() == [("feedback_asked", visit.request.contact_email)]
    assert visit.request.token in Mail.objects.get().body


@pytest.mark.parametrize("headcount", [{}, {"e5": 0}, {"e5": 2_001}])
def test_without_pupils_it_was_not_held(headcount):
    visit = make_visit(days=-0.5)

    with pytest.raises(ActionRefused):
        actions.hold_visit(visit, by=None, headcount=headcount, teachers=1)

    visit.refresh_from_db()
    assert visit.state == "planned"


@pytest.mark.parametrize(("days", "state"), [(1, "planned"), (-1, "held"), (-1, "cancelled")])
def test_a_visit_to_come_or_over_is_not_reported(days, state):
    with pytest.raises(ActionRefused):
        actions.hold_visit(make_visit(days=days, state=state), by=None, headcount={"e5": 20}, teachers=1)


def test_the_database_holds_that_a_held_visit_is_counted():
    visit = make_visit(days=-1)

    with pytest.raises(IntegrityError, match="held_visit_is_counted"), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(state="held")


def test_a_corrected_headcount_keeps_the_old_one_in_the_history():
    visit = make_visit(days=-1, state="held")

    actions.amend_visit_report(visit, by=None, headcount={"e5": 30}, teachers=3)

    event = AuditEvent.objects.get(verb="visit.report_amended")
    assert (event.before["pupils"], event.after["pupils"]) == (25, 30)
    with pytest.raises(ActionRefused):
        actions.amend_visit_report(make_visit(), by=None, headcount={"e5": 30}, teachers=3)


def test_lectures_and_pupils_count_towards_the_commitments_of_the_company_and_the_host(client, sign_in):
    ministry, company, other = make_ministry(), make_company(), make_company()
    agreement = make_agreement(host=ministry)
    programme = make_programme(host=ministry, agreement=agreement, kind="outreach", months_at_least=None)
    for giver, held in ((company, 2), (other, 1)):
        round = make_round(programme=programme, company=giver)
        for _ in range(held):
            make_visit(round=round, days=-3, state="held")
        make_visit(round=round)
    make_visit(days=-3, state="held")  # of nobody here
    parties = [Party.objects.create(agreement=agreement, organization=one) for one in (company, other, ministry)]
    promised = [
        Commitment.objects.create(agreement=agreement, party=party, what=str(one), unit="회", quantity=9, measure=one)
        for party in parties
        for one in (Measure.LECTURES, Measure.PUPILS)
    ]

    found = delivered(agreement.commitments.all())

    assert [found[one.pk].number for one in promised] == [2, 50, 1, 25, 3, 75]
    visit = Visit.objects.filter(company=company, state="planned").get()
    Visit.objects.filter(pk=visit.pk).update(starts_at=timezone.now() - timedelta(hours=2), ends_at=timezone.now())
    actions.hold_visit(visit, by=None, headcount={"e5": 10}, teachers=1)
    kept = CommitmentFigure.objects.in_bulk([one.pk for one in promised], field_name="commitment_id")
    assert [kept[one.pk].number for one in promised] == [3, 60, 1, 25, 4, 85]
    sign_in(make_member(Role.MENTOR, company))
    assert client.get(found[promised[0].pk].url).context["listing"].total == 3
    sign_in(make_member(Role.OFFICIAL, ministry))
    listed = [client.get(found[one.pk].url).context["listing"].total for one in promised]
    assert listed == [3, 3, 1, 1, 4, 4]


# Names ---------------------------------------------------------------------------------


def pupil(**fields):
    return {
        "name": "임하늘", "under_14": True, "guardian": "임도현", "consent_way": "paper", "consented_on": TODAY,
    } | fields  # fmt: skip


def gate(days: float = 7) -> Visit:
    return make_visit(round=make_round(format="at_company", place="성남 사옥", names_needed=True), days=days)


def test_a_childs_name_is_kept_with_the_consent_of_a_guardian_only():
    visit = gate()

    with pytest.raises(ActionRefused) as refused:
        actions.name_pupil(visit, **pupil(guardian=""))

    assert refused.value.field == "guardian"
    assert not VisitPupil.objects.exists()
    named = actions.name_pupil(visit, **pupil())
    actions.name_pupil(visit, **pupil(name="강다온", under_14=False, guardian=""))
    assert "임하늘" not in str(AuditEvent.objects.get(verb="visit.pupil_named", after__pupil=named.pk).after)
    with pytest.raises(IntegrityError, match="child_has_guardians_consent"), transaction.atomic():
        VisitPupil.objects.filter(pk=named.pk).update(guardian="")


@pytest.mark.parametrize(
    ("visit", "fields"),
    [
        (make_visit, {}),
        (lambda: gate(-1), {}),
        (gate, {"consented_on": TODAY + timedelta(days=1)}),
    ],
)
def test_no_name_without_need_consent_or_a_gate_to_come(visit, fields):
    with pytest.raises(ActionRefused):
        actions.name_pupil(visit(), **pupil(**fields))

    assert not VisitPupil.objects.exists()


def test_the_same_pupil_is_listed_once_and_no_more_than_may_come():
    visit = gate()
    actions.name_pupil(visit, **pupil())
    with pytest.raises(ActionRefused):
        actions.name_pupil(visit, **pupil())
    type(visit.round).objects.filter(pk=visit.round_id).update(pupils_most=1)

    with pytest.raises(ActionRefused):
        actions.name_pupil(visit, **pupil(name="강다온"))

    assert visit.named_pupils.count() == 1


def test_names_are_destroyed_the_day_after_and_the_history_keeps_their_number():
    over, to_come = gate(), gate()
    for visit in (over, to_come):
        actions.name_pupil(visit, **pupil())
    Visit.objects.filter(pk=over.pk).update(
        starts_at=timezone.now() - timedelta(hours=26), ends_at=timezone.now() - timedelta(hours=25)
    )

    assert (calendar.destroy_names(), calendar.destroy_names()) == (1, 0)

    assert list(VisitPupil.objects.values_list("visit", flat=True)) == [to_come.pk]
    assert AuditEvent.objects.get(verb="visit.names_destroyed").before == {"names": 1}


def test_the_teachers_contact_is_destroyed_after_a_year():
    old, fresh, planned = make_visit(days=-400, state="held"), make_visit(days=-300, state="held"), make_visit()
    long_ago = timezone.now() - timedelta(days=400)
    SchoolRequest.objects.update(decided_at=long_ago, submitted_at=long_ago)

    assert (calendar.destroy_contacts(), calendar.destroy_contacts()) == (1, 0)

    kept = SchoolRequest.objects.exclude(contact_email="").values_list("pk", flat=True)
    assert set(kept) == {fresh.request_id, planned.request_id}
    gone = SchoolRequest.objects.get(pk=old.request_id)
    assert (gone.contact_name, gone.contact_mobile) == ("", "")
    assert not SchoolRequest.objects.with_token(gone.token).exists()


# Feedback and figures ------------------------------------------------------------------


def marks(**fields):
    return {"level": 4, "interest": 5, "running": 3, "words": "아이들이 더 듣고 싶어 했습니다."} | fields


def test_a_school_answers_once_and_after_the_visit():
    visit = make_visit(days=-1, state="held")
    actions.give_feedback(visit, **marks())

    with pytest.raises(ActionRefused):
        actions.give_feedback(visit, **marks())
    with pytest.raises(ActionRefused):
        actions.give_feedback(make_visit(), **marks())


def test_figures_are_those_of_the_held_visits():
    round = make_round()
    for rural in (True, True, False):
        visit = make_visit(request=make_request(round=round, rural=rural, state="accepted"), days=-2, state="held")
        actions.give_feedback(visit, **marks(level=5 if rural else 4))
    make_visit(round=round)

    found, said = visit_figures(round.visits.all()), feedback_marks(round.visits.all())

    assert (found.visits, found.pupils, found.schools, found.rural) == (3, 75, 3, 2)
    assert (str(found.rural_share), found.regions) == ("66.7", [("경북", 2), ("대구", 1)])
    assert (said.answers, [str(mean) for _label, mean in said.means]) == (3, ["4.67", "5.00", "3.00"])
    assert rural_rows(round.visits.all()) == [(round.topic, [2, 1])]
    nothing = visit_figures(Visit.objects.none())
    assert (nothing.visits, nothing.pupils, nothing.rural_share) == (0, 0, None)


# Reminders -----------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "notices"), [(8.5, 0), (7, 1), (3, 1), (1, 1), (-1, 0)])
def test_teacher_and_expert_are_reminded_once(company, mentor, days, notices):
    visit = make_visit(request=accepted(company), expert=mentor.acting, days=days)

    calendar.remind_of_visits()
    calendar.remind_of_visits()

    assert mails() == [("visit_soon", visit.request.contact_email), ("visit_soon", mentor.email)][: 2 * notices]


def test_the_day_before_they_are_reminded_again_and_a_moved_visit_anew(company):
    visit = make_visit(request=accepted(company), days=7)
    calendar.remind_of_visits()
    for days in (1, 6):
        start = timezone.now() + timedelta(days=days)
        Visit.objects.filter(pk=visit.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))
        calendar.remind_of_visits()

    assert mails() == [("visit_soon", visit.request.contact_email)] * 3


@pytest.mark.parametrize(("days", "state", "count"), [(-2, "planned", 0), (-4, "planned", 1), (-4, "held", 0)])
def test_a_missing_report_is_asked_for_once(company, mentor, days, state, count):
    make_visit(request=accepted(company), expert=mentor.acting, days=days, state=state)

    calendar.remind_of_reports()
    calendar.remind_of_reports()

    assert mails() == [("visit_unreported", mentor.email)] * count


def test_who_arranged_it_is_asked_where_the_expert_has_no_account():
    official = make_member(Role.OFFICIAL)
    make_visit(days=-4, arranged_by=official)

    calendar.remind_of_reports()

    assert mails() == [("visit_unreported", official.email)]


def test_the_rules_run_every_day():
    assert {"cohorts.remind_of_visits", "cohorts.destroy_visit_names"} <= SCHEDULES.keys()
    assert reverse("cohorts:visit-list")
