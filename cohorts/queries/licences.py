"""How licence seats are used: by whom in a cohort, and how many over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts.models import Cohort, Enrolment, LicencePool, LicenceSeat
from cohorts.queries.pictures import Picture
from partners.models import Agreement, Commitment, Organization
from partners.states import Measure
from portal.accounts.models import User

POINTS = 12  # of the picture at most
WEEK = timedelta(days=7)


def agreements_for_licences(user: User) -> QuerySet[Agreement]:
    """Those one may register a pool under: of the own register, and those the own programmes run under.

    A university teaches under an agreement that a province keeps; its programme names it, so it is known here.
    """
    own = Agreement.objects.filter(programmes__host=user.organization_id)
    return Agreement.objects.filter(pk__in=own.values("pk")) | Agreement.objects.visible_to(user)


@dataclass(frozen=True)
class Candidate:
    """A trainee of a cohort before seats are assigned: who gets one, and who does not."""

    enrolment: Enrolment
    seat: LicenceSeat | None  # that is held already
    gets: bool


def licence_candidates(pool: LicencePool, cohort: Cohort) -> list[Candidate]:
    """Everybody in training, by number; free seats go to the first of those who have none. Two queries."""
    has = {seat.enrolment_id: seat for seat in pool.assignments.filter(returned_on=None, enrolment__cohort=cohort)}
    left, found = pool.free, []
    for one in cohort.enrolments.active().select_related("person").order_by("number"):
        gets = one.pk not in has and left > 0
        left -= gets
        found.append(Candidate(one, has.get(one.pk), gets))
    return found


def licence_use(pools: Sequence[LicencePool]) -> Picture | None:
    """Seats provided and in use, from the first day of the pools to today, at most `POINTS` days; one query. None before the first."""
    today = timezone.localdate()
    first = min((pool.valid_from for pool in pools), default=today)
    if first >= today:
        return None
    step = max(WEEK, timedelta(days=ceil((today - first).days / (POINTS - 1))))
    days = [today - n * step for n in range(POINTS) if today - n * step >= first][::-1]
    seats = list(LicenceSeat.objects.filter(pool__in=pools).select_related("pool", "enrolment"))
    rows = [(date_format(day, "MONTH_DAY_FORMAT"), [_provided(pools, day), _in_use(seats, day)]) for day in days]
    most = max(used for _label, (_seats, used) in rows)
    told = {"most": most, "provided": rows[-1][1][0], "used": rows[-1][1][1]}
    return Picture(
        rows,
        _("Today %(used)s of %(provided)s seats are in use; at most there were %(most)s.") % told,
        [_("Provided"), _("In use")],
    )


def _provided(pools: Sequence[LicencePool], day: date) -> int:
    return sum(pool.seats for pool in pools if pool.valid_from <= day <= pool.valid_until)


def _in_use(seats: Sequence[LicenceSeat], day: date) -> int:
    return sum(seat.starts_on <= day < seat.over_on for seat in seats)


def promised_licences(agreement: Agreement) -> list[Commitment]:
    """What parties have promised as licences; one query."""
    return list(agreement.commitments.filter(measure=Measure.LICENCES).select_related("party__organization"))


def providers_of(agreements: QuerySet[Agreement]) -> QuerySet[Organization]:
    """The parties of these agreements."""
    return Organization.objects.filter(parties__agreement__in=agreements.values("pk")).distinct()
