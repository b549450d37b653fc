"""Input for amendments of agreements."""

import copy
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.actions.agreements import AMENDS
from partners.forms.register import AgreementForm, CommitmentForm, PartyForm, initial_of
from partners.models import Agreement, AgreementDocument, Amendment, Commitment, Organization, Party
from partners.states import AmendmentState
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.common.fields import DateField, IntegerField, TextField, refuse_end_before_start
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField
from portal.common.uploads import UploadField


class AmendmentFilter(FilterForm):
    """Companies are not asked about the council: that is the office's duty."""

    SHOWN = (
        ("to_report", _("To be reported to the council")),
        ("report_overdue", _("Report to the council overdue")),
    )
    q = SearchField(label=_("Search by agreement, party or reason"))
    state = forms.ChoiceField(label=_("State"), choices=AmendmentState.choices)
    host = forms.ModelChoiceField(label=_("Kept by"), queryset=Organization.objects.none())
    since = DateField(label=_("Agreed since"))
    until = DateField(label=_("Agreed until"))
    show = forms.ChoiceField(label=_("To be done"), choices=SHOWN)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = Amendment.objects.visible_to(user).order_by()
        self.fields["host"].queryset = Organization.objects.filter(pk__in=seen.values("host"))
        if user.role == Role.MENTOR:
            del self.fields["show"], self.fields["state"]

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            found = Agreement.objects.titled_like(q).order_by().values("pk")
            rows = rows.filter(Q(agreement__in=found) | Q(reason__icontains=q))
        columns = {"state": "state", "host": "host", "since": "agreed_on__gte", "until": "agreed_on__lte"}
        rows = rows.filter(**{column: chosen[name] for name, column in columns.items() if chosen.get(name)})
        shown = {"to_report": rows.to_report, "report_overdue": rows.report_overdue}
        return shown.get(chosen.get("show", ""), rows.all)()


class AmendmentForm(PortalForm):
    """The text of a signed agreement as it is to be; what stays as it is, is no part of the amendment."""

    version = IntegerField(widget=forms.HiddenInput, required=False)
    reason = TextField(
        label=_("Reason of the amendment"), max_letters=1_000, lines=True, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, agreement: Agreement, amendment: Amendment | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = initial_of(agreement) | {"reason": amendment.reason if amendment else ""}
        super().__init__(*args, **kwargs)
        for name in AMENDS:
            self.fields[name] = copy.deepcopy(AgreementForm.base_fields[name])

    def clean(self) -> dict[str, Any]:
        refuse_end_before_start(self, "valid_from", "valid_until")
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("reason", *AMENDS)}


class AmendedCommitmentForm(CommitmentForm):
    """What a commitment is to say. How it is counted is no part of the paper."""

    def __init__(self, *args: Any, agreement: Agreement, commitment: Commitment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, agreement=agreement, commitment=commitment, **kwargs)
        self.commitment = commitment
        del self.fields["measure"]
        if commitment:
            del self.fields["party"]  # another party promises anew

    def values(self) -> dict[str, Any]:
        return {"party": self.commitment.party} | self.cleaned_data if self.commitment else self.cleaned_data


class AmendedPartyForm(PartyForm):
    """What a party is to be and who signs for it. Whom to call there is no part of the paper."""

    def __init__(self, *args: Any, agreement: Agreement, party: Party | None = None, **kwargs: Any) -> None:
        super().__init__(*args, agreement=agreement, party=party, **kwargs)
        self.party = party
        del self.fields["contact"]

    def values(self) -> dict[str, Any]:
        return {"organization": self.party.organization} | self.cleaned_data if self.party else self.cleaned_data


class EffectForm(PortalForm):
    agreed_on = DateField(label=_("Agreed on"), help_text=_("As it stands in the amending paper."))
    document = forms.ModelChoiceField(
        label=_("Amending paper"), queryset=AgreementDocument.objects.none(), required=False, empty_label=_("None yet")
    )
    upload = UploadField(label=_("or add it here"), required=False)
    consent_on = DateField(label=_("The council consented on"), required=False)
    consent_session = TextField(
        label=_("Session of the council"), max_letters=60, required=False, help_text=_("Such as 제312회 임시회.")
    )

    def __init__(self, *args: Any, amendment: Amendment, asks_consent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        papers = AgreementDocument.objects.current().filter(
            agreement=amendment.agreement_id, kind=AgreementDocument.Kind.AMENDMENT
        )
        self.fields["document"].queryset = papers
        if not asks_consent:
            del self.fields["consent_on"], self.fields["consent_session"]


class ReportForm(PortalForm):
    made_on = DateField(label=_("Reported to the council on"))
    session = TextField(label=_("Session of the council"), max_letters=60, help_text=_("Such as 제312회 임시회."))
