"""What was promised against what was delivered: entries with evidence, and where a commitment stands."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from partners.actions import deliveries, promises
from partners.actions.agreements import terminate_agreement
from partners.actions.figures import refresh_figures
from partners.measures import promises_of, roll_up
from partners.models import Agreement, Amendment, Delivery
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from tests.factories import make_agreement, make_company, make_member
from tests.files import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def paper(text="가"):
    return SimpleUploadedFile("증빙.pdf", pdf() + text.encode(), content_type="application/pdf")


def promise(quantity=100, measure="none", **fields):
    agreement = make_agreement(**{"valid_from": date(2026, 1, 1), "valid_until": date(2026, 12, 31)} | fields)
    party = promises.add_party(agreement, by=None, transcribed_from="제2조", organization=make_company())
    return promises.add_commitment(
        agreement,
        by=None,
        transcribed_from="제2조",
        party=party,
        what="라이선스",
        unit="좌석",
        quantity=quantity,
        measure=measure,
    )


def enter(commitment, amount=10, evidence=None, **fields):
    day = fields.pop("delivered_on", date(2026, 2, 1))
    return deliveries.enter_delivery(
        commitment, by=None, amount=amount, delivered_on=day, evidence=evidence or paper(str(amount)), **fields
    )


def stands(commitment):
    refresh_figures(commitment.agreement_id)
    [found] = promises_of(Agreement.objects.for_detail().get(pk=commitment.agreement_id))
    return found


@pytest.mark.parametrize(
    ("delivered", "today", "state"),
    [
        (100, "2026-03-01", "met"),
        (100, "2027-06-01", "met"),
        (99, "2027-01-01", "not_done"),
        (99, "2026-12-31", "on_track"),
        (40, "2026-07-02", "on_track"),  # half the time has gone: 40 are four fifths of the pace
        (39, "2026-07-02", "delayed"),
        (1, "2026-01-01", "on_track"),
    ],
)
def test_a_commitment_stands_where_its_numbers_say(delivered, today, state, time_machine_at):
    with time_machine_at("2026-12-31 09:00"):
        commitment = promise()
        enter(commitment, delivered)

    with time_machine_at(f"{today} 09:00"):
        assert stands(commitment).state == state


def test_nothing_is_said_of_a_draft_or_without_a_quantity():
    assert stands(promise(quantity=None)).state is None
    assert stands(promise(state="draft")).state is None


def test_a_terminated_agreement_misses_what_it_did_not_deliver():
    commitment = promise(valid_until=date(2099, 12, 31))
    terminate_agreement(commitment.agreement, by=None, reason="사업 중단")

    assert stands(commitment).state == "not_done"


def test_a_withdrawn_entry_stays_and_counts_no_more():
    commitment = promise()
    enter(commitment, 30)
    deliveries.withdraw_delivery(enter(commitment, 5), by=None, reason="중복 입력")

    assert stands(commitment).number == 30
    assert commitment.deliveries.count() == 2
    verbs = (
        AuditEvent.objects.filter(verb__startswith="agreement.delivery").order_by("pk").values_list("verb", flat=True)
    )
    assert list(verbs) == ["agreement.delivery_entered"] * 2 + ["agreement.delivery_withdrawn"]


def test_an_agreement_rolls_up_by_party(time_machine_at):
    with time_machine_at("2026-12-01 09:00"):
        first = promise()
        agreement, party = first.agreement, first.party
        promises.add_commitment(
            agreement, by=None, transcribed_from="제2조", party=party, what="특강", unit="회", quantity=10
        )
        promises.add_commitment(agreement, by=None, transcribed_from="제2조", party=party, what="자문", unit="회")
        enter(first, 100)

        rolled = roll_up(promises_of(Agreement.objects.for_detail().get(pk=agreement.pk)))

    assert rolled == [(party, [("met", 1), ("delayed", 1)])]


def test_an_entry_is_withdrawn_once():
    entry = enter(promise())
    deliveries.withdraw_delivery(entry, by=None, reason="중복 입력")

    with pytest.raises(ActionRefused):
        deliveries.withdraw_delivery(entry, by=None, reason="중복 입력")


def test_the_same_evidence_counts_once():
    commitment = promise()
    entry = enter(commitment, evidence=paper("같은 것"))

    with pytest.raises(ActionRefused) as refused:
        enter(commitment, evidence=paper("같은 것"))
    assert refused.value.field == "evidence"
    deliveries.withdraw_delivery(entry, by=None, reason="수량 오류")
    assert enter(commitment, evidence=paper("같은 것")).pk


@pytest.mark.parametrize("fields", [{"measure": "trainees"}, {"state": "draft"}])
def test_nothing_is_entered_for_measured_or_unsigned_ones(fields):
    with pytest.raises(ActionRefused):
        enter(promise(**fields))


def test_nothing_is_entered_for_a_day_to_come():
    with pytest.raises(ActionRefused) as refused:
        enter(promise(), delivered_on=timezone.localdate() + timedelta(days=1))
    assert refused.value.field == "delivered_on"


def test_what_was_delivered_keeps_its_commitment():
    commitment = promise()
    enter(commitment)

    with pytest.raises(ActionRefused):
        promises.remove_commitment(commitment, by=None, amendment=Amendment())


def test_a_delivery_is_entered_and_withdrawn_on_its_page(sign_in):
    official = make_member(Role.OFFICIAL)
    commitment = promise(host=official.acting.organization)
    browser, where = sign_in(official), [commitment.agreement_id, commitment.pk]
    url = reverse("partners:delivery-enter", args=where)
    typed = {"amount": "60", "delivered_on": "2026-02-01", "note": "1차분"}

    wrong = browser.post(url, typed)
    browser.post(url, typed | {"evidence": SimpleUploadedFile("증빙.pdf", pdf())})
    page = browser.get(reverse("partners:delivery-list", args=where)).content.decode()
    entry = Delivery.objects.get()
    evidence = browser.get(reverse("partners:delivery-evidence", args=[*where, entry.pk]))
    unsaid = browser.post(reverse("partners:delivery-withdraw", args=[*where, entry.pk]), {"reason": ""})
    assert unsaid.status_code == 422
    assert f'id="withdraw-{entry.pk}" class="p-dialog" aria-labelledby="withdraw-{entry.pk}-question" open' in (
        unsaid.content.decode()
    )
    assert not Delivery.objects.exclude(withdrawn_at=None).exists()
    browser.post(reverse("partners:delivery-withdraw", args=[*where, entry.pk]), {"reason": "중복 입력"})

    late = browser.post(reverse("partners:delivery-withdraw", args=[*where, entry.pk]), {"reason": "또"}, follow=True)
    assert [message.level_tag for message in late.context["messages"]][-1] == "error"  # its dialog is gone

    assert wrong.status_code == 422
    assert 'value="1차분"' in wrong.content.decode()
    assert "60 / 100좌석" in page
    assert b"".join(evidence.streaming_content) == pdf()
    assert "중복 입력" in browser.get(reverse("partners:delivery-list", args=where)).content.decode()


def test_deliveries_are_sought_sorted_and_printed(sign_in):
    official = make_member(Role.OFFICIAL)
    commitment = promise(host=official.acting.organization)
    for n in range(30):
        enter(commitment, n + 1, note=f"{n + 1}차", delivered_on=date(2026, 2, 1) + timedelta(days=n))
    deliveries.withdraw_delivery(commitment.deliveries.get(amount=30), by=None, reason="중복 입력")
    browser, url = sign_in(official), reverse("partners:delivery-list", args=[commitment.agreement_id, commitment.pk])

    def amounts(**query):
        return [row.amount for row in browser.get(url, query).context["listing"]]

    assert amounts() == list(range(30, 5, -1))  # a page of 25, the latest first
    assert amounts(page=2) == [5, 4, 3, 2, 1]
    assert amounts(sort="amount")[:3] == [1, 2, 3]
    assert amounts(q="17차") == [17]
    assert amounts(since="2026-02-03", until="2026-02-04") == [4, 3]
    assert amounts(show="withdrawn") == [30]
    assert amounts(show="counted", sort="-amount")[0] == 29
    paper = browser.get(url, {"sheet": "print", "show": "counted"}).content.decode()
    assert paper.count("<tr>") == 30
    assert "라이선스" in paper
    assert browser.get(url, {"sheet": "xlsx"})["Content-Disposition"].endswith('.xlsx"')

    # After a mistake the links of the list still lead to the list.
    wrong = browser.post(reverse("partners:delivery-enter", args=[commitment.agreement_id, commitment.pk]), {})
    assert f'href="{url}?page=2"' in wrong.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_deliveries_take_as_many_queries_for_one_as_for_three(sign_in, django_assert_num_queries, count):
    official = make_member(Role.OFFICIAL)
    commitment = promise(host=official.acting.organization)
    for n in range(count):
        enter(commitment, n + 1)
    browser, url = sign_in(official), reverse("partners:delivery-list", args=[commitment.agreement_id, commitment.pk])
    browser.get(url)

    with django_assert_num_queries(6):
        browser.get(url)
