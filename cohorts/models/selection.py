"""Scores, the decisions prepared from them, and the offers of seats that follow."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.models.contact import ContactAttempt
from cohorts.states import ApplicationState, OfferState, Outcome, ReleaseState, Stage
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from cohorts.models.cohort import Cohort
    from portal.accounts.models import User

REMIND_BEFORE = timedelta(hours=24)


class ScoreQuerySet(models.QuerySet["Score"]):
    def visible_to(self, user: "User") -> "ScoreQuerySet":
        """A host's staff see all scores of their host; reviewers, their own."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.REVIEWER:
            return self.filter(host=user.organization_id, reviewer=user.pk)
        return self.none()


class Score(HostOwned):
    """Points (0-100) for one stage of an application: of one reviewer, or of a file of test results.

    Blank is not a score.
    """

    application = models.ForeignKey("cohorts.Application", models.PROTECT, related_name="scores")
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices)
    reviewer = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("reviewer")
    )
    exam = models.ForeignKey("cohorts.ExamImport", models.PROTECT, null=True, related_name="scores")
    points = models.DecimalField(
        _("points"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    comment = models.TextField(_("comment"), blank=True)
    scored_at = models.DateTimeField(auto_now=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("score")
        ordering = ["stage", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="score_host_key"),
            models.UniqueConstraint(fields=["application", "stage", "reviewer"], name="one_score_per_reviewer"),
            models.UniqueConstraint(
                fields=["application", "stage"], condition=Q(reviewer=None), name="one_imported_score"
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=False, exam=None) | Q(reviewer=None, exam__isnull=False, stage=Stage.TEST),
                name="score_has_one_source",
            ),
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=100), name="points_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.points}"


class SelectionQuerySet(models.QuerySet["Selection"]):
    def visible_to(self, user: "User") -> "SelectionQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        return self.none()


class Selection(HostOwned):
    """Decisions for a cohort, prepared together from frozen inputs and released together."""

    cohort = models.ForeignKey("cohorts.Cohort", models.PROTECT, related_name="selections")
    # The rules (`cohorts.rules.as_inputs`) and the seats by track: with the decisions all a recomputation needs.
    inputs = models.JSONField(default=dict)
    prepared_at = models.DateTimeField(auto_now_add=True)
    prepared_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField(null=True)
    requested_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    request_note = models.CharField(max_length=500, blank=True)
    sent_back_reason = models.CharField(max_length=500, blank=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    # Why the one who asked released it alone
    override_reason = models.CharField(max_length=500, blank=True)

    objects = SelectionQuerySet.as_manager()

    class Meta:
        ordering = ["-prepared_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="selection_host_key"),
            models.UniqueConstraint(fields=["cohort"], condition=Q(released_at=None), name="one_open_selection"),
            models.CheckConstraint(
                condition=Q(requested_by=None)
                | Q(released_by=None)
                | ~Q(released_by=F("requested_by"))
                | ~Q(override_reason=""),
                name="released_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.prepared_at:%Y-%m-%d}"

    @property
    def state(self) -> ReleaseState:
        if self.released_at:
            return ReleaseState.RELEASED
        return ReleaseState.REQUESTED if self.requested_at else ReleaseState.PREPARED

    @property
    def can_be_recomputed(self) -> bool:
        """Whether it has frozen everything that its ranking rests on; the first ones had not."""
        return "last" in self.inputs


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: "User") -> "DecisionQuerySet":
        """As selections; applicants are told theirs by mail and by the state of the application."""
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        return self.none()

    def for_list(self) -> "DecisionQuerySet":
        """`tied`: somebody else of the track has the same total."""
        same = Decision.objects.filter(
            selection=OuterRef("selection"), application__track=OuterRef("application__track"), total=OuterRef("total")
        )
        return self.select_related("application__person", "application__track").annotate(
            tied=Exists(same.exclude(pk=OuterRef("pk")))
        )

    def seated(self, cohort: "Cohort") -> "DecisionQuerySet":
        """Who was selected or put on the waitlist when it was released, with the offer made since.

        `place`: the waitlist number of who waits, as the applicant reads it (`queries.waitlist_place`).
        `turn`: 0 for who must answer, 1 for who waits, 2 for whom nothing is left to be done.
        """
        released = self.filter(selection__cohort=cohort, selection__released_at__isnull=False)
        newest = Offer.objects.filter(application=OuterRef("application")).order_by("-offered_at", "-pk")
        waits = Decision.objects.filter(
            application__track=OuterRef("application__track"), application__state=ApplicationState.WAITLISTED,
            selection__released_at__isnull=False,
        )  # fmt: skip
        ahead = waits.filter(
            Q(rank__lt=OuterRef("rank")) | Q(rank=OuterRef("rank"), application__lt=OuterRef("application"))
        )
        number = (
            Coalesce(Subquery(ahead.order_by().values("application__track").annotate(n=Count("pk")).values("n")), 0) + 1
        )
        contacts = ContactAttempt.objects.filter(application=OuterRef("application")).order_by().values("application")
        turns = (ApplicationState.OFFERED, ApplicationState.WAITLISTED)
        turn = Case(*(When(application__state=state, then=n) for n, state in enumerate(turns)), default=len(turns))
        return (
            released.exclude(outcome=Outcome.REJECTED)
            .select_related("application__person", "application__track")
            .annotate(
                **{name: Subquery(newest.values(name)[:1]) for name in ("offered_at", "deadline", "answered_at")},
                turn=turn,
                offer=Subquery(newest.values("pk")[:1]),
                place=Case(When(application__state=ApplicationState.WAITLISTED, then=number)),
                contacts=Coalesce(Subquery(contacts.annotate(n=Count("pk")).values("n")), 0),
            )
        )


class Decision(HostOwned):
    """What a selection says of one application. Rank orders within its track, without ties."""

    selection = models.ForeignKey(Selection, models.CASCADE, related_name="decisions")
    application = models.ForeignKey("cohorts.Application", models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    rank = models.PositiveIntegerField(_("rank"))
    # None: a score that counts was missing, and the application was turned down for it
    total = models.DecimalField(_("total"), max_digits=5, decimal_places=2, null=True)
    bonus = models.DecimalField(_("bonus points"), max_digits=5, decimal_places=2, default=0)  # within the total
    # The frozen scores by stage, as strings: {"document": "82.00", …}
    scores = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)  # frozen, of the person: `cohorts.rules.facts_of`
    # Why, where it is not the place alone that decided: codes of cohorts.decision_reasons
    reasons = models.JSONField(default=list)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["selection", "application"], name="one_decision_each"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="decision_outcome_known"),
        ]
        indexes = [models.Index(fields=["selection", "outcome", "rank"])]

    def __str__(self) -> str:
        return f"{self.application_id} {self.outcome}"


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user: "User") -> "OfferQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.TRAINEE:
            return self.filter(application__person__user=user.pk)
        return self.none()

    def live(self) -> "OfferQuerySet":
        return self.filter(state=OfferState.LIVE)

    def expiry_due(self, now: datetime) -> "OfferQuerySet":
        return self.live().filter(deadline__lte=now)

    def reminder_due(self, now: datetime) -> "OfferQuerySet":
        """In their last day, if they had more than that day from the beginning."""
        soon = self.live().filter(reminded_at=None, deadline__gt=now, deadline__lte=now + REMIND_BEFORE)
        return soon.filter(deadline__gt=F("offered_at") + REMIND_BEFORE)

    def for_detail(self) -> "OfferQuerySet":
        return self.select_related(
            "track", "host", "application__person", "application__cohort__policy", "application__cohort__programme"
        )


class Offer(HostOwned):
    """A seat offered to an applicant until a deadline (입과 의사확인)."""

    application = models.ForeignKey("cohorts.Application", models.PROTECT, related_name="offers")
    track = models.ForeignKey("cohorts.Track", models.PROTECT, related_name="offers")
    state = models.CharField(_("state"), max_length=10, choices=OfferState.choices, default=OfferState.LIVE)
    offered_at = models.DateTimeField(_("offered"), auto_now_add=True)
    deadline = models.DateTimeField(_("answer until"))
    answered_at = models.DateTimeField(_("answered"), null=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["-offered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="offer_host_key"),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state__in=[OfferState.LIVE, OfferState.ACCEPTED]),
                name="one_offer_at_a_time",
            ),
            models.CheckConstraint(condition=Q(deadline__gt=F("offered_at")), name="offer_deadline_later"),
        ]
        indexes = [models.Index(fields=["state", "deadline"])]

    def __str__(self) -> str:
        return f"{self.application_id} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("cohorts:offer", args=[self.pk])

    @property
    def can_be_answered(self) -> bool:
        return self.state == OfferState.LIVE and timezone.now() < self.deadline
