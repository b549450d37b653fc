"""Input for organizations, agreements and invitations."""

import re
import unicodedata
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from partners.measures import COUNTERS
from partners.models import Agreement, Commitment, Initiative, Organization, Party
from partners.states import (
    BY_HAND,
    HOST_KINDS,
    AgreementKind,
    DatePrecision,
    Measure,
    OrganizationKind,
)
from portal.accounts.models import Membership, User
from portal.accounts.roles import HOST_STAFF, INVITES, Role
from portal.common.fields import DateField, EmailField, IntegerField, NameField, TextField, refuse_end_before_start
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField

# Lists ---------------------------------------------------------------------------------


class OrganizationFilter(FilterForm):
    q = SearchField()
    kind = forms.ChoiceField(label=_("Kind"), choices=OrganizationKind.choices)

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.named_like(q)
        if kind := chosen.get("kind"):
            rows = rows.filter(kind=kind)
        return rows


class MemberFilter(FilterForm):
    q = SearchField(label=_("Search by name or e-mail"))
    role = forms.ChoiceField(label=_("Role"), choices=[choice for choice in Role.choices if choice[0] != Role.TRAINEE])

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(user__name__icontains=q) | rows.filter(user__email__icontains=q)
        if role := chosen.get("role"):
            rows = rows.filter(role=role)
        return rows


class InvitationFilter(FilterForm):
    q = SearchField(label=_("Search by e-mail"))
    show = forms.ChoiceField(label=_("State"), choices=(("open", _("Open")), ("expired", _("Run out"))))

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(email__icontains=q)
        return {"open": rows.open, "expired": rows.run_out}.get(chosen.get("show", ""), rows.all)()


# Organizations -------------------------------------------------------------------------


class OrganizationForm(PortalForm):
    kind = forms.ChoiceField(label=_("Kind"))
    name = TextField(label=_("Name"), max_letters=100)
    name_en = TextField(label=_("Name in English"), max_letters=100, required=False)
    region = TextField(
        label=_("Province or metropolitan city"), max_letters=20, required=False, help_text=_("Such as 대구광역시.")
    )
    parent = forms.ModelChoiceField(
        label=_("Belongs to"), queryset=Organization.objects.hosts(), required=False, empty_label=_("None")
    )
    business_number = TextField(label=_("Business registration number"), max_letters=20, required=False)
    contact = TextField(label=_("Department and telephone"), max_letters=200, required=False)

    def __init__(self, *args: Any, user: User, organization: Organization | None = None, **kwargs: Any) -> None:
        if organization:
            kwargs["initial"] = {name: getattr(organization, name) for name in self.base_fields} | {
                "parent": organization.parent_id
            }
        super().__init__(*args, **kwargs)
        mine = organization.kind if organization else None
        # Who may run cohorts is decided by the programme's admin.
        free = [(v, label) for v, label in OrganizationKind.choices if user.role == Role.ADMIN or v not in HOST_KINDS]
        kinds = [(mine, OrganizationKind(mine).label)] if mine in HOST_KINDS and user.role != Role.ADMIN else free
        self.fields["kind"].choices = kinds if organization else [("", _("Choose")), *kinds]
        if organization:
            parents = Organization.objects.hosts().exclude(pk=organization.pk)
            self.fields["parent"].queryset = parents

    def clean_business_number(self) -> str:
        typed = unicodedata.normalize("NFKC", self.cleaned_data["business_number"])
        found = re.fullmatch(r"(\d{3})-?(\d{2})-?(\d{5})", typed, re.ASCII)
        if typed and not found:
            raise forms.ValidationError(_("Write ten digits, like 123-45-67890."))
        return "-".join(found.groups()) if found else ""


# Agreements ----------------------------------------------------------------------------


