"""Input for what an ordinance asks of agreements."""

from typing import Any

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from partners.measures import Promise, promise_of
from partners.models import Agreement, Commitment, ComplianceCheck, OrdinanceProfile
from partners.states import CheckState, ConsentRule, Fulfilment
from portal.accounts.models import User
from portal.common.fields import DateField, IntegerField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField
from portal.common.uploads import UploadField


class OrdinanceForm(PortalForm):
    name = TextField(label=_("Name of the ordinance"), max_letters=100)
    applies_from = DateField(
        label=_("Applies to agreements signed from"), help_text=_("Agreements signed before that day have no duties.")
    )
    report_days = IntegerField(
        label=_("Report to the council within (days)"), min_value=1, max_value=730, required=False,
        help_text=_("Counted from the day of signing. Leave it empty if none is asked for."),
    )  # fmt: skip
    report_rolls = forms.BooleanField(
        label=_("A limit that ends on a holiday moves to the next working day"), required=False, initial=True,
        help_text=_("As Article 161 of the Civil Act has it."),
    )  # fmt: skip
    check_interval_months = IntegerField(
        label=_("Check every (months)"), min_value=1, max_value=60, required=False,
        help_text=_("12 for once a year. Leave it empty if none is asked for."),
    )  # fmt: skip
    consent_rule = forms.ChoiceField(label=_("Consent of the council before signing"), choices=ConsentRule.choices)

    def __init__(self, *args: Any, profile: OrdinanceProfile | None = None, **kwargs: Any) -> None:
        if profile:
            kwargs["initial"] = {name: getattr(profile, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)


class CouncilActForm(PortalForm):
    made_on = DateField(label=_("Date"))
    session = TextField(label=_("Session of the council"), max_letters=60, help_text=_("Such as 제312회 임시회."))
    note = TextField(
        label=_("Note"), max_letters=1_000, lines=True, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"made_on": timezone.localdate()}, **kwargs)


class CheckFilter(FilterForm):
    SHOWN = (
        ("to_review", _("For me to review")),
        ("overdue", _("Overdue")),
        ("follow_up", _("With a follow-up to be done")),
        ("follow_up_overdue", _("Follow-up overdue")),
    )
    q = SearchField(label=_("Search by title, number or party"))
    state = forms.ChoiceField(label=_("State"), choices=CheckState.choices)
    show = forms.ChoiceField(label=_("To be done"), choices=SHOWN)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(agreement__in=Agreement.objects.titled_like(q).order_by().values("pk"))
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        shown = {
            "to_review": lambda: rows.to_review(self.user),
            "overdue": rows.overdue,
            "follow_up": rows.to_follow_up,
            "follow_up_overdue": rows.follow_up_overdue,
        }
        return shown[chosen["show"]]() if chosen.get("show") else rows


def figure_in_words(promise: Promise) -> str:
    """What the records say, with the way to them; who fills in decides."""
    if promise.number is None:
        return ""
    number, quantity = intcomma(promise.number), promise.commitment.quantity
    shown = f"{number} / {intcomma(quantity)}{promise.commitment.unit}" if quantity else number
    state = f" · {promise.state.label}" if promise.state else ""
    if not promise.url:
        return format_html("{} {}{}", _("By the records:"), shown, state)
    return format_html('{} <a class="p-link" href="{}">{}</a>{}', _("By the records:"), promise.url, shown, state)


class FillCheckForm(PortalForm):
    """One state and one note per commitment, then what was found."""

    findings = TextField(label=_("Findings"), max_letters=2_000, lines=True, widget=forms.Textarea(attrs={"rows": 4}))
    improvement = TextField(
        label=_("Improvement"), max_letters=2_000, lines=True, required=False,
        help_text=_("Needed where something is delayed or not done."), widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    def __init__(
        self, *args: Any, user: User, check: ComplianceCheck, commitments: list[Commitment], **kwargs: Any
    ) -> None:
        lines = {line.commitment_id: line for line in check.lines.all()}
        initial = {"findings": check.findings, "improvement": check.improvement}
        for one in commitments:
            if line := lines.get(one.pk):
                initial |= {f"state_{one.pk}": line.state, f"note_{one.pk}": line.note}
        super().__init__(*args, initial=initial, **kwargs)
        self.commitments = commitments
        for one in commitments:
            self.fields[f"state_{one.pk}"] = forms.ChoiceField(
                label=f"{one.what} · {one.party}",
                choices=[("", _("Choose")), *Fulfilment.choices],
                help_text=figure_in_words(promise_of(user, one)),
            )
            self.fields[f"note_{one.pk}"] = TextField(label=_("Note"), max_letters=300, required=False)
        self.order_fields([*(name for name in self.fields if "_" in name), "findings", "improvement"])

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        found = {one.pk: (data[f"state_{one.pk}"], data[f"note_{one.pk}"]) for one in self.commitments}
        return {"findings": data["findings"], "improvement": data["improvement"], "commitments": found}


class ReviewCheckForm(PortalForm):
    review_note = TextField(
        label=_("Opinion of the review"), max_letters=2_000, lines=True, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    follow_up = TextField(
        label=_("Follow-up"), max_letters=2_000, lines=True, required=False,
        help_text=_("What is left to do, if anything."), widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    follow_up_due_on = DateField(label=_("Follow-up due on"), required=False)


class DeliveryFilter(FilterForm):
    SHOWN = (("counted", _("What counts")), ("withdrawn", _("Withdrawn")))
    q = SearchField(label=_("Search by note or file"))
    since = DateField(label=_("From the day"))
    until = DateField(label=_("Until the day"))
    show = forms.ChoiceField(label=_("Show"), choices=SHOWN)

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(Q(note__icontains=q) | Q(name__icontains=q))
        if since := chosen.get("since"):
            rows = rows.filter(delivered_on__gte=since)
        if until := chosen.get("until"):
            rows = rows.filter(delivered_on__lte=until)
        if show := chosen.get("show"):
            rows = rows.filter(withdrawn_at__isnull=show == "counted")
        return rows


class DeliveryForm(PortalForm):
    amount = IntegerField(label=_("Amount"), min_value=1, max_value=10**13)
    delivered_on = DateField(label=_("Delivered on"))
    note = TextField(label=_("Note"), max_letters=300, required=False)
    evidence = UploadField(label=_("Evidence"))


class PaymentForm(DeliveryForm):
    """What was delivered of a promise of money."""

    amount = IntegerField(label=_("Amount (won)"), min_value=1, max_value=10**13)
    delivered_on = DateField(label=_("Paid on"))
    note = TextField(label=_("What for"), max_letters=300)
