"""How a signed agreement changes: by an amendment, at once, with before and after."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from partners.actions import amendments as actions
from partners.actions.agreements import ChangedMeanwhile, amend_agreement
from partners.actions.calendar import remind_of_council_reports
from partners.actions.documents import add_document
from partners.actions.figures import refresh_figures
from partners.actions.promises import (
    add_commitment,
    add_party,
    amend_commitment,
    amend_party,
    remove_commitment,
    remove_party,
)
from partners.models import AgreementDocument, Amendment, Commitment, OrdinanceProfile, Party
from partners.queries import agreement_todos
from partners.states import AgreementState
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused
from portal.common.uploads import accept
from portal.notify.models import Mail
from tests.factories import make_agreement, make_company, make_member
from tests.files import pdf

pytestmark = pytest.mark.django_db
LATER = date(2099, 12, 31)


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL)


@pytest.fixture
def browser(sign_in, official):
    return sign_in(official)


@pytest.fixture
def agreement(official):
    return make_agreement(host=official.acting.organization, title="AI 스쿨 협약", purpose="교육")


@pytest.fixture
def commitment(agreement):
    party = add_party(agreement, by=None, transcribed_from="제2조", organization=make_company(name="가온테크"))
    return add_commitment(
        agreement, by=None, transcribed_from="제2조", party=party, what="교육", unit="명", quantity=100
    )


def propose(agreement, **values):
    return actions.propose_amendment(agreement, by=None, version=agreement.version, reason="예산 증액", **values)


def agree(amendment, **values):
    return actions.bring_amendment_into_effect(amendment, by=None, **{"agreed_on": timezone.localdate()} | values)


def changed(commitment, **values):
    said = {name: getattr(commitment, name) for name in ("party", "what", "unit", "quantity", "due_on")}
    return said | values


def verbs(agreement):
    rows = AuditEvent.objects.filter(object_type="partners.agreement", object_id=agreement.pk).order_by("pk")
    return [row.verb.removeprefix("agreement.") for row in rows]


# One whole amendment -------------------------------------------------------------------


def test_a_draft_changes_nothing_and_in_effect_all_of_it_is_written_at_once(agreement, commitment):
    party = commitment.party
    other = add_commitment(
        agreement, by=None, transcribed_from="제2조", party=party, what="장비", unit="대", quantity=5
    )
    amendment = propose(agreement, valid_until=LATER, purpose="교육과 취업")
    actions.propose_commitment(amendment, by=None, commitment=commitment, **changed(commitment, quantity=200))
    actions.propose_commitment(amendment, by=None, party=party, what="멘토링", unit="시간", quantity=40, due_on=LATER)
    actions.propose_removal(amendment, by=None, commitment=other)

    agreement.refresh_from_db()
    assert (agreement.purpose, agreement.commitments.count()) == ("교육", 2)

    until = agreement.valid_until
    done = agree(amendment)

    agreement.refresh_from_db()
    assert (agreement.purpose, agreement.valid_until, agreement.version) == ("교육과 취업", LATER, 2)
    assert sorted(agreement.commitments.values_list("what", "quantity")) == [("교육", 200), ("멘토링", 40)]
    assert (done.state, done.number, done.agreed_on) == ("effective", 1, timezone.localdate())
    event = AuditEvent.objects.get(verb="agreement.amendment_took_effect")
    assert event.before == {"valid_until": until.isoformat(), "purpose": "교육"}
    assert event.after == {"valid_until": "2099-12-31", "purpose": "교육과 취업", "amendment": amendment.pk}
    assert event.reason == "예산 증액"
    assert verbs(agreement)[-4:] == [
        "commitment_amended", "commitment_added", "commitment_removed", "amendment_took_effect",
    ]  # fmt: skip


def test_the_second_amendment_is_number_two_and_a_dropped_one_leaves_no_gap(agreement):
    agree(propose(agreement, purpose="하나"))
    agreement.refresh_from_db()
    dropped = propose(agreement, purpose="버린 것")
    actions.drop_amendment(dropped, by=None, reason="합의하지 못함")

    second = propose(agreement, purpose="둘")

    assert (dropped.number, second.number) == (2, 2)
    assert agreement.purpose == "하나"


def test_what_was_signed_changes_by_an_amendment_only(official, agreement, commitment):
    Commitment.objects.update(transcribed_from="")  # it stood in the draft
    commitment.refresh_from_db()
    with pytest.raises(ActionRefused, match="협약 변경으로만"):
        amend_agreement(agreement, by=official, version=1, valid_until=LATER)
    with pytest.raises(ActionRefused, match="협약 변경으로만"):
        amend_commitment(commitment, by=official, quantity=1)
    with pytest.raises(ActionRefused, match="협약 변경으로만"):
        remove_commitment(commitment, by=official)
    assert amend_commitment(commitment, by=official, measure="money").measure == "money"


def test_what_the_register_lacks_of_the_signed_paper_is_transcribed_with_its_place(official, agreement):
    company = make_company()
    with pytest.raises(ActionRefused) as refusal:
        add_party(agreement, by=official, organization=company)
    assert refusal.value.field == "transcribed_from"
    party = add_party(agreement, by=official, organization=company, transcribed_from="제1조")
    with pytest.raises(ActionRefused) as refusal:
        add_commitment(agreement, by=official, party=party, what="멘토 파견", unit="명")
    assert refusal.value.field == "transcribed_from"

    made = add_commitment(agreement, by=official, party=party, what="멘토 파견", unit="명", transcribed_from="제3조")
    event = AuditEvent.objects.get(verb="agreement.commitment_added", after__commitment=made.pk)
    assert (made.transcribed_from, event.reason) == ("제3조", "제3조")


def test_a_slip_of_the_transcription_is_corrected_until_an_amendment_has_changed_it(official, agreement, commitment):
    amend_commitment(commitment, by=official, quantity=90, transcribed_from="제3조 제1항")
    commitment.refresh_from_db()
    assert (commitment.quantity, commitment.transcribed_from) == (90, "제3조 제1항")

    amendment = propose(agreement)
    values = {"party": commitment.party, "what": commitment.what, "unit": "명", "quantity": 95, "due_on": None}
    actions.propose_commitment(amendment, by=official, commitment=commitment, **values)
    agree(amendment)
    commitment.refresh_from_db()
    with pytest.raises(ActionRefused, match="협약 변경으로만"):
        amend_commitment(commitment, by=official, quantity=100, transcribed_from="제3조")


def test_who_has_signed_stays_a_party(official, agreement, commitment):
    transcribed = add_party(agreement, by=official, organization=make_company(), transcribed_from="제1조")
    signed = add_party(agreement, by=official, organization=make_company(), transcribed_from="제1조")
    Party.objects.filter(pk=signed.pk).update(transcribed_from="")
    signed.refresh_from_db()

    remove_party(transcribed, by=official)
    with pytest.raises(ActionRefused, match="뺄 수 없습니다"):
        remove_party(signed, by=official)


@pytest.mark.parametrize("state", [state for state in AgreementState if state not in ("signed", "in_force")])
def test_only_a_live_agreement_is_amended(state):
    with pytest.raises(ActionRefused):
        propose(make_agreement(state=state), purpose="새 목적")


def test_one_that_changes_nothing_takes_no_effect(agreement):
    amendment = propose(agreement, purpose=agreement.purpose)

    assert amendment.changes == {}
    with pytest.raises(ActionRefused):
        agree(amendment)


def test_a_settled_amendment_stays_as_it_is(agreement, commitment):
    done = agree(propose(agreement, purpose="새 목적"))

    for act in (
        lambda: agree(done),
        lambda: actions.drop_amendment(done, by=None, reason="되돌리기"),
        lambda: actions.revise_amendment(done, by=None, version=done.version, reason="다시", purpose="또"),
        lambda: actions.propose_removal(done, by=None, commitment=commitment),
    ):
        with pytest.raises(ActionRefused, match="효력 발생"):
            act()


@pytest.mark.parametrize("days", [1, -401])
def test_nobody_agrees_in_the_future_or_before_the_signing(agreement, days):
    with pytest.raises(ActionRefused) as refused:
        agree(propose(agreement, purpose="새 목적"), agreed_on=timezone.localdate() + timedelta(days=days))

    assert refused.value.field == "agreed_on"


def test_wrong_values_are_refused_and_nothing_is_written(agreement, commitment):
    amendment = propose(agreement, valid_until=agreement.valid_from - timedelta(days=1))
    actions.propose_commitment(amendment, by=None, commitment=commitment, **changed(commitment, quantity=200))

    with pytest.raises(ActionRefused):
        agree(amendment)

    commitment.refresh_from_db()
    amendment.refresh_from_db()
    assert (commitment.quantity, amendment.state) == (100, "draft")


def test_a_promise_that_stands_already_is_named_in_the_refusal(agreement, commitment):
    amendment = propose(agreement)
    actions.propose_commitment(
        amendment, by=None, party=commitment.party, what="교육", unit="명", quantity=1, due_on=None
    )

    with pytest.raises(ActionRefused, match="“교육”"):
        agree(amendment)


# Two at once ---------------------------------------------------------------------------


def test_two_amendments_are_not_prepared_side_by_side(agreement):
    propose(agreement, purpose="하나")

    with pytest.raises(ActionRefused):
        propose(agreement, purpose="둘")


def test_the_second_of_two_sees_both_values(agreement):
    first = propose(agreement, purpose="먼저")
    actions.revise_amendment(first, by=None, version=1, reason="다시", purpose="고친 것")

    with pytest.raises(ChangedMeanwhile) as refused:
        actions.revise_amendment(first, by=None, version=1, reason="또", purpose="나중")

    assert (refused.value.current.purpose, refused.value.fields) == ("고친 것", ["purpose"])


def test_an_amendment_does_not_overwrite_what_changed_meanwhile(agreement, commitment):
    amendment = propose(agreement, valid_until=LATER)
    actions.propose_commitment(amendment, by=None, commitment=commitment, **changed(commitment, quantity=200))
    agreement.valid_until = date(2098, 1, 1)  # as it extends itself
    agreement.save(update_fields=["valid_until"])
    Commitment.objects.filter(pk=commitment.pk).update(quantity=150)

    with pytest.raises(ChangedMeanwhile) as refused:
        agree(amendment)
    assert refused.value.fields == ["valid_until", "교육"]

    amendment.refresh_from_db()
    actions.revise_amendment(amendment, by=None, version=amendment.version, reason="다시", valid_until=LATER)
    agree(amendment)
    commitment.refresh_from_db()
    assert commitment.quantity == 200


# Paper and council ---------------------------------------------------------------------


def test_the_amending_paper_is_filed_with_it(settings, tmp_path, agreement):
    settings.MEDIA_ROOT = tmp_path
    paper = accept(SimpleUploadedFile("변경협약서.pdf", pdf()))

    done = agree(propose(agreement, purpose="새 목적"), upload=paper)

    assert done.document == AgreementDocument.objects.get(kind="amendment", agreement=agreement)


def test_a_paper_of_another_agreement_is_none(settings, tmp_path, agreement):
    settings.MEDIA_ROOT = tmp_path
    paper = accept(SimpleUploadedFile("변경협약서.pdf", pdf()))
    stranger = add_document(make_agreement(), by=None, upload=paper, kind="amendment")

    with pytest.raises(ActionRefused) as refused:
        agree(propose(agreement, purpose="새 목적"), document=stranger)
    assert refused.value.field == "document"


def ordinance(agreement, rule):
    return OrdinanceProfile.objects.create(
        organization=agreement.host, name="협약 조례", applies_from=date(2020, 1, 1), report_days=50, consent_rule=rule
    )


@pytest.mark.parametrize(
    ("rule", "values", "asks"),
    [
        ("none", {"has_burden": True, "burden_amount": 1}, False),
        ("burden", {"purpose": "새 목적"}, False),
        ("burden", {"has_burden": True, "burden_amount": 1}, True),
        ("always", {"purpose": "새 목적"}, True),
    ],
)
def test_consent_is_asked_for_where_the_ordinance_does(agreement, rule, values, asks):
    ordinance(agreement, rule)
    amendment, today = propose(agreement, **values), timezone.localdate()

    if asks:
        for given in ({}, {"consent_on": today + timedelta(days=1), "consent_session": "제1회"}):
            with pytest.raises(ActionRefused) as refused:
                agree(amendment, **given)
            assert refused.value.field == "consent_on"
    done = agree(amendment, consent_on=today, consent_session="제312회") if asks else agree(amendment)

    assert done.report_due_on is not None


def test_the_report_is_recorded_once(agreement):
    ordinance(agreement, "none")
    done = agree(propose(agreement, purpose="새 목적"))
    assert list(Amendment.objects.to_report()) == [done]

    reported = actions.report_amendment(done, by=None, made_on=timezone.localdate(), session="제313회")

    assert (reported.reported_on, list(Amendment.objects.to_report())) == (timezone.localdate(), [])
    with pytest.raises(ActionRefused):
        actions.report_amendment(done, by=None, made_on=timezone.localdate(), session="제314회")


# Parties -------------------------------------------------------------------------------

KIM = {"role": "장비 제공", "signatory": "김민수", "signatory_title": "대표이사"}


@pytest.fixture
def party(agreement):
    company = make_company(name="가온테크")
    return add_party(agreement, by=None, transcribed_from="제2조", organization=company, **KIM)


@pytest.mark.parametrize("change", [{"role": "강의"}, {"signatory": "이새로"}, {"signatory_title": "이사"}])
def test_who_signed_and_as_what_does_not_change_by_itself(official, party, change):
    with pytest.raises(ActionRefused) as refused:
        amend_party(party, by=official, **change)

    assert refused.value.field == "correction"
    assert Party.objects.get(pk=party.pk).signed_as == KIM
    assert amend_party(party, by=official, contact="053-111-2222").contact == "053-111-2222"


def test_a_slip_of_the_pen_is_corrected_with_its_reason(official, party):
    amend_party(party, by=official, correction="원본에는 김민석", signatory="김민석")

    party.refresh_from_db()
    assert party.signatory == "김민석"
    event = AuditEvent.objects.get(verb="agreement.party_corrected")
    assert (event.reason, event.actor) == ("원본에는 김민석", official)
    assert (event.before["party_signatory"], event.after["party_signatory"]) == ("김민수", "김민석")


def test_a_draft_says_of_its_parties_what_it_likes():
    draft = make_agreement(state="draft")
    party = add_party(draft, by=None, organization=make_company(), **KIM)

    assert amend_party(party, by=None, signatory="이새로").signatory == "이새로"


def test_a_new_signatory_and_a_new_party_come_by_an_amendment(agreement, party):
    amendment, newcomer = propose(agreement), make_company(name="나루소프트")
    actions.propose_party(amendment, by=None, organization=party.organization, party=party, **KIM | {"signatory": "이"})
    actions.propose_party(amendment, by=None, organization=newcomer, **KIM)
    party.refresh_from_db()
    assert party.signatory == "김민수"
    assert not agreement.parties.filter(organization=newcomer).exists()

    agree(amendment)

    party.refresh_from_db()
    assert (party.signatory, party.role) == ("이", "장비 제공")
    assert agreement.parties.get(organization=newcomer).signed_as == KIM
    assert verbs(agreement)[-3:] == ["party_amended", "party_added", "amendment_took_effect"]
    for one in (party, agreement.parties.get(organization=newcomer)):
        with pytest.raises(ActionRefused):
            remove_party(one, by=None)


def test_what_the_amendment_starts_from_is_looked_at_again(agreement, party):
    amendment = propose(agreement)
    actions.propose_party(amendment, by=None, organization=party.organization, party=party, **KIM | {"role": "강의"})
    amend_party(party, by=None, correction="오기", signatory="김민석")

    with pytest.raises(ChangedMeanwhile) as refused:
        agree(amendment)
    assert refused.value.fields == ["가온테크"]
    amendment.refresh_from_db()
    actions.revise_amendment(amendment, by=None, version=amendment.version, reason="다시")
    agree(amendment)


def test_a_change_of_a_party_that_changes_nothing_is_none(agreement, party):
    amendment = propose(agreement)

    with pytest.raises(ActionRefused):
        actions.propose_party(amendment, by=None, organization=party.organization, party=party, **KIM)
    with pytest.raises(ActionRefused) as refused:
        actions.propose_party(amendment, by=None, organization=party.organization, **KIM)
    assert refused.value.field == "organization"
    change = actions.propose_party(amendment, by=None, organization=make_company(name="나루"), **KIM)
    actions.drop_party(change, by=None)
    assert not amendment.parties.exists()


def test_parties_are_amended_and_corrected_in_the_browser(browser, agreement, party):
    amendment = propose(agreement)
    change = reverse("partners:amended-party-change", args=[amendment.pk, party.pk])
    assert browser.post(change, KIM).status_code == 422
    assert browser.post(change, KIM | {"signatory": "이새로"}).url == amendment.get_absolute_url()
    page = browser.get(amendment.get_absolute_url()).content.decode()
    assert "서명자 · 가온테크" in page
    assert "이새로" in page

    correct = reverse("partners:party-amend", args=[agreement.pk, party.pk])
    refused = browser.post(correct, KIM | {"signatory": "김민석"})
    assert refused.status_code == 422
    assert "김민석" in refused.content.decode()
    assert browser.post(correct, KIM | {"signatory": "김민석", "correction": "원본 확인"}).status_code == 302
    history = browser.get(reverse("partners:agreement-history", args=[agreement.pk])).content.decode()
    assert "원본 확인" in history
    assert "김민석" in history


# Pages ---------------------------------------------------------------------------------


def form_of(agreement, **values):
    plain = ("title", "kind", "purpose", "valid_from", "valid_until", "version")
    return {name: getattr(agreement, name) for name in plain} | {"reason": "예산 증액"} | values


def test_an_amendment_is_prepared_and_agreed_on_in_the_browser(browser, agreement, commitment):
    url = reverse("partners:amendment-propose", args=[agreement.pk])
    wrong = browser.post(url, form_of(agreement, valid_until="2000-01-01", purpose="새 목적"))
    right = browser.post(url, form_of(agreement, valid_until="2099-12-31"))

    assert wrong.status_code == 422
    assert "새 목적" in wrong.content.decode()
    amendment = Amendment.objects.get()
    assert right.url == amendment.get_absolute_url()
    assert list(amendment.changes) == ["valid_until"]
    line = reverse("partners:amended-commitment-change", args=[amendment.pk, commitment.pk])
    browser.post(line, {"what": "교육", "unit": "명", "quantity": "200", "due_on": ""})
    page = browser.get(amendment.get_absolute_url()).content.decode()
    assert "교육 100명" in page
    assert "교육 200명" in page

    effect = reverse("partners:amendment-bring-into-effect", args=[amendment.pk])
    assert browser.post(effect, {"agreed_on": "2999-01-01"}).status_code == 422
    assert browser.post(effect, {"agreed_on": str(timezone.localdate())}).status_code == 302
    listed = browser.get(reverse("partners:amendment-list", args=[agreement.pk])).content.decode()
    assert "제1차 변경" in listed
    assert "2099. 12. 31." in listed
    history = browser.get(reverse("partners:agreement-history", args=[agreement.pk])).content.decode()
    assert "협약 변경이 효력을 얻었습니다" in history


def test_who_was_slower_sees_both_values_and_decides(browser, agreement):
    url = reverse("partners:amendment-propose", args=[agreement.pk])
    typed = form_of(agreement, purpose="내가 쓴 목적")
    agree(propose(agreement, purpose="그 사이의 목적"))

    second = browser.post(url, typed)

    assert second.status_code == 422
    assert "내가 쓴 목적" in second.content.decode()
    assert "지금 저장된 목적: 그 사이의 목적" in second.content.decode()
    assert browser.post(url, typed | {"version": 2}).status_code == 302


def test_a_removal_and_a_change_are_taken_back(browser, agreement, commitment):
    amendment = propose(agreement, purpose="새 목적")
    browser.post(reverse("partners:amended-commitment-remove", args=[amendment.pk, commitment.pk]))
    line = amendment.lines.get()
    assert line.change == "remove"

    browser.post(reverse("partners:amended-commitment-drop", args=[amendment.pk, line.pk]))

    assert not amendment.lines.exists()
    assert Commitment.objects.filter(pk=commitment.pk).exists()


def test_what_is_being_prepared_is_the_offices_own(sign_in, agreement, commitment):
    mentor = sign_in(make_member(Role.MENTOR, commitment.party.organization))
    amendment = propose(agreement, purpose="비밀 목적")
    assert mentor.get(amendment.get_absolute_url()).status_code == 404
    assert "비밀 목적" not in mentor.get(reverse("partners:amendment-list", args=[agreement.pk])).content.decode()

    agree(amendment)

    assert "비밀 목적" in mentor.get(amendment.get_absolute_url()).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_amendments_take_as_many_queries_for_one_as_for_three(
    browser, agreement, commitment, django_assert_num_queries, count
):
    for n in range(count):
        agreement.refresh_from_db()
        amendment = propose(agreement, purpose=f"목적 {n}")
        commitment.refresh_from_db()
        values = changed(commitment, quantity=200 + n)
        actions.propose_commitment(amendment, by=None, commitment=commitment, **values)
        agree(amendment)
    url = reverse("partners:amendment-list", args=[agreement.pk])
    browser.get(url)

    with django_assert_num_queries(6):
        assert len(browser.get(url).context["rows"]) == count


def test_its_report_is_asked_for_like_that_of_an_agreement(browser, official, agreement, time_machine_at):
    ordinance(agreement, "none")
    agreement.signed_on = date(2026, 1, 5)
    agreement.save(update_fields=["signed_on"])
    with time_machine_at("2026-03-12 10:00"):
        done = agree(propose(agreement, purpose="새 목적"))
    assert done.report_due_on == date(2026, 5, 4)  # day 50 is a holiday

    for day in ("04-19", "04-20", "04-21", "05-05", "05-06"):
        with time_machine_at(f"2026-{day} 09:00"):
            remind_of_council_reports()
    mails = [mail.subject for mail in Mail.objects.order_by("pk")]
    assert len(mails) == 2
    assert "기한" in mails[1]

    todos = {todo.url.partition("show=")[2]: todo for todo in agreement_todos(official)}
    assert todos["amendment_to_report"].count == 1
    assert list(browser.get(todos["amendment_to_report"].url).context["listing"]) != []


def test_the_figures_follow_a_new_last_day(agreement, commitment):
    refresh_figures(agreement.pk)
    was = commitment.figure.state
    agreement.refresh_from_db()

    agree(propose(agreement, valid_until=timezone.localdate() - timedelta(days=1)))

    figure = type(commitment.figure).objects.get(commitment=commitment)
    assert (was, figure.state) == ("delayed", "not_done")


def test_a_party_that_an_amendment_names_stays(agreement, commitment):
    newcomer = add_party(agreement, by=None, transcribed_from="제2조", organization=make_company(name="새 기업"))
    amendment = propose(agreement, valid_until=LATER)
    actions.propose_commitment(amendment, by=None, party=newcomer, what="장비", unit="대", quantity=3, due_on=LATER)

    with pytest.raises(ActionRefused):
        remove_party(newcomer, by=None)

    assert newcomer in agreement.parties.all()
