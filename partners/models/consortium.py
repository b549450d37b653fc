"""The consortium (산·학·연·관 협의체) that an agreement sets up: members, meetings, decisions, joint projects."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models.agreements import Agreement, Organization, Party
from partners.states import COUNTS_AS_FOUND, TOOK_PLACE, JointProjectState, MeetingState, Sector
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.counting import counted_per
from portal.common.models import HostOwned, StoredFile
from portal.common.prepared import NOW, TODAY

if TYPE_CHECKING:
    from portal.accounts.models import User


class ConsortiumQuerySet(models.QuerySet["Consortium"]):
    def visible_to(self, user: "User") -> "ConsortiumQuerySet":
        """The keeper's office; officials of the parties and members; mentors of member companies."""
        if user.role == Role.ADMIN:
            return self
        mine = user.organization_id
        member = Q(pk__in=ConsortiumMember.objects.current().filter(organization=mine).values("consortium"))
        if user.role == Role.MENTOR:
            return self.filter(member)
        kept = Q(host=mine) if user.role in HOST_STAFF else Q(pk__in=[])
        if user.role == Role.OFFICIAL:
            kept |= member | Q(agreement__in=Party.objects.filter(organization=mine).values("agreement"))
        return self.filter(kept)

    def with_overdue(self, user: "User") -> "ConsortiumQuerySet":
        """Those with a decision that is late, as far as `user` may read it."""
        late = MeetingDecision.objects.visible_to(user).overdue()
        return self.filter(pk__in=late.order_by().values("meeting__consortium"))

    def for_list(self) -> "ConsortiumQuerySet":
        """With the numbers of members and of meetings that took place."""
        return self.select_related("agreement", "host").annotate(
            member_count=counted_per(ConsortiumMember.objects.current(), "consortium"),
            meeting_count=counted_per(Meeting.objects.took_place(), "consortium"),
        )


class Consortium(HostOwned):
    """Who works together under an agreement, beyond its parties. Its row is the lock that numbers the meetings."""

    agreement = models.OneToOneField(Agreement, models.PROTECT, related_name="consortium", verbose_name=_("agreement"))
    name = models.CharField(_("name"), max_length=100)
    purpose = models.TextField(_("purpose"), blank=True)
    founded_on = models.DateField(_("founded on"))
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConsortiumQuerySet.as_manager()

    class Meta:
        verbose_name = _("consortium")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["id", "host"], name="consortium_host_key")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("partners:consortium", args=[self.agreement_id])


class OfConsortium(models.QuerySet):
    """What belongs to a consortium is seen by those who see it."""

    def visible_to(self, user: "User") -> Self:
        return self.filter(consortium__in=Consortium.objects.visible_to(user))


class ConsortiumMemberQuerySet(OfConsortium):
    def current(self) -> Self:
        return self.filter(left_on=None)


class ConsortiumMember(HostOwned):
    """An organization in a consortium, with the person who speaks for it."""

    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="members")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="consortium_places", verbose_name=_("organization")
    )
    sector = models.CharField(_("sector"), max_length=12, choices=Sector.choices)
    representative = models.CharField(_("representative"), max_length=50)
    title = models.CharField(_("title of the representative"), max_length=50, blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    joined_on = models.DateField(_("joined on"))
    left_on = models.DateField(_("left the consortium on"), null=True)

    objects = ConsortiumMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of the consortium")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="consortium_member_host_key"),
            models.UniqueConstraint(fields=["consortium", "organization"], name="one_place_in_a_consortium"),
            models.CheckConstraint(condition=Q(sector__in=Sector.values), name="sector_known"),
        ]

    def __str__(self) -> str:
        return str(self.organization)

    @property
    def rank(self) -> tuple[int, int]:
        """Where it stands in a list: 산·학·연·관, then by who came first."""
        return Sector.values.index(self.sector), self.pk

    @property
    def dialog(self) -> str:
        """The id of the question before it leaves."""
        return f"leave-{self.pk}"


class MeetingQuerySet(OfConsortium):
    def took_place(self) -> Self:
        return self.filter(state__in=TOOK_PLACE)

    def to_come(self) -> Self:
        return self.filter(state=MeetingState.PLANNED, starts_at__gte=NOW)

    def to_record(self) -> Self:
        """Their time has passed, and nobody has said what became of them."""
        return self.filter(state=MeetingState.PLANNED, starts_at__lt=NOW)

    def for_list(self) -> Self:
        """With the number of members that were there."""
        there = counted_per(MeetingAttendance.objects.filter(present=True), "meeting")
        return self.select_related("consortium__agreement").annotate(present_count=there)

    def for_detail(self) -> Self:
        return self.select_related("consortium__agreement", "host", "approved_by").prefetch_related(
            Prefetch("attendances", MeetingAttendance.objects.select_related("member__organization")),
            Prefetch("decisions", MeetingDecision.objects.for_list()),
            "files",
            "joint_projects",
        )


