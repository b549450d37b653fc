"""Input of projects, preferences, teams, logs and jobs."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Enrolment
from cohorts.states import CohortState
from curriculum.models import Module
from partners.models import JointProject, Organization
from placements.actions.logs import FIELDS as LOG_FIELDS
from placements.models import Employment, MentoringLog, Project, Team
from placements.states import Exclusion, JobKind, Verification
from portal.accounts.models import Membership, User
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.fields import DateField, DateTimeField, IntegerField, TextField
from portal.common.forms import PortalForm
from portal.common.uploads import SCANS, UploadField

TAKES_PROJECTS = (CohortState.PLANNED, CohortState.RECRUITING, CohortState.SELECTING, CohortState.RUNNING)


def cohorts_for_projects(user: User) -> QuerySet[Cohort]:
    """Cohorts a project may be offered to: the host's own; a mentor's, those of the company's agreements."""
    live = Cohort.objects.filter(state__in=TAKES_PROJECTS).select_related("programme")
    if user.role in HOST_STAFF:
        return live.filter(host=user.organization_id)
    assert user.acting is not None  # noqa: S101
    party = Q(programme__agreement__parties__organization=user.organization_id)
    return live.filter(party | Q(host=user.acting.invited_by_host_id)).distinct()


class AsOfForm(PortalForm):
    as_of = DateField(label=_("As-of date"), required=False)


# Projects ------------------------------------------------------------------------------


class ProjectForm(PortalForm):
    cohort = forms.ModelChoiceField(label=_("Cohort"), queryset=Cohort.objects.none())
    company = forms.ModelChoiceField(label=_("Company"), queryset=Organization.objects.none())
    title = TextField(label=_("Title"), max_letters=100)
    description = TextField(
        label=_("Description"), max_letters=2000, lines=True, widget=forms.Textarea({"rows": 4}), required=False
    )
    teams_max = IntegerField(label=_("Teams at most"), min_value=1, max_value=20, help_text=_("Teams of 3 to 5."))
    needs = forms.ModelMultipleChoiceField(
        label=_("Modules a trainee needs"),
        queryset=Module.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    nda = forms.BooleanField(label=_("Members sign a confidentiality agreement (NDA)"), required=False)
    joint_project = forms.ModelChoiceField(
        label=_("Part of the joint project"), queryset=JointProject.objects.none(), required=False, empty_label=_("None"),
        help_text=_("Of a consortium that you see."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, project: Project | None = None, **kwargs: Any) -> None:
        if project:
            kwargs["initial"] = {
                name: getattr(project, name) for name in ("title", "description", "teams_max", "nda")
            } | {"needs": project.needs.all(), "joint_project": project.joint_project_id}  # fmt: skip
        super().__init__(*args, **kwargs)
        joint = JointProject.objects.visible_to(user).found()
        self.fields["joint_project"].queryset = joint
        shown = joint.filter(pk=project.joint_project_id) if project and project.joint_project_id else joint
        if not shown.exists():  # what one does not see, one does not change
            del self.fields["joint_project"]
        if project:
            del self.fields["cohort"], self.fields["company"]
            modules = Module.objects.filter(programme=project.cohort.programme_id)
        else:
            cohorts = cohorts_for_projects(user)
            self.fields["cohort"].queryset = cohorts
            programmes = {cohort.programme for cohort in cohorts}
            modules = Module.objects.filter(programme__in=programmes).select_related("programme")
            if len(programmes) > 1:
                self.fields["needs"].label_from_instance = lambda one: f"{one} ({one.programme})"
            if user.role == Role.MENTOR:
                del self.fields["company"]
            else:
                self.fields["company"].queryset = Organization.objects.visible_to(user).companies().order_by("name")
        self.fields["needs"].queryset = modules


class ReasonForm(PortalForm):
    reason = TextField(label=_("Reason"), max_letters=200)


class PreferenceForm(PortalForm):
    """Up to three projects, the dearest first."""

    choice1 = forms.ModelChoiceField(label=_("First choice"), queryset=Project.objects.none(), required=False)
    choice2 = forms.ModelChoiceField(label=_("Second choice"), queryset=Project.objects.none(), required=False)
    choice3 = forms.ModelChoiceField(label=_("Third choice"), queryset=Project.objects.none(), required=False)

    def __init__(self, *args: Any, projects: QuerySet, chosen: list[int], **kwargs: Any) -> None:
        kwargs["initial"] = {f"choice{number}": pk for number, pk in enumerate(chosen, start=1)}
        super().__init__(*args, **kwargs)
        options = [("", _("None")), *((one.pk, f"{one.title} · {one.company}") for one in projects)]
        for field in self.fields.values():
            field.queryset = projects
            field.choices = options

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        chosen = [values.get(f"choice{number}") for number in (1, 2, 3)]
        for number in (2, 3):
            if chosen[number - 1] and not chosen[number - 2] and f"choice{number - 1}" not in self.errors:
                self.add_error(f"choice{number - 1}", _("Fill in the choices in order."))
        values["projects"] = [one for one in chosen if one]
        return values


# Teams ---------------------------------------------------------------------------------


class PlaceForm(ReasonForm):
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none())
    field_order = ("team", "reason")

    def __init__(self, *args: Any, teams: QuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams
        self.fields["team"].label_from_instance = lambda one: f"{one.name} · {one.project} ({one.member_count})"


class MentorForm(PortalForm):
    mentor = forms.ModelChoiceField(label=_("Mentor"), queryset=Membership.objects.none())

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, initial={"mentor": team.mentor_id}, **kwargs)
        mentors = Membership.objects.live().filter(organization=team.project.company_id, role=Role.MENTOR)
        self.fields["mentor"].queryset = mentors.select_related("user")
        self.fields["mentor"].label_from_instance = lambda one: str(one.user)


# Logs ----------------------------------------------------------------------------------


class LogForm(PortalForm):
    """A mentoring log. Nothing is filled in that nobody has said: a default would look like an answer."""

    starts_at = DateTimeField(label=_("Began"))
    ends_at = DateTimeField(label=_("Ended"))
    mode = forms.ChoiceField(label=_("How"), choices=MentoringLog.Mode.choices, widget=forms.RadioSelect)
    place = TextField(label=_("Place or link"), max_letters=100, required=False)
    attendees = forms.MultipleChoiceField(label=_("Who was there"), widget=forms.CheckboxSelectMultiple)
    topic = TextField(label=_("Topic"), max_letters=100)
    content = TextField(label=_("What was done"), max_letters=2000, lines=True, widget=forms.Textarea({"rows": 4}))
    progress = IntegerField(
        label=_("Progress (%)"), min_value=0, max_value=100, help_text=_("Of the whole project, a whole number.")
    )
    issues = TextField(
        label=_("Problems"), max_letters=1000, lines=True, widget=forms.Textarea({"rows": 4}), required=False
    )
    feedback = TextField(label=_("Feedback"), max_letters=2000, lines=True, widget=forms.Textarea({"rows": 4}))
    next_task = TextField(
        label=_("Next task"), max_letters=1000, lines=True, widget=forms.Textarea({"rows": 4}), required=False
    )
    next_due = DateField(label=_("Due"), required=False)

    def __init__(
        self, *args: Any, people: dict[int, tuple[Enrolment, str]], log: MentoringLog | None = None, **kwargs: Any
    ) -> None:
        """`people`: by enrolment id, the trainee and the name under which this mentor may know them."""
        if log:
            attendees = [str(pk) for pk in log.attendees.values_list("pk", flat=True)]
            kwargs["initial"] = {name: getattr(log, name) for name in LOG_FIELDS} | {"attendees": attendees}
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["attendees"].choices = [(str(pk), name) for pk, (_one, name) in people.items()]

    def clean_attendees(self) -> list[Enrolment]:
        return [self.people[int(pk)][0] for pk in self.cleaned_data["attendees"]]

    def clean(self) -> dict[str, Any]:
        """All that can be said without the database, beside its field."""
        values = super().clean() or {}
        starts, ends = values.get("starts_at"), values.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("The end must be after the beginning."))
        elif ends and ends > timezone.now():
            self.add_error("ends_at", _("This meeting has not ended yet. Write its log afterwards."))
        return values


