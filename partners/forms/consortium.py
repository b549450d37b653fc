"""Input of a consortium: members, meetings, decisions, joint projects."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models import Consortium, ConsortiumMember, JointProject, Meeting, MeetingDecision, Organization
from partners.states import JOINT_PROJECT_TRANSITIONS, JointProjectState, MeetingState, Sector
from portal.accounts.models import User
from portal.common.fields import DateField, DateTimeField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField
from portal.common.uploads import UploadField

# Lists ---------------------------------------------------------------------------------


class ConsortiumFilter(FilterForm):
    q = SearchField(label=_("Search by name, agreement or member"))
    show = forms.ChoiceField(label=_("To be done"), choices=(("overdue", _("With overdue decisions")),))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if chosen.get("show"):
            rows = rows.with_overdue(self.user)
        if q := chosen.get("q"):
            members = ConsortiumMember.objects.filter(organization__name__icontains=q).values("consortium")
            rows = rows.filter(Q(name__icontains=q) | Q(agreement__title__icontains=q) | Q(pk__in=members))
        return rows


class MeetingFilter(FilterForm):
    SHOWN = (("held", _("Held")), ("to_come", _("To come")), ("to_record", _("Without minutes yet")))

    q = SearchField(label=_("Search in agenda and place"))
    state = forms.ChoiceField(label=_("State"), choices=MeetingState.choices)
    show = forms.ChoiceField(label=_("Show"), choices=SHOWN)

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(agenda__icontains=q) | rows.filter(place__icontains=q)
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        shown = {"held": rows.took_place, "to_come": rows.to_come, "to_record": rows.to_record}
        return shown.get(chosen.get("show", ""), rows.all)()


class DecisionFilter(FilterForm):
    SHOWN = (("open", _("To be done")), ("overdue", _("Overdue")), ("done", _("Done")))

    q = SearchField(label=_("Search by words or person"))
    owner = forms.ModelChoiceField(label=_("Whose task"), queryset=ConsortiumMember.objects.none())
    show = forms.ChoiceField(label=_("State"), choices=SHOWN)

    def __init__(self, *args: Any, consortium: Consortium, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = consortium.members.select_related("organization")

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(text__icontains=q) | rows.filter(person__icontains=q)
        if owner := chosen.get("owner"):
            rows = rows.filter(owner=owner)
        shown = {"open": rows.open, "overdue": rows.overdue, "done": rows.done}
        return shown.get(chosen.get("show", ""), rows.all)()


class JointProjectFilter(FilterForm):
    q = SearchField(label=_("Search by title"))
    state = forms.ChoiceField(label=_("State"), choices=JointProjectState.choices)
    show = forms.ChoiceField(label=_("Show"), choices=(("found", _("Agreed or further")),))

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(title__icontains=q)
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        return rows.found() if chosen.get("show") else rows


# The consortium ------------------------------------------------------------------------


def initial_of(form: type[PortalForm], row: Any) -> dict[str, Any]:
    """What a row's form shows; rows that it refers to by their ids."""
    if row is None:
        return {}
    values = {name: getattr(row, name) for name in form.base_fields if hasattr(row, name)}
    return {name: getattr(value, "pk", value) for name, value in values.items()}


