"""The life of an agreement: registered, signed, in force, and how it ends.

Each action locks the agreement's row, asks `TRANSITIONS`, and leaves one audit event.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Field
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from partners.actions.council import ordinance_of, refuse_without_consent, report_due_on
from partners.actions.figures import refresh_figures
from partners.models import Agreement, Commitment, Initiative, Organization, Party
from partners.periods import auto_renewed_until
from partners.states import EDITABLE, LIVE, TRANSITIONS, AgreementState, DatePrecision
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

LEAST_PARTIES = 2
# The text both sides sign. Once they have, only the rest may be amended.
SIGNED_TEXT = (
    "title", "kind", "purpose", "binding", "has_burden", "burden_amount", "burden_source",
    "signed_on", "signed_precision", "valid_from", "valid_until", "renewal_months", "notice_days", "training_months",
)  # fmt: skip
ALWAYS_AMENDABLE = (
    "number", "area", "department", "in_charge", "notice_given_on", "review_opinion", "is_public", "remark",
)  # fmt: skip
AMENDABLE = (*SIGNED_TEXT, *ALWAYS_AMENDABLE)
# What an amendment may change of it: all but the day on which it was signed.
AMENDS = tuple(name for name in SIGNED_TEXT if name not in ("signed_on", "signed_precision"))


class ChangedMeanwhile(ActionRefused):
    """Somebody else saved first. `current` is the row as it is now, `fields` what differs from what was typed."""

    def __init__(self, current: Agreement, fields: list[str]) -> None:
        super().__init__(
            _("Somebody else has changed this agreement meanwhile. Compare both values below, then save again.")
        )
        self.current, self.fields = current, fields


# Registering and amending --------------------------------------------------------------


@transaction.atomic
def register_agreement(
    *,
    by: User | None,
    host: Organization,
    title: str,
    key: str | None = None,
    initiatives: Iterable[Initiative] = (),
    predecessor: Agreement | None = None,
    **values: Any,
) -> Agreement:
    """A new draft in the register of `host`, with the next number of the year unless one is given."""
    _refuse_unknown(values)
    Organization.objects.select_for_update(no_key=True).get(pk=host.pk)  # the lock that guards its numbers
    if not host.can_host:
        raise ActionRefused(_("%(name)s cannot keep a register of agreements.") % {"name": host.name}, "host")
    number = values.pop("number", "") or next_number(host)
    _refuse_taken_number(host, number)
    _refuse_wrong_order(values.get("valid_from"), values.get("valid_until"))
    _refuse_stray_amount(values)
    agreement = Agreement.objects.create(
        host=host, title=title, key=key, predecessor=predecessor, number=number, **values
    )
    agreement.initiatives.set(initiatives)
    audit.record(agreement, "agreement.registered", by=by, after={"state": agreement.state, "number": number})
    return agreement


def next_number(host: Organization) -> str:
    """2026-001, 2026-002, … of the year of registering. Call it under the host's lock."""
    year = timezone.localdate().year
    taken = Agreement.objects.filter(host=host, number__regex=rf"^{year}-\d+$").values_list("number", flat=True)
    last = max((int(number.split("-")[1]) for number in taken), default=0)
    return f"{year}-{last + 1:03d}"


@transaction.atomic
def amend_agreement(
    agreement: Agreement,
    *,
    by: User | None,
    version: int,
    initiatives: Iterable[Initiative] | None = None,
    **values: Any,
) -> Agreement:
    """Write `values`, if the row still has `version`; ChangedMeanwhile otherwise, and nothing is written.

    A signed agreement keeps its text: only ALWAYS_AMENDABLE may change. Nothing to write, no event.
    """
    _refuse_unknown(values)
    agreement = _locked(agreement)
    changed = [name for name, value in values.items() if getattr(agreement, name) != value]
    if agreement.version != version:
        raise ChangedMeanwhile(agreement, changed)
    _refuse_amending(agreement, changed)
    if "number" in changed:
        _refuse_taken_number(agreement.host, values["number"])
    before = {name: _plain(getattr(agreement, name)) for name in changed}
    for name in changed:
        setattr(agreement, name, values[name])
    _refuse_wrong_order(agreement.valid_from, agreement.valid_until)
    _refuse_stray_amount(vars(agreement))
    joined = _set_initiatives(agreement, initiatives)
    if changed or joined:
        after = {name: _plain(getattr(agreement, name)) for name in changed}
        _touch(agreement, *changed)
        audit.record(agreement, "agreement.amended", by=by, before=before, after=after | joined)
    return agreement


def _refuse_amending(agreement: Agreement, changed: list[str]) -> None:
    if agreement.state not in (*EDITABLE, *LIVE):
        raise ActionRefused(_("This agreement has ended and is kept as it is."))
    if agreement.state not in EDITABLE and (fixed := [name for name in changed if name in SIGNED_TEXT]):
        raise ActionRefused(_("What was signed is changed by an amendment only."), fixed[0])