class AgreementForm(PortalForm):
    """Registers an agreement, or amends one. Of a signed one only what may still change is open."""

    FREE_ONCE_SIGNED = (
        "number", "area", "notice_given_on", "department", "in_charge", "review_opinion", "is_public", "remark",
        "initiatives", "version",
    )  # fmt: skip

    version = IntegerField(widget=forms.HiddenInput, required=False)
    host = forms.ModelChoiceField(label=_("Kept by"), queryset=Organization.objects.hosts())
    title = TextField(label=_("Title"), max_letters=150)
    kind = forms.ChoiceField(label=_("Kind"), choices=AgreementKind.choices)
    number = TextField(
        label=_("Register number"),
        max_letters=30,
        required=False,
        help_text=_("If left empty: the next number of the year."),
    )
    purpose = TextField(
        label=_("Purpose"), max_letters=2_000, lines=True, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    area = TextField(
        label=_("Field of cooperation"), max_letters=60, required=False, help_text=_("Such as 인재 양성 or 진로 교육.")
    )
    binding = forms.BooleanField(label=_("It is legally binding"), required=False)
    has_burden = forms.BooleanField(
        label=_("It brings a financial burden"), required=False,
        help_text=_("The ordinance may then ask for the consent of the council before the signing."),
    )  # fmt: skip
    burden_amount = IntegerField(label=_("Amount (won)"), min_value=0, max_value=10**13, required=False)
    burden_source = TextField(
        label=_("Source of the money"), max_letters=100, required=False, help_text=_("Such as 시비 100%.")
    )
    signed_on = DateField(
        label=_("Signed on"), required=False, help_text=_("Leave it empty as long as the day is not known.")
    )
    valid_from = DateField(label=_("Valid from"), required=False)
    valid_until = DateField(label=_("Valid until"), required=False)
    renewal_months = IntegerField(
        label=_("Extends itself by (months)"), min_value=1, max_value=120, required=False,
        help_text=_("Leave it empty if it ends on its last day."),
    )  # fmt: skip
    notice_days = IntegerField(label=_("Notice before the end (days)"), min_value=0, max_value=365, required=False)
    notice_given_on = DateField(
        label=_("Notice given on"),
        required=False,
        help_text=_("The day on which a party said that it shall not extend itself."),
    )
    training_months = IntegerField(
        label=_("Training lasts at least (months)"), min_value=1, max_value=60, required=False,
        help_text=_("An intensive cohort under this agreement may not be shorter."),
    )  # fmt: skip
    department = TextField(label=_("Department in charge"), max_letters=60, required=False)
    in_charge = forms.ModelChoiceField(
        label=_("Person in charge"), queryset=User.objects.none(), required=False, empty_label=_("Nobody yet")
    )
    review_opinion = TextField(
        label=_("Opinion of the prior review"), max_letters=2_000, lines=True, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    is_public = forms.BooleanField(label=_("It is open to the public"), required=False, initial=True)
    remark = TextField(
        label=_("Remark"), max_letters=2_000, lines=True, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    initiatives = forms.ModelMultipleChoiceField(
        label=_("Part of"), queryset=Initiative.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, user: User, agreement: Agreement | None = None, **kwargs: Any) -> None:
        if agreement:
            kwargs["initial"] = initial_of(agreement)
        super().__init__(*args, **kwargs)
        self.agreement = agreement
        if agreement or user.role != Role.ADMIN:
            del self.fields["host"]
        host_id = agreement.host_id if agreement else user.organization_id
        self.fields["in_charge"].queryset = people_of(host_id)
        if not self.fields["initiatives"].queryset.exists():
            del self.fields["initiatives"]
        if agreement is None or not agreement.renewal_months:
            del self.fields["notice_given_on"]
        if agreement and not agreement.is_editable:
            for name in self.fields.keys() - {*self.FREE_ONCE_SIGNED}:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        refuse_end_before_start(self, "valid_from", "valid_until")
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        """What the action writes. A day that is entered is known to the day; a month that was kept stays one."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in ("version", "host")}
        if self.agreement is None or "signed_on" in self.changed_data:
            values["signed_precision"] = DatePrecision.DAY
        else:
            values.pop("signed_on", None)
        return values


def initial_of(agreement: Agreement) -> dict[str, Any]:
    """An agreement as its form shows it; a date known by its month only is left to be entered."""
    plain = [
        name for name in AgreementForm.base_fields if name not in ("host", "initiatives", "in_charge", "signed_on")
    ]
    return {name: getattr(agreement, name) for name in plain} | {
        "signed_on": agreement.signed_day,
        "in_charge": agreement.in_charge_id,
        "initiatives": [initiative.pk for initiative in agreement.initiatives.all()],
    }


def people_of(organization_id: int | None) -> Any:
    members = Membership.objects.live().filter(organization=organization_id, role__in=HOST_STAFF)
    return User.objects.filter(pk__in=members.values("user")).order_by("name", "email")


class SignForm(PortalForm):
    signed_on = DateField(label=_("Day of signing"), required=False, help_text=_("As it stands in the original."))


class ReasonForm(PortalForm):
    reason = TextField(label=_("Reason"), max_letters=500, lines=True, widget=forms.Textarea(attrs={"rows": 4}))


class PartyForm(PortalForm):
    organization = forms.ModelChoiceField(
        label=_("Organization"), queryset=Organization.objects.all(), empty_label=_("Choose")
    )
    role = TextField(label=_("Role in the agreement"), max_letters=100, required=False)
    signatory = TextField(label=_("Signatory"), max_letters=50, required=False)
    signatory_title = TextField(label=_("Title of the signatory"), max_letters=50, required=False)
    contact = TextField(label=_("Contact"), max_letters=200, required=False)

    def __init__(self, *args: Any, agreement: Agreement, party: Party | None = None, **kwargs: Any) -> None:
        if party:
            kwargs["initial"] = {
                name: getattr(party, name) for name in ("role", "signatory", "signatory_title", "contact")
            }
        super().__init__(*args, **kwargs)
        if party:
            del self.fields["organization"]
        else:
            others = Organization.objects.exclude(parties__agreement=agreement)
            self.fields["organization"].queryset = others


class CorrectedPartyForm(PartyForm):
    """Of a party to a signed agreement: its contact, and a slip of the pen in the rest, with its reason."""

    correction = TextField(
        label=_("What was written down wrongly"), max_letters=500, required=False, lines=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Such as: the paper says 김민수. Not needed for the contact. It stays in the history."),
    )  # fmt: skip


class CommitmentForm(PortalForm):
    party = forms.ModelChoiceField(label=_("Promised by"), queryset=Party.objects.none(), empty_label=_("Choose"))
    what = TextField(label=_("What is promised"), max_letters=200)
    quantity = IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=10**13,
        required=False,
        help_text=_("Leave it empty if none was agreed. Money is in won."),
    )
    unit = TextField(label=_("Unit"), max_letters=20, help_text=_("Such as 명, 회 or 좌석."))
    due_on = DateField(label=_("Due on"), required=False)
    measure = forms.ChoiceField(label=_("Counted by"), choices=Measure.choices)

    def __init__(self, *args: Any, agreement: Agreement, commitment: Commitment | None = None, **kwargs: Any) -> None:
        if commitment:
            kwargs["initial"] = {name: getattr(commitment, name) for name in self.base_fields} | {
                "party": commitment.party_id
            }
        super().__init__(*args, **kwargs)
        parties = agreement.parties.select_related("organization")
        self.fields["party"].queryset = parties
        self.fields["measure"].choices = countable()


class TranscribedField(TextField):
    """Asked for once the agreement is signed: what was agreed on later is no transcription."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Where in the signed paper"), max_letters=200,
            help_text=_("Such as 제3조 제2항. It is marked as transcribed. What was agreed later needs an amendment."),
        )  # fmt: skip


class TranscribedPartyForm(PartyForm):
    transcribed_from = TranscribedField()


class TranscribedCommitmentForm(CommitmentForm):
    transcribed_from = TranscribedField()


def countable() -> list[tuple[str, Any]]:
    """The measures that something counts."""
    return [choice for choice in Measure.choices if choice[0] in COUNTERS or choice[0] in BY_HAND]


class MeasureForm(PortalForm):
    """Of a commitment that was signed, how it is counted is all that changes without an amendment."""

    measure = forms.ChoiceField(label=_("Counted by"))

    def __init__(self, *args: Any, commitment: Commitment, **kwargs: Any) -> None:
        super().__init__(*args, initial={"measure": commitment.measure}, **kwargs)
        self.fields["measure"].choices = countable()


# People --------------------------------------------------------------------------------


class InvitationForm(PortalForm):
    email = EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"))
    organization = forms.ModelChoiceField(
        label=_("Organization"), queryset=Organization.objects.none(), empty_label=_("Choose")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may = INVITES[user.role]
        self.fields["role"].choices = [
            ("", _("Choose")), *((role.value, role.label) for role in Role if role in may)
        ]  # fmt: skip
        organizations = Organization.objects.all()
        if user.role in HOST_STAFF:
            mine = Organization.objects.filter(pk=user.organization_id)
            organizations = (mine | Organization.objects.exclude(kind__in=HOST_KINDS)).order_by("name")
            self.fields["organization"].help_text = _("Your own, or for a mentor the company.")
        self.fields["organization"].queryset = organizations


class AcceptForm(PortalForm):
    """For a new account: how it is called and opened."""

    name = NameField(label=_("Your name"))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten letters or digits, none that others use often."),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        if password := self.cleaned_data.get("password"):
            candidate = User(email=self.email, name=self.cleaned_data.get("name", ""))
            try:
                validate_password(password, candidate)
            except forms.ValidationError as weak:
                self.add_error("password", weak)
        return self.cleaned_data
