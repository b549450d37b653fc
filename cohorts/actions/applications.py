"""An application from its first saved page to the receipt, and what comes of it before the selection."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts import emails
from cohorts.actions.consents import take_over_consents
from cohorts.actions.moves import _move, _move_locked
from cohorts.actions.people import person_of
from cohorts.actions.rosters import receipt_number, rules_of
from cohorts.actions.typed import Pages, Typed, forget_typed, put_typed
from cohorts.consents import Asked, asked_of, lacks_consent
from cohorts.deadlines import Deadline
from cohorts.eligibility import Candidate, EligibilityRules, judge
from cohorts.models import Application, ApplicationFile, BonusClaim, Cohort, Extension, TypedAnswers
from cohorts.queries.answers import OwnAnswers, own_answers, published_form
from cohorts.queries.applying import application_rows, locked_applications
from cohorts.queries.deadlines import deadline_of, latest
from cohorts.questions import hidden, turning_away
from cohorts.states import CAN_WITHDRAW, OPEN_TO_CHANGE, ApplicationState, BonusState
from portal import audit, notify
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from datetime import datetime

MOST_FILES = 10
PERSON = ("name", "birth_date", "mobile", "address")
ANSWERS = ("track", "education", "major", "employment", "motivation", "other_training", "other_training_name")


@dataclass(frozen=True)
class Tab:
    """The browser window that sends a page: its own mark, and whose it found there when it was opened."""

    page: str
    mine: str
    seen: str


@transaction.atomic
def start_application(
    cohort: Cohort, *, by: User, name: str, birth_date: date, mobile: str, address: str
) -> Application:
    """The draft of `by` for a cohort, made with the first answers; asked again, the one that is there.

    Refused before the mandatory consent: nothing personal is taken until it is given (PIPA art. 15).
    """
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)  # two windows, one after the other
    _require_open(cohort, deadline_of(cohort, user=by))
    found = Application.objects.live().filter(cohort=cohort, person__user=by, person__host=cohort.host_id).first()
    if found:
        return found
    _require_consent(cohort, by)
    told: dict[str, Any] = {"name": name, "birth_date": birth_date, "mobile": mobile, "address": address}
    person = person_of(cohort.host, **told, email=by.email, user=by, by=by)
    take_over_consents(person, by=by)
    if other := Application.objects.live().filter(cohort=cohort, person=person).first():
        return other  # it came by a roster, under the address of this account
    form = published_form(cohort)
    application = Application.objects.create(
        cohort=cohort, host_id=cohort.host_id, person=person, address=address, form=form
    )
    forget_typed(cohort.pk, by.pk)
    audit.record(application, "application.started", by=by)
    return application


@transaction.atomic
def keep_typed(cohort: Cohort, typed: Typed, *, by: User, told: Mapping[str, Any]) -> Pages:
    """Keep what stands on a page until its button is pressed; returns all that is kept, by page.

    `told` is what of it is valid: what the draft holds already is not kept twice. Refused as `start_application`
    is; what was submitted a moment ago stays as it is.
    """
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)  # the button may be pressed meanwhile
    found = Application.objects.live().filter(cohort=cohort, person__user=by, person__host=cohort.host_id).first()
    if found is None:
        _require_open(cohort, deadline_of(cohort, user=by))
        _require_consent(cohort, by)
        kept = TypedAnswers.objects.of(by.pk, cohort.pk).values_list("pages", flat=True).first()
        return put_typed(cohort, by.pk, typed, kept)
    application = _lock(found)
    if application.state != ApplicationState.DRAFT:
        return {}
    _require_changeable(application)
    known = answers_of(application)
    news = {name: text for name, text in typed.values.items() if name not in told or told[name] != known.get(name)}
    return put_typed(cohort, by.pk, Typed(typed.page, news), application.typed)


@transaction.atomic
def save_answers(
    application: Application, *, by: User, tab: Tab | None = None, typed: Typed | None = None, **answers: Any
) -> Application:
    """Keep the answers of one page; until the deadline also of what was submitted, which is judged again.

    Takes the fields named in PERSON and ANSWERS. With `tab` it refuses what another window saved meanwhile;
    `typed` is what of the page cannot be kept as an answer.
    """
    application = _lock(application)
    _require_changeable(application)
    marked = mark_tab(application, tab)
    if typed:
        application.typed = put_typed(application.cohort, by.pk, typed, application.typed)
    told = {name: answers[name] for name in PERSON if name in answers}
    if told:
        person = application.person
        known = {name: getattr(person, name) for name in PERSON}
        application.person = person_of(
            application.cohort.host, **{**known, **told}, email=person.email, user=person.user, by=by
        )
    values = {name: answers[name] for name in (*ANSWERS, "address") if name in answers}
    changed = [name for name, value in values.items() if getattr(application, name) != value]
    for name in changed:
        setattr(application, name, values[name])
    application.save(update_fields=[*changed, *marked, "updated_at"])
    if application.state == ApplicationState.DRAFT:
        return application  # a draft has no history yet
    if changed or told:
        audit.record(application, "application.changed", by=by, after={"fields": sorted({*changed, *told})})
    return _judge_again(application, by=by)


@transaction.atomic
def attach_file(application: Application, upload: "UploadedFile[Any]", *, kind: str, by: User) -> ApplicationFile:
    """Keep a file that `portal.common.uploads.accept` has let pass."""
    application = _lock(application)
    _require_changeable(application)
    if application.files.filter(question=None).count() >= MOST_FILES:
        raise ActionRefused(
            _("At most %(most)s files can be attached. Remove one first.") % {"most": MOST_FILES}, "file"
        )
    file = ApplicationFile.from_upload(
        upload, application=application, host_id=application.host_id, kind=kind, uploaded_by=by
    )
    file.save()
    audit.record(application, "application.file_attached", by=by, after={"file": file.pk, "sha256": file.sha256})
    return file


@transaction.atomic
def remove_file(file: ApplicationFile, *, by: User) -> Application:
    """Take an attached file away; its content goes with it."""
    application = _lock(file.application)
    _require_changeable(application)
    if BonusClaim.objects.filter(file=file).exclude(state=BonusState.CLAIMED).exists():
        raise ActionRefused(_("Bonus points were decided by this file, so it stays."))
    if application.state != ApplicationState.DRAFT and file.question and file.question.required:
        raise ActionRefused(_("This file answers a question. Attach another one in its place instead."))
    gone, _rows = ApplicationFile.objects.filter(pk=file.pk).delete()
    if gone:
        audit.record(application, "application.file_removed", by=by, after={"file": file.pk})
        forget_content(file)
    return application


def forget_content(file: ApplicationFile) -> None:
    """The stored bytes go when the row's removal is certain."""
    transaction.on_commit(partial(file.file.storage.delete, str(file.file.name)))


