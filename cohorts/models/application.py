"""An application (지원서) for a cohort."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Count, Exists, F, FilteredRelation, Max, OuterRef, Q, Subquery, When
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.deadlines import Deadline, deadline
from cohorts.models.questions import OWN_REASON
from cohorts.roster_reasons import explain
from cohorts.states import (
    CAN_WITHDRAW,
    HAS_ENDED,
    HOLDS_A_PLACE,
    HOLDS_A_SEAT,
    IN_SELECTION,
    LIVE,
    RECEIVED,
    TAKES_APPLICATIONS,
    TAKES_LATE,
    ApplicationState,
)
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned, StoredFile

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User


DRAFT_KEPT = timedelta(days=3)  # after the own deadline; destroying may take five days (domain.md 6.4)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: "User") -> "ApplicationQuerySet":
        """Own applications; a host's staff, what it received; a reviewer, the own part of the assigned cohorts."""
        from cohorts.models.cohort import CohortStaff
        from cohorts.models.reviewing import may_review

        if user.role == Role.ADMIN:
            return self.received()
        if user.role in HOST_STAFF:
            return self.received().filter(host=user.organization_id)
        if user.role == Role.REVIEWER:
            assigned = CohortStaff.objects.filter(membership=user.acting_id).values("cohort")
            # The host is that of the cohorts; named, its index gives the newest without reading the others.
            return self.received().filter(may_review(user), host=user.organization_id, cohort__in=assigned)
        if user.role == Role.TRAINEE:
            return self.filter(person__user=user.pk)
        return self.none()

    def received(self) -> "ApplicationQuerySet":
        return self.filter(state__in=RECEIVED)

    def live(self) -> "ApplicationQuerySet":
        """At most one of these for a person and a cohort."""
        return self.filter(state__in=LIVE)

    def with_deadline(self) -> "ApplicationQuerySet":
        """With what `deadline` needs of the person's extensions."""
        from cohorts.models.extension import Extension

        given = Extension.objects.in_force().of_outer_application().order_by("-until")
        return self.annotate(extended_until=Subquery(given.values("until")[:1]))

    def with_typed(self) -> "ApplicationQuerySet":
        """With `typed`: what its person has typed here and not sent, by page; None for nothing."""
        from cohorts.models.typed import TypedAnswers

        kept = TypedAnswers.objects.filter(cohort=OuterRef("cohort"), account=OuterRef("person__user"))
        return self.annotate(typed=Subquery(kept.values("pages")[:1]))

    def drafts_closing(self, first: "datetime", last: "datetime") -> "ApplicationQuerySet":
        """Not submitted, and can be until after `first` and by `last`; everybody by the own deadline."""
        closes, until = F("cohort__apply_closes_at"), F("extended_until")
        usual = When(cohort__state__in=TAKES_APPLICATIONS, then=Greatest(closes, until))  # it passes over no extension
        ends = Case(usual, When(cohort__state__in=TAKES_LATE, then=until))
        drafts = self.filter(state=ApplicationState.DRAFT).with_deadline().annotate(ends_at=ends)
        return drafts.filter(ends_at__gt=first, ends_at__lte=last)

    def drafts_expired(self, now: "datetime") -> "ApplicationQuerySet":
        """Never submitted, and nothing can come of them any more: the own deadline passed `DRAFT_KEPT` ago, or the
        cohort is over."""
        over = now - DRAFT_KEPT
        too_late = Q(extended_until=None) | Q(extended_until__lte=over) | ~Q(cohort__state__in=TAKES_LATE)
        ended = Q(cohort__state__in=HAS_ENDED) | (Q(cohort__apply_closes_at__lte=over) & too_late)
        return self.filter(state=ApplicationState.DRAFT).with_deadline().filter(ended)

    def in_selection(self) -> "ApplicationQuerySet":
        return self.filter(state__in=IN_SELECTION)

    def waitlisted(self) -> "ApplicationQuerySet":
        """Those waiting, in the strict order in which seats are offered."""
        return self.filter(state=ApplicationState.WAITLISTED).with_rank().order_by("rank", "pk")

    def owing_pledges(self) -> "ApplicationQuerySet":
        """`owes_pledge`: has a seat in a cohort whose rules they have not agreed to yet."""
        asked = Q(state=ApplicationState.ACCEPTED, cohort__policy__needs_pledge=True, pledge=None)
        return self.annotate(owes_pledge=Case(When(asked, then=True), default=False))

    def accepted(self) -> "ApplicationQuerySet":
        return self.filter(state=ApplicationState.ACCEPTED)

    def to_review(self, reviewer: "User", stage: str) -> "models.QuerySet[Any, Any]":
        """The pk, the number of scores and one's own points: first what one has not scored in this stage, of that what
        has the fewest scores. Nothing more, for all of them are sorted.
        """
        found = self.order_by().annotate(given=FilteredRelation("scores", condition=Q(scores__stage=stage)))
        rows = found.values("pk").annotate(
            score_count=Count("given"), my_points=Max("given__points", filter=Q(given__reviewer=reviewer))
        )
        order = (F("my_points").asc(nulls_first=True), "score_count", "submitted_at", "pk")
        return rows.order_by(*order).values_list("pk", "score_count", "my_points")

    def with_rank(self) -> "ApplicationQuerySet":
        from cohorts.models.selection import Decision

        released = Decision.objects.filter(application=OuterRef("pk"), selection__released_at__isnull=False)
        newest = released.order_by("-selection__released_at")
        return self.annotate(rank=Subquery(newest.values("rank")[:1]), total=Subquery(newest.values("total")[:1]))

    def for_detail(self) -> "ApplicationQuerySet":
        """With `gives_bonus`: the cohort has bonus rules; `decided`: a released selection has decided on it;
        `supplemented`: documents were asked for after the deadline.
        """
        from cohorts.models.board import BonusRule
        from cohorts.models.selection import Decision
        from cohorts.models.supplement import Supplement

        released = Decision.objects.filter(application=OuterRef("pk"), selection__released_at__isnull=False)
        return self.select_related("person", "track", "cohort__programme", "cohort__policy", "host").annotate(
            gives_bonus=Exists(BonusRule.objects.filter(cohort=OuterRef("cohort"))),
            decided=Exists(released),
            supplemented=Exists(Supplement.objects.filter(application=OuterRef("pk"))),
        )