class Meeting(HostOwned):
    """A meeting of a consortium: planned with its agenda, held with attendance and minutes, minutes approved."""

    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="meetings")
    number = models.PositiveSmallIntegerField(_("meeting number"))
    state = models.CharField(
        _("state"), max_length=10, choices=MeetingState.choices, default=MeetingState.PLANNED, editable=False
    )
    starts_at = models.DateTimeField(_("day and time"))
    place = models.CharField(_("place"), max_length=150)
    agenda = models.TextField(_("agenda"))
    minutes = models.TextField(_("minutes"), blank=True)
    approved_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    cancel_reason = models.TextField(_("reason of the cancellation"), blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="meeting_host_key"),
            models.UniqueConstraint(fields=["consortium", "number"], name="one_meeting_per_number"),
            models.CheckConstraint(condition=Q(state__in=MeetingState.values), name="meeting_state_known"),
            models.CheckConstraint(
                condition=~Q(state=MeetingState.APPROVED) | ~Q(minutes=""), name="approved_meeting_has_minutes"
            ),
        ]
        indexes = [models.Index(fields=["state", "starts_at"])]

    def __str__(self) -> str:
        return f"{self.consortium} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("partners:meeting", args=[self.pk])

    @property
    def is_approved(self) -> bool:
        return self.state == MeetingState.APPROVED

    @property
    def took_place(self) -> bool:
        return self.state in TOOK_PLACE

    @property
    def waits_for_record(self) -> bool:
        return self.state == MeetingState.PLANNED and self.starts_at < timezone.now()


class MeetingAttendance(HostOwned):
    """Whether a member was at a meeting, and who came."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances")
    member = models.ForeignKey(ConsortiumMember, models.PROTECT, related_name="attendances")
    present = models.BooleanField(_("present"))
    who = models.CharField(_("who came"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("attendance of a meeting")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "member"], name="attends_a_meeting_once"),
            models.CheckConstraint(condition=Q(present=True) | Q(who=""), name="only_who_is_present_is_named"),
        ]


class MeetingFile(HostOwned, StoredFile):
    """A paper of a meeting: the signed minutes, a presentation."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="files")

    class Meta:
        ordering = ["-uploaded_at", "-pk"]


class MeetingDecisionQuerySet(models.QuerySet["MeetingDecision"]):
    def visible_to(self, user: "User") -> "MeetingDecisionQuerySet":
        """As the minutes they stand in: until these are approved, the keeper's office alone."""
        if user.role == Role.ADMIN:
            return self
        approved = Q(meeting__state=MeetingState.APPROVED)
        kept = Q(host=user.organization_id) if user.role in HOST_STAFF else Q(pk__in=[])
        seen = Meeting.objects.visible_to(user)
        return self.filter(kept | approved, meeting__in=seen)

    def open(self) -> "MeetingDecisionQuerySet":
        return self.filter(done_on=None)

    def done(self) -> "MeetingDecisionQuerySet":
        return self.filter(done_on__isnull=False)

    def overdue(self) -> "MeetingDecisionQuerySet":
        return self.open().filter(due_on__lt=TODAY)

    def for_list(self) -> "MeetingDecisionQuerySet":
        return self.select_related("owner__organization", "meeting__consortium__agreement")


class MeetingDecision(HostOwned):
    """What a meeting decided: whose task it is, and until when."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions")
    text = models.CharField(_("decision"), max_length=500)
    owner = models.ForeignKey(
        ConsortiumMember, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name=_("owner")
    )
    person = models.CharField(_("person responsible"), max_length=100, blank=True)
    due_on = models.DateField(_("due on"))
    done_on = models.DateField(_("done on"), null=True)
    outcome = models.TextField(_("what came of it"), blank=True)

    objects = MeetingDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(owner__isnull=False) | ~Q(person=""), name="decision_has_an_owner")
        ]
        indexes = [models.Index(fields=["done_on", "due_on"])]

    def __str__(self) -> str:
        return self.text

    @property
    def is_overdue(self) -> bool:
        return self.done_on is None and self.due_on < timezone.localdate()

    @property
    def dialog(self) -> str:
        """The id of the question before it is done."""
        return f"done-{self.pk}"


class JointProjectQuerySet(OfConsortium):
    def found(self) -> Self:
        """Agreed on, whether they are to run, run or ran."""
        return self.filter(state__in=COUNTS_AS_FOUND)

    def for_list(self) -> Self:
        return self.select_related("consortium__agreement", "meeting__consortium").prefetch_related(
            Prefetch("members", ConsortiumMember.objects.select_related("organization"))
        )


class JointProject(HostOwned):
    """A project that members do together (공동 협력 사업), found in a meeting or outside of one."""

    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="joint_projects")
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="joint_projects", verbose_name=_("found in")
    )
    title = models.CharField(_("title"), max_length=150)
    description = models.TextField(_("description"), blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=JointProjectState.choices, default=JointProjectState.PROPOSED, editable=False
    )
    members = models.ManyToManyField(
        ConsortiumMember, related_name="joint_projects", verbose_name=_("members that take part")
    )
    proposed_on = models.DateField(_("proposed on"))
    end_reason = models.TextField(_("reason of the end"), blank=True, editable=False)

    objects = JointProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("joint project")
        ordering = ["-proposed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["consortium", "title"], name="one_joint_project_per_title"),
            models.CheckConstraint(condition=Q(state__in=JointProjectState.values), name="joint_project_state_known"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("partners:joint-project", args=[self.pk])