@transaction.atomic
def submit_application(application: Application, *, by: User) -> Application:
    """Hand a draft in: once, however often it is sent; every reply is the same receipt.

    Judged by `cohorts.eligibility` at the server's clock. Refused, with nothing lost, when an
    answer is missing or the deadline has passed.
    """
    application = _lock(application)
    if application.state != ApplicationState.DRAFT:
        return application
    _require_open(application.cohort, application.deadline)
    own = own_answers(application)
    _require_complete(application, own)
    keep_only_asked(application, own)
    if application.typed:  # on pages that no answer calls for any more
        forget_typed(application.cohort_id, application.person.user_id)
    now = timezone.now()
    received: dict[str, Any] = {
        "submitted_at": now,
        "receipt_number": receipt_number(application.cohort_id, application.pk, now),
        "ineligible_reasons": (reasons := _faults(application, now, own)),
    }
    state = ApplicationState.INELIGIBLE if reasons else ApplicationState.SUBMITTED
    application = _move_locked(application, state, by=by, **received)
    notify.queue_many([emails.application_received(application, by=by)])
    return application


@transaction.atomic
def withdraw_application(application: Application, *, by: User, reason: str = "") -> Application:
    """Take an application back before anything was decided, or from the waitlist.

    Where somebody else does it for the person, a mail says so.
    """
    application = _lock(application)
    if application.state == ApplicationState.WITHDRAWN:
        return application
    if application.state not in CAN_WITHDRAW or application.holds_a_seat:
        raise ActionRefused(_("This application can no longer be withdrawn here. Answer the offer instead."))
    if application.state == ApplicationState.DRAFT:
        raise ActionRefused(_("This application was not submitted. Delete the draft instead."))
    application = _move(application, ApplicationState.WITHDRAWN, by=by, reason=reason)
    if application.person.user_id != by.pk:
        notify.queue_many([emails.about(application, "application_withdrawn", slot="once", by=by)])
    return application