def amend_signed_text(agreement: Agreement, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write what an amendment changes, given as the history keeps it; before and after. The caller holds the lock."""
    before = values_of(agreement, values)
    for name, value in values.items():
        setattr(agreement, name, as_field(name, value))
    _refuse_wrong_order(agreement.valid_from, agreement.valid_until)
    _refuse_stray_amount(vars(agreement))
    _touch(agreement, *values)
    return before, values_of(agreement, values)


def as_field(name: str, value: Any) -> Any:
    """A value as the history keeps it, as the field has it."""
    field = Agreement._meta.get_field(name)
    return field.to_python(value) if isinstance(field, Field) else value


def values_of(agreement: Agreement, names: Iterable[str]) -> dict[str, Any]:
    """Fields as the history keeps them."""
    return {name: _plain(getattr(agreement, name)) for name in names}


def _set_initiatives(agreement: Agreement, initiatives: Iterable[Initiative] | None) -> dict[str, Any]:
    if initiatives is None:
        return {}
    wanted = sorted(initiative.pk for initiative in initiatives)
    if wanted == sorted(agreement.initiatives.values_list("pk", flat=True)):
        return {}
    agreement.initiatives.set(wanted)
    return {"initiatives": wanted}


def _refuse_unknown(values: dict[str, Any]) -> None:
    if unknown := values.keys() - {*AMENDABLE}:
        raise TypeError(f"An agreement has no {', '.join(sorted(unknown))} to write.")


def _refuse_taken_number(host: Organization, number: str) -> None:
    if number and Agreement.objects.filter(host=host, number=number).exists():
        raise ActionRefused(_("The register has another agreement with this number."), "number")


def _refuse_wrong_order(first: date | None, last: date | None) -> None:
    if first and last and last < first:
        raise ActionRefused(_("The agreement would end before it begins."), "valid_until")


def _refuse_stray_amount(values: dict[str, Any]) -> None:
    if not values.get("has_burden") and (values.get("burden_amount") is not None or values.get("burden_source")):
        raise ActionRefused(_("Tick the financial burden, or leave its amount and source empty."), "has_burden")


# Moving --------------------------------------------------------------------------------


@transaction.atomic
def sign_agreement(agreement: Agreement, *, by: User | None, signed_on: date | None = None) -> Agreement:
    """Signed by its parties on `signed_on`, or on the day the draft names if it is known to the day."""
    agreement = _locked(agreement)
    _refuse_move(agreement, AgreementState.SIGNED)
    day = signed_on or agreement.signed_day
    if day is None:
        sentence = _(
            "The day of signing is not known, so the agreement stays a draft. Enter the day, as in its original."
        )
        raise ActionRefused(sentence, "signed_on")
    if day > timezone.localdate():
        raise ActionRefused(_("The day of signing lies in the future."), "signed_on")
    if agreement.parties.count() < LEAST_PARTIES:
        raise ActionRefused(_("An agreement needs at least two parties. Add them first."))
    ordinance = ordinance_of(agreement)
    refuse_without_consent(agreement, ordinance, day)
    valid_from = agreement.valid_from or day
    _refuse_wrong_order(valid_from, agreement.valid_until)
    return _move(
        agreement, AgreementState.SIGNED, "agreement.signed", by=by,
        signed_on=day, signed_precision=DatePrecision.DAY, valid_from=valid_from,
        report_due_on=report_due_on(ordinance, day),
    )  # fmt: skip


@transaction.atomic
def bring_into_force_agreement(agreement: Agreement, *, by: User | None) -> Agreement:
    """From the first day of its validity on; the agreement it renews gives way to it."""
    agreement = _locked(agreement)
    _refuse_move(agreement, AgreementState.IN_FORCE)
    first = agreement.valid_from or agreement.signed_on
    if first and first > timezone.localdate():
        day = formats.date_format(first, "DATE_FORMAT")
        raise ActionRefused(_("Its validity begins on %(day)s.") % {"day": day})
    agreement = _move(agreement, AgreementState.IN_FORCE, "agreement.brought_into_force", by=by)
    if agreement.predecessor_id:
        _give_way(_locked(Agreement(pk=agreement.predecessor_id)), to=agreement, by=by)
    return agreement


def _give_way(old: Agreement, *, to: Agreement, by: User | None) -> None:
    if AgreementState.RENEWED in TRANSITIONS[old.state]:
        _move(old, AgreementState.RENEWED, "agreement.renewed", by=by, ended_on=old.ended_on or timezone.localdate())


@transaction.atomic
def fulfil_agreement(agreement: Agreement, *, by: User | None, reason: str = "") -> Agreement:
    """All that was promised is done; it ends today."""
    return _end(agreement, AgreementState.FULFILLED, "agreement.fulfilled", by=by, reason=reason)


@transaction.atomic
def terminate_agreement(agreement: Agreement, *, by: User | None, reason: str) -> Agreement:
    """Ended today before its time (해지)."""
    if not reason.strip():
        raise ActionRefused(_("Say why the agreement is terminated."), "reason")
    return _end(agreement, AgreementState.TERMINATED, "agreement.terminated", by=by, reason=reason)


def _end(agreement: Agreement, to: AgreementState, verb: str, *, by: User | None, reason: str) -> Agreement:
    agreement = _locked(agreement)
    _refuse_move(agreement, to)
    return _move(agreement, to, verb, by=by, reason=reason, ended_on=timezone.localdate(), end_reason=reason)


@transaction.atomic
def renew_agreement(agreement: Agreement, *, by: User | None) -> Agreement:
    """A draft with the same parties and commitments that names `agreement` as its predecessor.

    The old one stays as it is until the new one comes into force.
    """
    agreement = _locked(agreement)
    _refuse_move(agreement, AgreementState.RENEWED)
    if agreement.successors.exists():
        raise ActionRefused(_("A new agreement has already been prepared."))
    same = (
        "kind", "purpose", "binding", "area", "has_burden", "burden_amount", "burden_source",
        "renewal_months", "notice_days", "training_months", "department", "in_charge", "is_public",
    )  # fmt: skip
    renewal = register_agreement(
        by=by,
        host=agreement.host,
        title=agreement.title,
        initiatives=agreement.initiatives.all(),
        predecessor=agreement,
        **{name: getattr(agreement, name) for name in same},
    )
    _copy_promises(agreement, renewal)
    audit.record(agreement, "agreement.renewal_prepared", by=by, after={"successor": renewal.pk})
    return renewal


def _copy_promises(old: Agreement, new: Agreement) -> None:
    copies: dict[int, Party] = {}
    for party in old.parties.all():
        was, party.pk, party.agreement = party.pk, None, new
        party._state.adding = True
        party.save()
        copies[was] = party
    promises = [
        Commitment(
            agreement=new, party=copies[c.party_id], what=c.what, unit=c.unit, quantity=c.quantity, measure=c.measure
        )
        for c in old.commitments.all()
    ]
    Commitment.objects.bulk_create(promises)
    refresh_figures(new.pk)


# What the calendar does ----------------------------------------------------------------


@transaction.atomic
def expire_agreement(agreement: Agreement, *, by: User | None = None) -> Agreement:
    """On the day after its last; one that extends itself gets its new last day instead (domain.md section 4)."""
    agreement = _locked(agreement)
    extended = extend_agreement(agreement, by=by)
    if extended.valid_until is None or extended.valid_until >= timezone.localdate():
        return extended
    _refuse_move(extended, AgreementState.EXPIRED)
    return _move(extended, AgreementState.EXPIRED, "agreement.expired", by=by, ended_on=extended.valid_until)


@transaction.atomic
def extend_agreement(agreement: Agreement, *, by: User | None = None) -> Agreement:
    """The new last day of an agreement whose day of notice has passed without one; others stay as they are."""
    agreement = _locked(agreement)
    if agreement.state != AgreementState.IN_FORCE or not agreement.valid_until or not agreement.renewal_months:
        return agreement
    until = auto_renewed_until(
        agreement.valid_until,
        agreement.renewal_months,
        agreement.notice_days or 0,
        agreement.notice_given_on,
        timezone.localdate(),
    )
    if until == agreement.valid_until:
        return agreement
    before = {"valid_until": agreement.valid_until.isoformat()}
    agreement.valid_until = until
    _touch(agreement, "valid_until")
    audit.record(agreement, "agreement.extended", by=by, before=before, after={"valid_until": until.isoformat()})
    return agreement


# What they share -----------------------------------------------------------------------


def _locked(agreement: Agreement) -> Agreement:
    return Agreement.objects.select_for_update(of=("self",)).select_related("host").get(pk=agreement.pk)


def _refuse_move(agreement: Agreement, to: AgreementState) -> None:
    if to not in TRANSITIONS[agreement.state]:
        words = {"now": agreement.get_state_display(), "wanted": to.label}
        raise ActionRefused(_("This agreement is “%(now)s” and cannot become “%(wanted)s”.") % words)


def _move(
    agreement: Agreement, to: AgreementState, verb: str, *, by: User | None, reason: str = "", **values: Any
) -> Agreement:
    """The only writer of `Agreement.state`; the caller has locked the row and asked TRANSITIONS."""
    changed = {name: value for name, value in values.items() if getattr(agreement, name) != value}
    before = {"state": agreement.state} | {name: _plain(getattr(agreement, name)) for name in changed}
    agreement.state = to
    for name, value in changed.items():
        setattr(agreement, name, value)
    _touch(agreement, "state", *changed)
    after = {"state": str(to)} | {name: _plain(value) for name, value in changed.items()}
    for texts in (before, after):
        texts.pop("end_reason", None)  # it stands in the event's own reason
    audit.record(agreement, verb, by=by, before=before, after=after, reason=reason)
    return agreement


def _touch(agreement: Agreement, *fields: str) -> None:
    """Save these fields; where its commitments stand hangs on the state and the dates."""
    agreement.version += 1
    agreement.save(update_fields=[*fields, "version", "updated_at"])
    refresh_figures(agreement.pk)


def _plain(value: Any) -> Any:
    """A value as the audit event keeps it: ids for rows, ISO for dates."""
    if isinstance(value, date):
        return value.isoformat()
    return getattr(value, "pk", value)
