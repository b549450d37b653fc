"""The dated figures of commitments: counted at once by who acts, by the hour for all, and what pages show of them."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from partners.actions import deliveries, promises
from partners.actions.agreements import renew_agreement, terminate_agreement
from partners.actions.figures import refresh_all_figures, refresh_figures
from partners.models import Amendment, Commitment, CommitmentFigure, Delivery
from partners.states import Measure
from portal.accounts.roles import Role
from portal.common.exceptions import ActionRefused
from tests.factories import make_agreement, make_cohort, make_company, make_member, make_programme
from tests.files import pdf
from tests.workers import drain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def paper(text="가"):
    return SimpleUploadedFile("증빙.pdf", pdf() + text.encode(), content_type="application/pdf")


def promise(agreement=None, measure=Measure.NONE, quantity=100, what="특강", **fields):
    agreement = agreement or make_agreement(**fields)
    party = agreement.parties.first() or promises.add_party(
        agreement, by=None, transcribed_from="제2조", organization=make_company()
    )
    return promises.add_commitment(
        agreement,
        by=None,
        transcribed_from="제2조",
        party=party,
        what=what,
        unit="회",
        quantity=quantity,
        measure=measure,
    )


def figure(commitment):
    return CommitmentFigure.objects.get(commitment=commitment)


def test_a_commitment_has_its_figure_from_its_first_moment():
    commitment = promise(state="draft")

    found = figure(commitment)

    assert (found.number, found.state) == (0, "")
    assert (found.host_id, found.organization_id) == (commitment.agreement.host_id, commitment.party.organization_id)


def test_what_is_entered_and_withdrawn_moves_the_figure_at_once():
    commitment = promise(quantity=30)

    entry = deliveries.enter_delivery(
        commitment, by=None, amount=30, delivered_on=timezone.localdate(), evidence=paper()
    )
    assert (figure(commitment).number, figure(commitment).state) == (30, "met")

    deliveries.withdraw_delivery(entry, by=None, reason="중복 입력")
    assert (figure(commitment).number, figure(commitment).state) == (0, "delayed")


def test_the_end_of_an_agreement_moves_its_figures():
    commitment = promise()

    terminate_agreement(commitment.agreement, by=None, reason="사업 중단")

    assert figure(commitment).state == "not_done"


def test_an_amended_commitment_is_counted_anew():
    commitment = promise(quantity=5)
    deliveries.enter_delivery(commitment, by=None, amount=5, delivered_on=timezone.localdate(), evidence=paper())

    promises.amend_commitment(commitment, by=None, amendment=Amendment(), quantity=6)

    assert figure(commitment).state != "met"


def test_the_commitments_of_a_renewal_have_their_figures():
    renewal = renew_agreement(promise().agreement, by=None)

    assert CommitmentFigure.objects.filter(agreement=renewal, state="").count() == 1


def test_each_hour_everything_is_counted_anew(time_machine_at):
    with time_machine_at("2026-03-01 09:00"):
        commitment = promise(valid_from=date(2026, 3, 1), valid_until=date(2026, 12, 31), state="in_force")
        assert figure(commitment).state == "on_track"

    with time_machine_at("2026-10-01 00:15"):
        drain(schedules=True)

        assert figure(commitment).state == "delayed"
        assert figure(commitment).as_of == timezone.now()


def test_commitments_without_a_figure_get_one():
    commitment = promise()
    CommitmentFigure.objects.all().delete()

    assert refresh_all_figures() == 1
    assert figure(commitment).number == 0


@pytest.mark.parametrize("count", [1, 3])
def test_agreements_are_counted_in_as_many_queries_for_one_as_for_three(count, django_assert_num_queries):
    agreements = [make_agreement() for _number in range(count)]
    for agreement in agreements:
        make_cohort(programme=make_programme(agreement=agreement, host=agreement.host), state="running", capacity=100)
        promise(agreement, Measure.SEATS, what="모집")
        promise(agreement, Measure.NONE)

    with django_assert_num_queries(7):  # lock, commitments, seats, entries, write, and two of the transaction
        assert refresh_figures(*(agreement.pk for agreement in agreements), None) == 2 * count
    assert set(CommitmentFigure.objects.filter(commitment__measure="seats").values_list("number", flat=True)) == {100}


# Money ---------------------------------------------------------------------------------


def test_money_is_paid_on_a_day_for_something_and_shown_by_a_paper():
    commitment = promise(measure=Measure.MONEY, quantity=3_000_000_000)
    when = timezone.localdate() - timedelta(days=3)

    with pytest.raises(ActionRefused) as refused:
        deliveries.enter_delivery(commitment, by=None, amount=1, delivered_on=when, evidence=paper())
    deliveries.enter_delivery(
        commitment, by=None, amount=2_500_000_000, delivered_on=when, evidence=paper(), note="교육 운영비 1차"
    )

    assert refused.value.field == "note"
    assert figure(commitment).number == 2_500_000_000


def test_the_database_keeps_no_entry_without_its_evidence():
    commitment = promise()

    with pytest.raises(IntegrityError, match="evidence"), transaction.atomic():
        Delivery.objects.create(
            agreement=commitment.agreement, host=commitment.agreement.host, commitment=commitment,
            amount=1, delivered_on=timezone.localdate(), size=0,
        )  # fmt: skip


def test_a_payment_is_entered_on_its_page(sign_in):
    official = make_member(Role.OFFICIAL)
    commitment = promise(host=official.acting.organization, measure=Measure.MONEY, quantity=120_000_000)
    browser, where = sign_in(official), [commitment.agreement_id, commitment.pk]
    url = reverse("partners:delivery-enter", args=where)
    typed = {"amount": "30000000", "delivered_on": str(timezone.localdate())}

    nameless = browser.post(url, typed | {"evidence": paper()}, headers={"Accept-Language": "ko"})
    browser.post(url, typed | {"note": "1차 운영비", "evidence": paper()})
    page = browser.get(reverse("partners:delivery-list", args=where), headers={"Accept-Language": "ko"})

    assert nameless.status_code == 422
    assert "지급 내용을 입력하세요" in nameless.content.decode()
    assert "30,000,000 / 120,000,000" in page.content.decode()
    assert "1차 운영비" in page.content.decode()


# What pages show -----------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_an_agreement_counts_nothing_while_it_is_shown(sign_in, django_assert_max_num_queries, count):
    """Whatever its commitments are counted by."""
    official = make_member(Role.OFFICIAL)
    agreement = make_agreement(host=official.acting.organization)
    for number in range(count):
        for measure in (Measure.SEATS, Measure.TRAINEES, Measure.MENTORS, Measure.MENTOR_HOURS, Measure.MONEY):
            promise(agreement, measure, what=f"{measure} {number}")
    browser = sign_in(official)
    url = reverse("partners:agreement", args=[agreement.pk])
    browser.get(url)

    with django_assert_max_num_queries(12):
        page = browser.get(url).content.decode()

    assert page.count("<progress") == 5 * count


def test_the_way_to_the_records_is_for_those_who_find_them_there(sign_in):
    official, company = make_member(Role.OFFICIAL), make_company()
    agreement = make_agreement(host=official.acting.organization)
    party = promises.add_party(agreement, by=None, transcribed_from="제2조", organization=company)
    promises.add_commitment(
        agreement,
        by=None,
        transcribed_from="제2조",
        party=party,
        what="모집",
        unit="명",
        quantity=9,
        measure="trainees",
    )
    mentor, url = make_member(Role.MENTOR, company), reverse("partners:agreement", args=[agreement.pk])
    records = f"?agreement={agreement.pk}"

    assert records in sign_in(official).get(url).content.decode()
    assert records not in sign_in(mentor).get(url).content.decode()


def test_a_check_is_filled_in_beside_the_figures(sign_in):
    official = make_member(Role.OFFICIAL)
    commitment = promise(host=official.acting.organization, quantity=40)
    deliveries.enter_delivery(commitment, by=None, amount=40, delivered_on=timezone.localdate(), evidence=paper())
    check = commitment.agreement.checks.create(
        host=official.acting.organization, covers_until=timezone.localdate(), due_on=timezone.localdate()
    )

    page = sign_in(official).get(reverse("partners:check-fill", args=[check.pk])).content.decode()

    assert reverse("partners:delivery-list", args=[commitment.agreement_id, commitment.pk]) in page
    assert "40 / 40회" in page


def test_a_figure_goes_with_its_commitment():
    commitment = promise()

    promises.remove_commitment(commitment, by=None, amendment=Amendment())

    assert not Commitment.objects.exists()
    assert not CommitmentFigure.objects.exists()
