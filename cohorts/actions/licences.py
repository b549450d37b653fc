"""Licence pools: what a partner provides, and the seats lent to trainees.

Every action that takes or frees a seat holds the pool's row, so that two never take the last one.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import Enrolment, LicencePool, LicenceSeat
from partners.actions.figures import refresh_figures
from partners.models import Agreement, Commitment, Organization, Party
from partners.states import Measure
from portal import audit
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.common.exceptions import ActionRefused

POOL_FIELDS = ("tool", "seats", "valid_from", "valid_until", "commitment", "note")


# Pools -------------------------------------------------------------------------------------


@transaction.atomic
def register_licence_pool(
    *, by: User | None, host: Organization, agreement: Agreement, provider: Organization, **values: Any
) -> LicencePool:
    """Seats that `provider`, a party to `agreement`, gives to `host`, whoever keeps the agreement."""
    _refuse_unknown(values)
    if not Party.objects.filter(agreement=agreement, organization=provider).exists():
        raise ActionRefused(_("Choose a party of the agreement: it gives the licences."), "provider")
    pool = LicencePool(host=host, agreement=agreement, provider=provider, **values)
    _refuse_wrong_pool(pool)
    pool.save()
    after = {"agreement": agreement.pk, "provider": provider.pk, "seats": pool.seats}
    audit.record(pool, "licence_pool.registered", by=by, after=after)
    refresh_figures(agreement.pk)
    return pool


@transaction.atomic
def amend_licence_pool(pool: LicencePool, *, by: User | None, **values: Any) -> LicencePool:
    """Never fewer seats than are held; seats that would outlive the pool end with it."""
    _refuse_unknown(values)
    pool = _lock_pool(pool.pk)
    changed = [name for name, value in values.items() if getattr(pool, name) != value]
    if not changed:
        return pool
    before = {name: _plain(getattr(pool, name)) for name in changed}
    for name in changed:
        setattr(pool, name, values[name])
    _refuse_wrong_pool(pool)
    pool.save(update_fields=[name for name in changed if name != "seats"])
    _settle(pool, by=by)
    if pool.seats < pool.seats_taken:
        sentence = _("%(n)s seats are lent out. Take some back first.")
        raise ActionRefused(sentence % {"n": pool.seats_taken}, "seats")
    pool.save(update_fields=["seats"])
    pool.assignments.filter(returned_on=None, until__gt=pool.valid_until).update(until=pool.valid_until)
    after = {name: _plain(getattr(pool, name)) for name in changed}
    audit.record(pool, "licence_pool.amended", by=by, before=before, after=after)
    refresh_figures(pool.agreement_id)
    return pool


# Seats -------------------------------------------------------------------------------------


@transaction.atomic
def assign_licences(
    pool: LicencePool, enrolments: Sequence[Enrolment], *, by: User | None, until: date, starts_on: date | None = None
) -> list[LicenceSeat]:
    """Lend a seat to each of these trainees, or to none: refused where fewer are free."""
    pool = _lock_pool(pool.pk)
    starts_on = max(starts_on or timezone.localdate(), pool.valid_from)
    _refuse_wrong_time(pool, starts_on, until)
    _settle(pool, by=None)
    _refuse_wrong_trainees(pool, enrolments)
    _refuse_too_many(pool.seats - pool.seats_taken, len(enrolments))
    seats = LicenceSeat.objects.bulk_create(
        LicenceSeat(pool=pool, host_id=pool.host_id, enrolment=one, starts_on=starts_on, until=until, assigned_by=by)
        for one in enrolments
    )
    LicencePool.objects.filter(pk=pool.pk).update(seats_taken=F("seats_taken") + len(seats))
    after = {"pool": pool.pk, "until": until.isoformat()}
    AuditEvent.objects.bulk_create(
        audit.event(seat, "licence.assigned", by=by, after=after | {"enrolment": seat.enrolment_id}) for seat in seats
    )
    return seats


@transaction.atomic
def return_licence(seat: LicenceSeat, *, by: User | None) -> LicenceSeat:
    """Take a seat back today; it can be lent on at once."""
    pool = _lock_pool(seat.pool_id)
    seat = LicenceSeat.objects.get(pk=seat.pk)
    if seat.returned_on:
        raise ActionRefused(_("This seat has been returned already."))
    seat.returned_on = timezone.localdate()
    seat.save(update_fields=["returned_on"])
    LicencePool.objects.filter(pk=pool.pk).update(seats_taken=F("seats_taken") - 1)
    after = {"returned_on": seat.returned_on.isoformat(), "enrolment": seat.enrolment_id}
    audit.record(seat, "licence.returned", by=by, after=after)
    return seat


def return_lapsed_licences() -> int:
    """Write down as returned what nobody holds any more, pool by pool; how many seats."""
    pools = LicenceSeat.objects.lapsed().order_by("pool_id").values_list("pool_id", flat=True).distinct()
    return sum(settle_licence_pool(pk) for pk in pools)


@transaction.atomic
def settle_licence_pool(pk: int, *, by: User | None = None) -> int:
    """As `return_lapsed_licences`, of one pool."""
    return _settle(_lock_pool(pk), by=by)


# What they share -----------------------------------------------------------------------


def _lock_pool(pk: int) -> LicencePool:
    """The lock that guards the seats of a pool."""
    return LicencePool.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def _settle(pool: LicencePool, *, by: User | None) -> int:
    """Return the seats whose time, training or pool is over, on the day it was; the caller holds the lock.

    `pool.seats_taken` is right from then on, in the database too.
    """
    lapsed = list(pool.assignments.lapsed().select_related("enrolment", "pool"))
    for seat in lapsed:
        seat.returned_on = max(seat.over_on, seat.starts_on)
    LicenceSeat.objects.bulk_update(lapsed, ["returned_on"])
    if lapsed:
        LicencePool.objects.filter(pk=pool.pk).update(seats_taken=F("seats_taken") - len(lapsed))
        pool.seats_taken -= len(lapsed)
        AuditEvent.objects.bulk_create(
            audit.event(
                seat, "licence.returned", by=by,
                after={"returned_on": seat.returned_on.isoformat(), "enrolment": seat.enrolment_id},
            )
            for seat in lapsed if seat.returned_on
        )  # fmt: skip
    return len(lapsed)


def _refuse_wrong_pool(pool: LicencePool) -> None:
    if pool.valid_until < pool.valid_from:
        raise ActionRefused(_("The pool would end before it begins."), "valid_until")
    commitment: Commitment | None = pool.commitment
    if commitment is None:
        return
    of_provider = commitment.party.organization_id == pool.provider_id
    if commitment.agreement_id != pool.agreement_id or not of_provider or commitment.measure != Measure.LICENCES:
        raise ActionRefused(_("Choose what the provider has promised in this agreement as licences."), "commitment")


def _refuse_wrong_time(pool: LicencePool, starts_on: date, until: date) -> None:
    if pool.is_over:
        raise ActionRefused(_("This pool is over."))
    if until > pool.valid_until:
        day = formats.date_format(pool.valid_until, "DATE_FORMAT")
        raise ActionRefused(_("The pool is valid until %(day)s.") % {"day": day}, "until")
    if until < max(starts_on, timezone.localdate()):
        raise ActionRefused(_("The seat would end before it begins."), "until")


def _refuse_wrong_trainees(pool: LicencePool, enrolments: Iterable[Enrolment]) -> None:
    wanted = {one.pk for one in enrolments}
    if not wanted:
        raise ActionRefused(_("Choose at least one trainee."))
    if Enrolment.objects.active().filter(pk__in=wanted, host=pool.host_id).count() != len(wanted):
        raise ActionRefused(_("Seats are lent to people who are in training at the host of the pool."))
    if pool.assignments.filter(enrolment__in=wanted, returned_on=None).exists():
        raise ActionRefused(_("Somebody of them has a seat of this pool already."))


def _refuse_too_many(free: int, wanted: int) -> None:
    if free < 1:
        raise ActionRefused(_("No seat of this pool is free."))
    if free < wanted:
        sentence = ngettext("Only %(n)s seat is free.", "Only %(n)s seats are free.", free)
        raise ActionRefused(sentence % {"n": free})


def _refuse_unknown(values: dict[str, Any]) -> None:
    if unknown := values.keys() - {*POOL_FIELDS}:
        raise TypeError(f"A licence pool has no {', '.join(sorted(unknown))} to write.")


def _plain(value: Any) -> Any:
    """A value as the audit event keeps it: ids for rows, ISO for dates."""
    if isinstance(value, date):
        return value.isoformat()
    return getattr(value, "pk", value)
