"""Seats that become free where quotas hold: the next in line is whoever the quotas would choose."""

import pytest
from django.urls import reverse

from cohorts.actions import board, offers
from cohorts.actions.board import QuotaPlan
from cohorts.actions.selection import prepare_selection, release_selection
from cohorts.models import Application, Offer
from cohorts.states import CohortState
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.notify.models import Mail
from tests.factories import make_application, make_cohort, make_member, make_person, make_scores, make_user

pytestmark = pytest.mark.django_db
DAEGU, BUSAN = "대구광역시 중구 국채보상로 1", "부산광역시 해운대구 1"


def released(plan, *addresses, seats=2):
    """One application for each address, the best first."""
    cohort = make_cohort(state=CohortState.SELECTING, tracks={"일반": seats})
    for place, address in enumerate(addresses):
        person = make_person(host=cohort.host, name=f"지원{place}")
        make_scores(make_application(cohort=cohort, person=person, address=address), interview=90 - place)
    board.adopt_rules(cohort, by=None, reason="공고", quotas=[plan])
    release_selection(prepare_selection(cohort, by=None), by=None)
    return cohort


def decline(cohort, name):
    offers.decline_offer(Offer.objects.get(application__person__name=name), by=None)
    return sorted(Offer.objects.live().values_list("application__person__name", flat=True))


KEPT = QuotaPlan(None, "region", "대구광역시", "at_least", 1, "seats")
LIMIT = QuotaPlan(None, "region", "대구광역시", "at_most", 1, "seats")


def test_a_kept_seat_goes_on_to_its_group():
    cohort = released(KEPT, BUSAN, BUSAN, DAEGU, DAEGU)  # seats: 0 and 2

    assert decline(cohort, "지원2") == ["지원0", "지원3"]
    assert decline(cohort, "지원0") == ["지원1", "지원3"]


def test_a_kept_seat_goes_to_the_rest_when_nobody_of_the_group_waits():
    cohort = released(KEPT, BUSAN, BUSAN, DAEGU)

    assert decline(cohort, "지원2") == ["지원0", "지원1"]


def test_a_limit_holds_on_the_waitlist_too():
    cohort = released(LIMIT, DAEGU, BUSAN, DAEGU, BUSAN)

    assert decline(cohort, "지원1") == ["지원0", "지원3"]
    assert decline(cohort, "지원0") == ["지원2", "지원3"]


def test_the_office_sees_and_offers_to_the_next_by_quota(client, settings):
    settings.MFA_REQUIRED = False
    cohort = released(KEPT, BUSAN, BUSAN, DAEGU, DAEGU)
    client.force_login(make_member(Role.OFFICIAL, cohort.host))
    waiting = {one.person.name: one for one in cohort.applications.waitlisted().select_related("person")}
    Offer.objects.filter(application__person__name="지원2").update(state="declined")
    cohort.applications.filter(person__name="지원2").update(state="declined")

    page = client.get(reverse("cohorts:selection-waitlist", args=[cohort.pk]))

    assert page.context["tracks"][0].next_number == waiting["지원3"].receipt_number
    places = {row.application.person.name: row.place for row in page.context["listing"]}
    assert places == {"지원0": None, "지원1": 1, "지원2": None, "지원3": 2}
    with pytest.raises(ActionRefused):
        offers.offer_place(waiting["지원1"], by=None)
    assert offers.offer_place(waiting["지원3"], by=None)


def test_no_seat_is_offered_against_a_limit():
    cohort = released(LIMIT, DAEGU, BUSAN, DAEGU)
    decline(cohort, "지원1")

    assert list(Offer.objects.live().values_list("application__person__name", flat=True)) == ["지원0"]
    with pytest.raises(ActionRefused):
        offers.offer_place(cohort.applications.get(person__name="지원2"), by=None)


def test_an_offer_out_of_the_order_of_ranks_says_why():
    released(KEPT, BUSAN, BUSAN, DAEGU, DAEGU)
    gone = Offer.objects.get(application__person__name="지원2")

    offers.decline_offer(gone, by=None)

    by_quota = AuditEvent.objects.filter(verb="application.offered").exclude(reason="")
    assert [Application.objects.get(pk=one.object_id).person.name for one in by_quota] == ["지원3"]


def test_who_waits_reads_that_a_later_number_may_come_first(client):
    cohort = released(KEPT, BUSAN, BUSAN, DAEGU, DAEGU)
    told = []
    for name in ("지원1", "지원3"):
        one = cohort.applications.get(person__name=name)
        one.person.user = make_user()
        one.person.save()
        client.force_login(one.person.user)
        page = client.get(reverse("cohorts:waitlist-place", args=[one.pk]))
        told.append((page.context["place"], page.context["own_groups"], len(page.context["quotas"])))

    assert [(place, bool(own), quotas) for place, own, quotas in told] == [(1, False, 1), (2, True, 1)]
    mail = Mail.objects.filter(template="cohorts/waitlisted").first()
    assert "뒤 번호가 먼저" in mail.body