@transaction.atomic
def discard_draft(application: Application, *, by: User) -> None:
    """Delete a draft with its files: nobody but its writer has ever seen it."""
    application = _lock(application)
    if application.state != ApplicationState.DRAFT:
        raise ActionRefused(_("This application was submitted. Withdraw it instead."))
    names = [(file.file.storage, str(file.file.name)) for file in application.files.all()]
    audit.record(application, "application.discarded", by=by, after={"files": len(names)})
    forget_typed(application.cohort_id, application.person.user_id)
    application.delete()
    for storage, name in names:
        transaction.on_commit(partial(storage.delete, name))


@transaction.atomic
def overrule_ineligibility(application: Application, *, by: User, reason: str) -> Application:
    """Let an applicant into the selection whom the rules kept out; the reasons found stay on record."""
    application = _move(application, ApplicationState.SUBMITTED, by=by, reason=reason)
    notify.queue_many([emails.application_admitted(application, by=by)])
    return application


@transaction.atomic
def send_application_link(cohort: Cohort, *, by: User) -> None:
    """Mail an account the way back to the form it has begun; asked again within the hour, no second mail."""
    mine = Application.objects.live().filter(cohort=cohort, person__user=by, person__host=cohort.host_id).first()
    if mine and mine.state != ApplicationState.DRAFT:
        raise ActionRefused(_("This application was submitted already."))
    until = deadline_of(cohort, user=by)
    _require_open(cohort, until)
    notify.queue_many([emails.application_link(cohort, mine, until, by=by, at=timezone.now())])
    audit.record(mine or by, "application.link_sent", by=by)


# What has to hold --------------------------------------------------------------------------


def _lock(application: Application) -> Application:
    """The fresh row, under the locks of its person and itself, in this order; with what `deadline` needs, and
    what is typed there."""
    if not locked_applications(application=application.pk):
        raise ActionRefused(_("This draft was deleted."))
    return application_rows(application=application.pk)[0]


def _require_open(cohort: Cohort, deadline: Deadline) -> None:
    """The server's clock decides; `closes_at` is the first instant that is too late."""
    if not deadline.takes or timezone.now() >= deadline.closes_at:
        last = date_format(timezone.localtime(deadline.stated), "DATETIME_FORMAT")
        raise ActionRefused(
            _("Applications closed on %(last)s (Korean time). What you saved is kept, but it can no longer be changed.")
            % {"last": last}
        )
    if timezone.now() < deadline.opens_at:
        raise ActionRefused(_("Applications are not open yet."))


def mark_tab(application: Application, tab: Tab | None) -> list[str]:
    """Note the window that saves a page; refuse if another has saved it since this one was opened.

    An answer that was lost on the way is no other window: what is sent again passes.
    """
    if tab is None or not tab.mine:
        return []
    last = application.tabs.get(tab.page, "")
    if last not in (tab.mine, tab.seen):
        raise ActionRefused(
            _("Another window has saved this page meanwhile. Look at it there, or save here once more to overwrite.")
        )
    application.tabs[tab.page] = tab.mine
    return ["tabs"]