class ConsortiumForm(PortalForm):
    name = TextField(label=_("Name"), max_letters=100, help_text=_("Such as 구미 스마트팩토리 산·학·연·관 협의체."))
    purpose = TextField(
        label=_("Purpose"), max_letters=2_000, lines=True, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    founded_on = DateField(label=_("Founded on"))

    def __init__(self, *args: Any, consortium: Consortium | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=initial_of(type(self), consortium), **kwargs)


class ConsortiumMemberForm(PortalForm):
    organization = forms.ModelChoiceField(
        label=_("Organization"), queryset=Organization.objects.none(), empty_label=_("Choose"),
        help_text=_("Any organization; it need not be a party to the agreement."),
    )  # fmt: skip
    sector = forms.ChoiceField(label=_("Sector"), choices=[("", _("Choose")), *Sector.choices])
    representative = TextField(label=_("Representative"), max_letters=50)
    title = TextField(label=_("Title of the representative"), max_letters=50, required=False)
    contact = TextField(
        label=_("Contact"), max_letters=200, required=False, help_text=_("Shown to the keeper’s office alone.")
    )
    joined_on = DateField(label=_("Joined on"))

    def __init__(
        self, *args: Any, consortium: Consortium, member: ConsortiumMember | None = None, **kwargs: Any
    ) -> None:
        first = initial_of(type(self), member) or {"joined_on": timezone.localdate()}
        super().__init__(*args, initial=first, **kwargs)
        if member:
            del self.fields["organization"]
        else:
            current = consortium.members.current().values("organization")
            self.fields["organization"].queryset = Organization.objects.exclude(pk__in=current)


# Meetings ------------------------------------------------------------------------------


class MeetingForm(PortalForm):
    starts_at = DateTimeField(label=_("Day and time"), help_text=_("Korean time."))
    place = TextField(label=_("Place"), max_letters=150)
    agenda = TextField(label=_("Agenda"), max_letters=4_000, lines=True, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *args: Any, meeting: Meeting | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=initial_of(type(self), meeting), **kwargs)


class MinutesForm(PortalForm):
    """Who was there, one tick and one name per member, then what was said."""

    minutes = TextField(label=_("Minutes"), max_letters=20_000, lines=True, widget=forms.Textarea(attrs={"rows": 12}))

    def __init__(self, *args: Any, meeting: Meeting, members: list[ConsortiumMember], **kwargs: Any) -> None:
        written = {row.member_id: row for row in meeting.attendances.all()}
        initial: dict[str, Any] = {"minutes": meeting.minutes}
        for one in members:
            row = written.get(one.pk)
            initial[f"present_{one.pk}"] = row.present if row else not written
            initial[f"who_{one.pk}"] = row.who if row else one.representative
        super().__init__(*args, initial=initial, **kwargs)
        self.members = members
        for one in members:
            self.fields[f"present_{one.pk}"] = forms.BooleanField(
                label=_("%(member)s was there") % {"member": one}, required=False
            )
            who = TextField(label=_("Who came from %(member)s") % {"member": one}, max_letters=100, required=False)
            self.fields[f"who_{one.pk}"] = who
        self.order_fields([*(name for name in self.fields if name != "minutes"), "minutes"])

    def attendance(self) -> dict[int, tuple[bool, str]]:
        data = self.cleaned_data
        return {one.pk: (data[f"present_{one.pk}"], data[f"who_{one.pk}"]) for one in self.members}


class MeetingFileForm(PortalForm):
    file = UploadField(label=_("File"), help_text=_("Such as the signed minutes."))


class DecisionForm(PortalForm):
    text = TextField(
        label=_("What was decided"), max_letters=500, lines=True, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    owner = forms.ModelChoiceField(
        label=_("Whose task"), queryset=ConsortiumMember.objects.none(), required=False, empty_label=_("No member")
    )
    person = TextField(
        label=_("Person responsible"),
        max_letters=100,
        required=False,
        help_text=_("Name the member, the person, or both."),
    )
    due_on = DateField(label=_("Due on"))

    def __init__(
        self, *args: Any, members: QuerySet[ConsortiumMember], decision: MeetingDecision | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, initial=initial_of(type(self), decision), **kwargs)
        self.fields["owner"].queryset = members


class DoneForm(PortalForm):
    outcome = TextField(
        label=_("What came of it"),
        max_letters=1_000,
        lines=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


# Joint projects ------------------------------------------------------------------------


class JointProjectForm(PortalForm):
    title = TextField(label=_("Project title"), max_letters=150)
    description = TextField(
        label=_("Description"), max_letters=2_000, lines=True, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    meeting = forms.ModelChoiceField(
        label=_("Found in"), queryset=Meeting.objects.none(), required=False, empty_label=_("Outside of a meeting")
    )
    members = forms.ModelMultipleChoiceField(
        label=_("Members that take part"), queryset=ConsortiumMember.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, consortium: Consortium, project: JointProject | None = None, **kwargs: Any) -> None:
        first: dict[str, Any] = {}
        if project:
            chosen = [member.pk for member in project.members.all()]
            first = {name: getattr(project, name) for name in ("title", "description")}
            first |= {"meeting": project.meeting_id, "members": chosen}
        super().__init__(*args, initial=first, **kwargs)
        self.fields["meeting"].queryset = consortium.meetings.took_place().select_related("consortium")
        taking_part = Q(left_on=None) | Q(pk__in=first.get("members", []))
        self.fields["members"].queryset = consortium.members.filter(taking_part).select_related("organization")


class MoveForm(PortalForm):
    to = forms.ChoiceField(label=_("Next state"))
    reason = TextField(
        label=_("Reason"), max_letters=500, lines=True, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed where a project is dropped."),
    )  # fmt: skip

    def __init__(self, *args: Any, project: JointProject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        after = JOINT_PROJECT_TRANSITIONS[project.state]
        self.fields["to"].choices = [(state, label) for state, label in JointProjectState.choices if state in after]