class Application(HostOwned):
    """One person's application for one cohort; a state machine (`cohorts.states.TRANSITIONS`)."""

    class Employment(models.TextChoices):
        SEEKING = "seeking", _("looking for work")
        UNEMPLOYED = "unemployed", _("without a job")
        STUDENT = "student", _("student")
        EMPLOYED = "employed", _("employed")

    class Education(models.TextChoices):
        HIGH_SCHOOL = "high_school", _("high school")
        COLLEGE = "college", _("college (2-3 years)")
        EXPECTED = "expected", _("university, graduation expected")
        UNIVERSITY = "university", _("university")
        GRADUATE = "graduate", _("graduate school")

    class Source(models.TextChoices):
        WEB = "web", _("public page")
        ROSTER = "roster", _("spreadsheet")

    cohort = models.ForeignKey("cohorts.Cohort", models.PROTECT, related_name="applications")
    person = models.ForeignKey("cohorts.Person", models.PROTECT, related_name="applications")
    track = models.ForeignKey(
        "cohorts.Track", models.PROTECT, null=True, related_name="applications", verbose_name=_("track")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=ApplicationState.choices, default=ApplicationState.DRAFT, editable=False
    )
    receipt_number = models.CharField(_("receipt number"), max_length=20, unique=True, null=True)
    source = models.CharField(_("came by"), max_length=10, choices=Source.choices, default=Source.WEB)
    # Given out with the form: however often it is sent, one application comes of it.
    submission_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    # As told at the time of the application
    address = models.CharField(_("address"), max_length=200, blank=True)
    education = models.CharField(_("education"), max_length=20, choices=Education.choices, blank=True)
    major = models.CharField(_("major"), max_length=100, blank=True)
    employment = models.CharField(_("present situation"), max_length=12, choices=Employment.choices, blank=True)
    motivation = models.TextField(_("motivation"), blank=True)
    # 중복수혜 (S1 art. 4 ② 6): a yes is a flag, never a refusal; None was not asked or not answered
    other_training = models.BooleanField(_("in other training paid by the state"), null=True)
    other_training_name = models.CharField(_("which training"), max_length=200, blank=True)
    came_to_orientation = models.BooleanField(_("came to the orientation"), null=True, editable=False)
    other_training_cleared_at = models.DateTimeField(_("double benefit settled"), null=True, editable=False)
    # The cohort's own questions as they were when this was begun; None: it had none, or it came by a list
    form = models.ForeignKey(
        "cohorts.ApplicationForm", models.PROTECT, null=True, related_name="applications", editable=False
    )
    # Codes of cohorts.eligibility, worst first; after them question_<key> for own questions
    ineligible_reasons = models.JSONField(default=list, editable=False)
    # By page of the form: the browser window that saved it last, so that two of them notice each other
    tabs = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ApplicationQuerySet.as_manager()

    if TYPE_CHECKING:
        extended_until: datetime | None  # of `with_deadline`
        typed: dict[str, dict[str, str]] | None  # of `with_typed`

    class Meta:
        verbose_name = _("application")
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="application_host_key"),
            models.UniqueConstraint(fields=["id", "cohort", "person"], name="application_person_key"),
            models.UniqueConstraint(
                fields=["cohort", "person"], condition=Q(state__in=LIVE), name="one_application_per_person"
            ),
            models.CheckConstraint(condition=Q(state__in=ApplicationState.values), name="application_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=[ApplicationState.DRAFT, ApplicationState.WITHDRAWN])
                | Q(receipt_number__isnull=False, submitted_at__isnull=False),
                name="received_application_has_receipt",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=HOLDS_A_PLACE) | Q(track__isnull=False), name="place_is_in_a_track"
            ),
        ]
        indexes = [
            models.Index(fields=["cohort", "state", "submitted_at"]),
            # The list, newest first: 25 rows are read, not all sorted. The rest is for counting and searching people
            # by the index alone.
            models.Index(
                fields=["host", "-submitted_at", "id"],
                include=["cohort", "state", "person"],
                name="applications_of_host",
            ),
            models.Index(
                fields=["cohort", "-submitted_at", "id"],
                include=["host", "state", "person"],
                name="applications_of_cohort",
            ),
            models.Index(fields=["track", "state"]),
            models.Index(fields=["person", "-created_at"]),
        ]

    def __str__(self) -> str:
        return self.receipt_number or f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("cohorts:application", args=[self.pk])

    @property
    def deadline(self) -> Deadline:
        """Until when its person may change it; of a queryset `with_deadline`."""
        return deadline(self.cohort, self.extended_until)

    @property
    def reasons(self) -> list[str]:
        """Why it was found ineligible, in sentences; those of own questions in the words of the form."""
        own: dict[str, str] = {}
        if any(code.startswith(OWN_REASON) for code in self.ineligible_reasons) and self.form:
            own = {question.reason_code: question.said("turned_away") for question in self.form.questions.all()}
        return [own.get(code) or explain(code) for code in self.ineligible_reasons]

    @property
    def holds_a_seat(self) -> bool:
        return self.state in HOLDS_A_SEAT

    @property
    def can_be_withdrawn(self) -> bool:
        return self.state in CAN_WITHDRAW


class ApplicationFile(HostOwned, StoredFile):
    """Evidence that an applicant has attached."""

    class Kind(models.TextChoices):
        RESIDENCE = "residence", _("Proof of residence")
        INSURANCE = "insurance", _("Employment insurance record")
        PORTFOLIO = "portfolio", _("Portfolio")
        BONUS = "bonus", _("Evidence for bonus points")
        OTHER = "other", _("Other")

    application = models.ForeignKey(Application, models.CASCADE, related_name="files")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.OTHER)
    question = models.ForeignKey("cohorts.Question", models.PROTECT, null=True, related_name="files")

    class Meta:
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "question"], condition=Q(question__isnull=False), name="one_file_per_question"
            ),
            models.UniqueConstraint(fields=["id", "host"], name="application_file_host_key"),
        ]