def _require_consent(cohort: Cohort, by: User) -> None:
    if lacks_consent(asked_of(None, by, cohort.host_id)):
        raise ActionRefused(_("Agree to the collection of your personal data first. Nothing was kept."))


def _require_changeable(application: Application) -> None:
    if application.state not in OPEN_TO_CHANGE:
        raise ActionRefused(
            _("This is no longer possible: the application is in the state “%(state)s”.")
            % {"state": application.get_state_display()}
        )
    _require_open(application.cohort, application.deadline)


def missing(
    application: Application,
    asked: Asked | None = None,
    own: OwnAnswers | None = None,
    typed: Container[str] = (),
) -> list[str]:
    """The steps of the form that lack something: `consents`, `about`, `situation`, `motivation`, `questions-1` …

    `typed`: the pages where something stands that is not saved as an answer.
    """
    own = own or own_answers(application)
    if asked is None:
        asked = asked_of(application.person, None, application.host_id)
    complete = {
        "consents": not lacks_consent(asked),
        "about": application.address,
        "situation": _situation_is_told(application),
        "motivation": application.motivation,
        **{page.slug: page.slug not in own.missing_pages for page in own.pages},
    }
    return [step for step, done in complete.items() if not done or step in typed]


def _situation_is_told(application: Application) -> bool:
    """With other training, if it is asked for, named: saved as it was typed, one may be there without the other."""
    told = all(getattr(application, name) for name in ("track_id", "education", "employment"))
    other = application.other_training
    named = bool(application.other_training_name) if other else other is False
    return told and (named or not application.cohort.policy.asks_double_benefit)


def _require_complete(application: Application, own: OwnAnswers) -> None:
    if missing(application, own=own, typed=application.typed or ()):
        raise ActionRefused(_("Some answers are still missing. Complete the steps marked below."))


def _faults(application: Application, at: "datetime", own: OwnAnswers) -> list[str]:
    """Of a row of `_lock`, which has brought the rules as they are now."""
    candidate = Candidate(
        born=application.person.birth_date,
        address=application.address,
        employed=application.employment == Application.Employment.EMPLOYED,
        submitted_at=at,
    )
    away = [question.reason_code for question in turning_away(own.questions, own.values)]
    return [reason.code for reason in judge(candidate, _rules_for(application))] + away


def _rules_for(application: Application) -> EligibilityRules:
    """The cohort's, with the deadline of this person: also one taken back since, while it lasted it counted.
    Nobody's age is counted on another day for it."""
    rules = rules_of(application.cohort, application.cohort.policy)
    until = latest(Extension.objects.of_application(application))
    if until is None or until <= rules.closes_at:
        return rules
    return replace(rules, closes_at=until, age_reference_date=rules.reference_date)


def keep_only_asked(application: Application, own: OwnAnswers) -> None:
    """What was answered and is not asked any more does not belong to what is submitted."""
    gone = [question.pk for question in hidden(own.questions, own.values)]
    if not gone:
        return
    application.answers.filter(question__in=gone).delete()
    for file in application.files.filter(question__in=gone):
        file.delete()
        forget_content(file)


def _judge_again(application: Application, *, by: User) -> Application:
    """After a change. What an official has overruled does not count again; a new reason does."""
    assert application.submitted_at  # noqa: S101  # the database holds it for every state but draft
    found = _faults(application, application.submitted_at, own_answers(application))
    overruled = application.state == ApplicationState.SUBMITTED and set(found) <= set(application.ineligible_reasons)
    state = ApplicationState.INELIGIBLE if found and not overruled else ApplicationState.SUBMITTED
    if not overruled or not found:
        application.ineligible_reasons = found
        application.save(update_fields=["ineligible_reasons"])
    return _move(application, state, by=by) if application.state != state else application


def answers_of(application: Application) -> Mapping[str, Any]:
    """What the pages of the form begin with."""
    person = application.person
    told = {name: getattr(person, name) for name in PERSON}
    return {**told, **{name: getattr(application, name) for name in ANSWERS}, "address": application.address}