# Jobs and outcomes ---------------------------------------------------------------------


class EmploymentForm(PortalForm):
    kind = forms.ChoiceField(label=_("Kind of employment"), choices=JobKind.choices, widget=forms.RadioSelect)
    company = TextField(label=_("Company"), max_letters=100)
    business_number = TextField(label=_("Business registration number"), max_letters=12, required=False)
    hired_on = DateField(label=_("Hired on"))
    work = TextField(label=_("Work"), max_letters=100, required=False)
    contract = TextField(
        label=_("Form of employment"), max_letters=50, required=False, help_text=_("Permanent, fixed-term, …")
    )
    in_region = forms.TypedChoiceField(
        label=_("Where the company is"),
        choices=[("yes", _("in the city or region of the course")), ("no", _("elsewhere"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    insured_on = DateField(label=_("Employment insurance since"), required=False)
    note = TextField(label=_("Note"), max_letters=500, lines=True, widget=forms.Textarea({"rows": 4}), required=False)

    def __init__(self, *args: Any, job: Employment | None = None, **kwargs: Any) -> None:
        if job:
            kwargs["initial"] = {name: getattr(job, name) for name in self.base_fields} | {
                "in_region": "yes" if job.in_region else "no"
            }
        super().__init__(*args, **kwargs)

    def clean_business_number(self) -> str:
        digits = "".join(sign for sign in self.cleaned_data["business_number"] if sign.isdigit())
        if not self.cleaned_data["business_number"]:
            return ""
        if len(digits) != 10:
            raise forms.ValidationError(_("Enter the ten digits, like 123-45-67890."))
        return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"


class EvidenceForm(PortalForm):
    file = UploadField(label=_("File"), allowed=SCANS)


class LeaveForm(PortalForm):
    left_on = DateField(label=_("Last day"))


class VerifyForm(PortalForm):
    verification = forms.ChoiceField(label=_("Verified by"), choices=Verification.choices, widget=forms.RadioSelect)
    verified_on = DateField(label=_("Verified on"))


class ExclusionForm(PortalForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=Exclusion.choices, widget=forms.RadioSelect)
    since = DateField(label=_("Since"))
