"""Rounds of school visits of an outreach programme, and what schools ask for."""

import re
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.outreach_choice import Rule, Wish
from cohorts.outreach_states import (
    CAN_BE_CANCELLED,
    CAN_BE_WITHDRAWN,
    SHOWN_TO_COMPANY,
    SHOWN_TO_SCHOOLS,
    TAKES_A_VISIT,
    TAKES_REQUESTS,
    Grade,
    RequestState,
    RoundState,
    VisitFormat,
    VisitState,
)
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.counting import counted_per
from portal.common.korean import search_key
from portal.common.models import HostOwned
from portal.common.prepared import NOW

if TYPE_CHECKING:
    from portal.accounts.models import User

SIGNER = Signer(salt="cohorts.school_request")
EUP_OR_MYEON = re.compile(r"(?<=\s)[가-힣]+[0-9]*(?:읍|면)(?=\s|$)")


def rural_basis_of(address: str) -> str:
    """The 읍 or 면 an address names, by which a school counts as rural (농산어촌); empty for a town's 동."""
    found = EUP_OR_MYEON.search(address)
    return found[0] if found else ""


class RoundQuerySet(models.QuerySet["OutreachRound"]):
    def visible_to(self, user: "User") -> "RoundQuerySet":
        """The host's staff see all; a mentor, the published ones of the own company."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.MENTOR:
            return self.filter(company=user.organization_id, state__in=SHOWN_TO_COMPANY)
        return self.none()

    def public(self) -> "RoundQuerySet":
        return self.filter(state__in=SHOWN_TO_SCHOOLS)

    def open_or_soon(self, now: datetime | None = None) -> "RoundQuerySet":
        return self.filter(state__in=TAKES_REQUESTS, apply_closes_at__gt=now or NOW)

    def to_decide(self, now: datetime | None = None) -> "RoundQuerySet":
        """Their window has closed, and nobody has been told anything."""
        return self.filter(state__in=TAKES_REQUESTS, apply_closes_at__lte=now or NOW)

    def for_list(self) -> "RoundQuerySet":
        """With `request_count`, `visit_count` (not cancelled) and `held_count`, counted for the page alone."""
        Visit = apps.get_model("cohorts", "Visit")
        return self.select_related("programme", "company", "host").annotate(
            request_count=counted_per(SchoolRequest.objects.standing(), "round"),
            visit_count=counted_per(Visit.objects.exclude(state=VisitState.CANCELLED), "round"),
            held_count=counted_per(Visit.objects.filter(state=VisitState.HELD), "round"),
        )


class OutreachRound(HostOwned):
    """Visits that a host offers to schools at one time (방문 특강 모집): by whom, for whom, when, how many."""

    programme = models.ForeignKey(
        "cohorts.Programme", models.PROTECT, related_name="rounds", verbose_name=_("programme")
    )
    company = models.ForeignKey("partners.Organization", models.PROTECT, related_name="+", verbose_name=_("company"))
    format = models.CharField(_("format"), max_length=10, choices=VisitFormat.choices)
    topic = models.CharField(_("topic"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    grades = ArrayField(models.CharField(max_length=2, choices=Grade.choices), verbose_name=_("grades"))
    place = models.CharField(_("place"), max_length=150, blank=True)
    visits_from = models.DateField(_("visits from"))
    visits_until = models.DateField(_("visits until"))
    visits_most = models.PositiveSmallIntegerField(_("number of visits"))
    pupils_most = models.PositiveSmallIntegerField(_("pupils at most"))
    minutes = models.PositiveSmallIntegerField(_("length (minutes)"), default=90)
    apply_opens_at = models.DateTimeField(_("requests open"))
    apply_closes_at = models.DateTimeField(_("requests close"))  # the first instant that is too late, as a cohort's
    rural_first = models.BooleanField(_("rural schools first"), default=True)
    rural_percent = models.PositiveSmallIntegerField(_("visits kept for rural schools (%)"), default=100)
    once_per_school = models.BooleanField(_("one visit for each school while others wait"), default=True)
    waitlist_most = models.PositiveSmallIntegerField(_("length of the waitlist"), default=10)
    names_needed = models.BooleanField(_("the names of the pupils are needed"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=RoundState.choices, default=RoundState.DRAFT, editable=False
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round of school visits")
        ordering = ["-apply_closes_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="round_host_key"),
            models.UniqueConstraint(fields=["id", "company"], name="round_company_key"),
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="round_state_known"),
            models.CheckConstraint(condition=Q(visits_until__gte=F("visits_from")), name="round_ends_after_start"),
            models.CheckConstraint(
                condition=Q(apply_closes_at__gt=F("apply_opens_at")), name="round_closes_after_opening"
            ),
            models.CheckConstraint(condition=Q(visits_most__gt=0, pupils_most__gt=0), name="round_has_visits"),
            models.CheckConstraint(condition=Q(rural_percent__lte=100), name="rural_share_in_percent"),
            # Names are for the gate of a company; a school knows its own pupils.
            models.CheckConstraint(
                condition=Q(names_needed=False) | Q(format=VisitFormat.AT_COMPANY), name="names_only_for_a_gate"
            ),
        ]
        indexes = [models.Index(fields=["host", "state", "apply_closes_at"], name="rounds_of_host")]

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return reverse("cohorts:round", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in TAKES_REQUESTS and self.apply_opens_at <= timezone.now() < self.apply_closes_at

    @property
    def opens_later(self) -> bool:
        return self.state in TAKES_REQUESTS and timezone.now() < self.apply_opens_at

    @property
    def is_over(self) -> bool:
        return timezone.now() >= self.apply_closes_at

    @property
    def closes_at_stated(self) -> datetime:
        """The last minute in time, as a notice says it."""
        return self.apply_closes_at - timedelta(minutes=1)

    @property
    def grade_labels(self) -> list[str]:
        return [str(Grade(grade).label) for grade in self.grades]

    @property
    def rule(self) -> Rule:
        share = self.rural_percent if self.rural_first else 0
        return Rule(self.visits_most, share, self.once_per_school, self.waitlist_most)


class SchoolRequestQuerySet(models.QuerySet["SchoolRequest"]):
    def visible_to(self, user: "User") -> "SchoolRequestQuerySet":
        """The host's staff. A company meets a school in its visit."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        return self.none()

    def with_token(self, token: str) -> "SchoolRequestQuerySet":
        """The request a signed link is for; it ends when the teacher's contact is destroyed."""
        try:
            pk = SIGNER.unsign(token)
        except BadSignature:
            return self.none()
        return self.filter(pk=pk).exclude(contact_email="")

    def standing(self) -> "SchoolRequestQuerySet":
        return self.exclude(state=RequestState.WITHDRAWN)

    def submitted(self) -> "SchoolRequestQuerySet":
        return self.filter(state=RequestState.SUBMITTED)

    def to_decide(self, now: datetime | None = None) -> "SchoolRequestQuerySet":
        return self.submitted().filter(round__state__in=TAKES_REQUESTS, round__apply_closes_at__lte=now or NOW)

    def to_plan(self) -> "SchoolRequestQuerySet":
        """Accepted, and no day is arranged yet."""
        Visit = apps.get_model("cohorts", "Visit")
        arranged = Visit.objects.filter(request=OuterRef("pk")).exclude(state=VisitState.CANCELLED)
        return self.filter(~Exists(arranged), state__in=TAKES_A_VISIT)

    def for_list(self) -> "SchoolRequestQuerySet":
        return self.select_related("round__programme", "school")


