"""Seats of a tool that a partner gives under an agreement, lent to trainees for a time.

Only who has a seat is kept. Licence keys and activation codes are not: whoever holds one can use the tool, so a
table of them would be a thing to steal; the partner's own account system hands them out, by the person's e-mail.
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.models.enrolment import Enrolment
from cohorts.states import IN_TRAINING
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned
from portal.common.prepared import TODAY

if TYPE_CHECKING:
    from cohorts.models.cohort import Cohort
    from portal.accounts.models import User


def _counted(seats: "LicenceSeatQuerySet") -> Coalesce:
    per_pool = seats.order_by().values("pool").annotate(n=Count("pk"))
    return Coalesce(Subquery(per_pool.values("n")), 0)


class LicencePoolQuerySet(models.QuerySet["LicencePool"]):
    def visible_to(self, user: "User") -> "LicencePoolQuerySet":
        """The host that lends the seats. The keeper of the agreement sees numbers, on a page of its own."""
        if user.role == Role.ADMIN:
            return self
        return self.filter(host=user.organization_id) if user.role in HOST_STAFF else self.none()

    def usable(self) -> "LicencePoolQuerySet":
        """Not over yet: seats can be assigned."""
        return self.filter(valid_until__gte=TODAY)

    def over(self) -> "LicencePoolQuerySet":
        return self.filter(valid_until__lt=TODAY)

    def with_use(self) -> "LicencePoolQuerySet":
        """With `in_use`: the seats that are held at this moment, counted afresh."""
        return self.annotate(in_use=_counted(LicenceSeat.objects.held().filter(pool=OuterRef("pk"))))

    def with_use_of(self, cohort: "Cohort") -> "LicencePoolQuerySet":
        """With `in_cohort`: the seats that people of the cohort hold."""
        held = LicenceSeat.objects.held().filter(pool=OuterRef("pk"), enrolment__cohort=cohort)
        return self.annotate(in_cohort=_counted(held))

    def for_list(self) -> "LicencePoolQuerySet":
        return self.select_related("provider", "host").with_use()

    def for_detail(self) -> "LicencePoolQuerySet":
        return self.for_list().select_related("agreement", "commitment")


class LicencePool(HostOwned):
    """Seats of one tool (라이선스) for a time. Its row is the lock that guards them; its host lends them out."""

    agreement = models.ForeignKey(
        "partners.Agreement", models.PROTECT, related_name="licence_pools", verbose_name=_("agreement")
    )
    provider = models.ForeignKey(
        "partners.Organization", models.PROTECT, related_name="licence_pools", verbose_name=_("given by")
    )
    commitment = models.ForeignKey(
        "partners.Commitment", models.SET_NULL, null=True, blank=True, related_name="licence_pools",
        verbose_name=_("commitment"),
    )  # fmt: skip
    tool = models.CharField(_("tool"), max_length=100)
    seats = models.PositiveIntegerField(_("seats"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    note = models.TextField(_("note"), blank=True)
    # Seats that nobody has returned; kept by the actions under the row's lock.
    seats_taken = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LicencePoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("licence pool")
        ordering = ["-valid_until", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="licence_pool_host_key"),
            models.CheckConstraint(condition=Q(seats__gt=0), name="licence_pool_has_seats"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="licence_pool_ends_after_start"),
            models.CheckConstraint(condition=Q(seats_taken__lte=F("seats")), name="licences_never_oversold"),
        ]
        indexes = [models.Index(fields=["host", "valid_until"]), models.Index(fields=["agreement"])]

    def __str__(self) -> str:
        return self.tool

    def get_absolute_url(self) -> str:
        return reverse("cohorts:licence-pool", args=[self.pk])

    @property
    def is_valid(self) -> bool:
        return self.valid_from <= timezone.localdate() <= self.valid_until

    @property
    def is_over(self) -> bool:
        return self.valid_until < timezone.localdate()

    @property
    def free(self) -> int:
        """Seats nobody holds at this moment; of `with_use()`. None is free once the pool is over."""
        return 0 if self.is_over else max(0, self.seats - self.in_use)  # type: ignore[attr-defined]  # annotated


class LicenceSeatQuerySet(models.QuerySet["LicenceSeat"]):
    def visible_to(self, user: "User") -> "LicenceSeatQuerySet":
        """A host's staff see their host's; a trainee, the own."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        return self.filter(enrolment__person__user=user.pk) if user.role == Role.TRAINEE else self.none()

    def held(self) -> "LicenceSeatQuerySet":
        """Take up a seat of their pool now. One whose training has ended holds none, written down or not."""
        return self.filter(
            returned_on=None, until__gte=TODAY, pool__valid_until__gte=TODAY, enrolment__state__in=IN_TRAINING
        )

    def lapsed(self) -> "LicenceSeatQuerySet":
        """Held by nobody any more, and not yet written down as returned."""
        over = Q(until__lt=TODAY) | Q(pool__valid_until__lt=TODAY) | Q(starts_on__gt=F("pool__valid_until"))
        return self.filter(over | ~Q(enrolment__state__in=IN_TRAINING), returned_on=None)

    def for_list(self) -> "LicenceSeatQuerySet":
        return self.select_related("pool", "enrolment__person", "enrolment__cohort", "assigned_by")


class LicenceSeat(HostOwned):
    """A seat lent to a trainee for a time. It takes up its place from the day it is assigned, even if it begins later."""

    pool = models.ForeignKey(LicencePool, models.PROTECT, related_name="assignments", verbose_name=_("licence pool"))
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="licences", verbose_name=_("trainee"))
    starts_on = models.DateField(_("from"))
    until = models.DateField(_("until"))
    # The first day without it: returned by hand, at the end of its time, of the training or of the pool.
    returned_on = models.DateField(_("returned on"), null=True)
    assigned_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField(auto_now_add=True)

    objects = LicenceSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("licence seat")
        ordering = ["enrolment__number", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "enrolment"], condition=Q(returned_on=None), name="one_licence_seat_each"
            ),
            models.CheckConstraint(condition=Q(until__gte=F("starts_on")), name="licence_seat_ends_after_start"),
        ]
        indexes = [models.Index(fields=["enrolment"])]

    def __str__(self) -> str:
        return f"{self.pool_id} → {self.enrolment_id}"

    @property
    def dialog(self) -> str:
        """The id of the question before it is returned."""
        return f"return-{self.pk}"

    @property
    def is_held(self) -> bool:
        """As `held()`; touches the pool and the enrolment."""
        today = timezone.localdate()
        in_time = self.until >= today and self.pool.valid_until >= today
        return self.returned_on is None and in_time and self.enrolment.is_active

    @property
    def over_on(self) -> date:
        """The first day without it, as far as is known today; touches the pool and the enrolment."""
        if self.returned_on:
            return self.returned_on
        last = [self.until, self.pool.valid_until, *([self.enrolment.ended_on] if self.enrolment.ended_on else [])]
        over = min(last) + timedelta(days=1)
        return over if self.enrolment.is_active else min(over, timezone.localdate())