class SchoolRequest(HostOwned):
    """What a school asks for on the public page, in the name of one teacher."""

    round = models.ForeignKey(OutreachRound, models.PROTECT, related_name="requests", verbose_name=_("round of visits"))
    receipt_number = models.CharField(_("receipt number"), max_length=20, unique=True)
    # Given out with the form: however often it is sent, one request comes of it.
    submission_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=RequestState.choices, default=RequestState.SUBMITTED, editable=False
    )
    school_name = models.CharField(_("school"), max_length=60)
    office = models.CharField(_("office of education"), max_length=60)
    address = models.CharField(_("address of the school"), max_length=200)
    region = models.CharField(_("province or metropolitan city"), max_length=20)
    rural = models.BooleanField(_("rural school"))
    rural_basis = models.CharField(_("rural because of"), max_length=30, blank=True)
    grade = models.CharField(_("grade"), max_length=2, choices=Grade.choices)
    pupils = models.PositiveSmallIntegerField(_("pupils"))
    wishes = ArrayField(models.DateField(), verbose_name=_("wished days"))  # the dearest first, one to three
    note = models.TextField(_("what the expert should know"), blank=True)
    # Of the teacher; emptied when the period of the consent is over.
    contact_name = models.CharField(_("teacher"), max_length=50, blank=True)
    contact_email = models.EmailField(_("e-mail address"), blank=True)
    contact_mobile = models.CharField(_("mobile telephone"), max_length=13, blank=True)
    language = models.CharField(max_length=5, default="ko", editable=False)
    consent_text = models.ForeignKey("cohorts.ConsentText", models.PROTECT, related_name="+")
    consented_at = models.DateTimeField(_("consent given"))
    # The optional consent that the company may have the name and telephone; None: not given.
    sharing_text = models.ForeignKey("cohorts.ConsentText", models.PROTECT, null=True, related_name="+")
    # The school among the organizations, once the request is accepted.
    school = models.ForeignKey(
        "partners.Organization", models.PROTECT, null=True, related_name="+", verbose_name=_("school")
    )
    submitted_at = models.DateTimeField(_("received"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)

    objects = SchoolRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("school request")
        ordering = ["submitted_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="school_request_host_key"),
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="school_request_state_known"),
            models.CheckConstraint(condition=Q(pupils__gt=0), name="school_request_has_pupils"),
            models.CheckConstraint(condition=Q(rural=False) | ~Q(rural_basis=""), name="rural_school_says_why"),
            models.CheckConstraint(condition=Q(wishes__len__range=(1, 3)), name="one_to_three_wished_days"),
            models.CheckConstraint(
                condition=~Q(state__in=TAKES_A_VISIT) | Q(school__isnull=False), name="accepted_school_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["round", "state"]),
            models.Index(fields=["host", "-submitted_at", "id"], name="school_requests_of_host"),
        ]

    def __str__(self) -> str:
        return f"{self.school_name} ({self.receipt_number})"

    def get_absolute_url(self) -> str:
        return reverse("cohorts:school-request", args=[self.pk])

    @property
    def token(self) -> str:
        """What makes the teacher's link: without an account it shows this one request."""
        return SIGNER.sign(str(self.pk))

    @property
    def school_key(self) -> str:
        """The same for all requests of one school; names repeat from town to town."""
        return f"{search_key(self.school_name)} {search_key(self.office)}"

    @property
    def wish(self) -> Wish:
        return Wish(self.pk, self.school_key, self.rural, self.submitted_at)

    @property
    def can_be_withdrawn(self) -> bool:
        return self.state in CAN_BE_WITHDRAWN

    @property
    def can_be_cancelled(self) -> bool:
        return self.state in CAN_BE_CANCELLED

    @property
    def shares_contact(self) -> bool:
        return self.sharing_text_id is not None
