"""What the register of agreements can be narrowed by; the same form serves list, print, timeline and file."""

from collections import defaultdict
from datetime import timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.columns import SEVERITY, WORST
from partners.models import Agreement, ComplianceCheck, Initiative, Organization
from partners.states import AgreementKind, AgreementState, CheckState, CouncilActKind, Fulfilment
from portal.accounts.models import Membership, User
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.fields import DateField, TextField
from portal.common.forms import PortalForm
from portal.common.listing import FilterForm, SearchField
from portal.common.prepared import per_role

OTHERS = "others"  # agreements that another office keeps
UNCHECKED = "unchecked"


NAMED = ("columns", "sort")  # what an address of the register says beside its filters
LONGEST_QUERY = 4_000  # letters


class RowField(forms.ChoiceField):
    """A choice among rows, which are fetched only where the field is drawn or was chosen from."""


class AgreementFilter(FilterForm):
    SHOWN = (
        ("undated", _("Drafts without their day of signing")),
        ("waiting", _("Signed, to be brought into force")),
        ("ending", _("Ending within 90 days")),
        ("to_report", _("To be reported to the council")),
        ("report_overdue", _("Report to the council overdue")),
        ("amendment_to_report", _("An amendment to be reported to the council")),
    )
    ENDING = (
        ("30", _("Within 30 days")),
        ("60", _("Within 60 days")),
        ("90", _("Within 90 days")),
        ("180", _("Within 180 days")),
        ("365", _("Within a year")),
        ("over", _("It has ended")),
        ("open", _("No last day known")),
    )
    COUNCIL = (
        ("to_report", _("To be reported")),
        ("overdue", _("Report overdue")),
        ("reported", _("Reported")),
        ("consented", _("Consent given")),
    )
    MORE = (
        "kind", "host", "party", "initiative", "department", "in_charge", "ending", "ends_from", "ends_until",
        "fulfilment", "council",
    )  # fmt: skip

    q = SearchField(label=_("Search by title, number or party"))
    state = forms.ChoiceField(label=_("State"), choices=AgreementState.choices)
    show = forms.ChoiceField(label=_("To be done"), choices=SHOWN)
    kind = forms.ChoiceField(label=_("Kind"), choices=AgreementKind.choices)
    host = RowField(label=_("Kept by"))
    party = forms.CharField(label=_("Party"), max_length=100)
    initiative = RowField(label=_("Part of"))
    department = forms.CharField(label=_("Department in charge"), max_length=60)
    in_charge = RowField(label=_("Person in charge"))
    ending = forms.ChoiceField(label=_("Its end"), choices=ENDING)
    ends_from = DateField(label=_("Ends from"))
    ends_until = DateField(label=_("Ends until"))
    fulfilment = forms.ChoiceField(
        label=_("Last check"), choices=(*Fulfilment.choices, (UNCHECKED, _("Not checked yet")))
    )
    council = forms.ChoiceField(label=_("Council"), choices=COUNCIL)

    def __init__(self, data: Any = None, *, user: User, like: "AgreementFilter | None" = None, **kwargs: Any) -> None:
        """`like`: another filter of the same reader, whose choices need not be fetched again."""
        self.user, self.like = user, like
        left_out: tuple[str, ...] = () if self._asked_for_more(data) else self.MORE
        if user.role == Role.MENTOR:
            left_out += ("in_charge", "fulfilment")
        self.base_fields = {name: field for name, field in self.base_fields.items() if name not in left_out}
        super().__init__(data, **kwargs)
        for name in self.fields.keys() & {"host", "initiative", "in_charge"}:
            self.fields[name].choices = self._lazily(name)

    @classmethod
    def _asked_for_more(cls, data: Any) -> bool:
        return any((data or {}).get(name) for name in ("more", *cls.MORE))

    def _lazily(self, name: str) -> Any:
        return lambda: [("", _("All")), *(self.like or self)._rows[name]]

    @cached_property
    def _rows(self) -> dict[str, list[tuple[Any, Any]]]:
        """What the fields of rows offer: one query for all of them."""
        user = self.user
        found: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
        if user.role in HOST_STAFF and user.acting:
            found["host"] = [(user.organization_id, user.acting.organization), (OTHERS, _("Other offices"))]
        for field, pk, name in _choices(user):
            found[field].append((pk, name))
        return found

    @property
    def shows_more(self) -> bool:
        """Whether the further filters are shown: they were asked for, or one is in use."""
        return self._asked_for_more(self.data)

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.MORE]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in self.MORE]

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.titled_like(q)
        for name in ("state", "kind", "in_charge"):
            if value := chosen.get(name):
                rows = rows.filter(**{name: value})
        if host := chosen.get("host"):
            rows = rows.exclude(host=self.user.organization_id) if host == OTHERS else rows.filter(host=host)
        if initiative := chosen.get("initiative"):
            rows = rows.filter(pk__in=Agreement.objects.filter(initiatives=initiative).values("pk"))
        if party := chosen.get("party"):
            rows = rows.of_party_named(party)
        if department := chosen.get("department"):
            rows = rows.filter(department__icontains=department)
        rows = self._ending(rows, chosen)
        if fulfilment := chosen.get("fulfilment"):
            rows = self._checked(rows, fulfilment)
        if council := chosen.get("council"):
            rows = _before_the_council(rows, council)
        narrowed = {
            "undated": rows.undated,
            "waiting": rows.waiting_for_force,
            "ending": lambda: rows.ending_within(90),
            "to_report": rows.to_report,
            "report_overdue": rows.report_overdue,
            "amendment_to_report": rows.amendment_to_report,
        }
        return narrowed[chosen["show"]]() if chosen.get("show") else rows

    def _ending(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if first := chosen.get("ends_from"):
            rows = rows.filter(valid_until__gte=first)
        if last := chosen.get("ends_until"):
            rows = rows.filter(valid_until__lte=last)
        window, today = chosen.get("ending", ""), timezone.localdate()
        if window.isdigit():
            return rows.ending_between(today, today + timedelta(days=int(window)))
        if window == "over":
            return rows.filter(Q(valid_until__lt=today) | Q(ended_on__isnull=False))
        return rows.filter(valid_until=None) if window == "open" else rows

    def _checked(self, rows: Any, fulfilment: str) -> Any:
        """By the worst finding of the last check that was filled in, as far as the reader sees checks."""
        filled = ComplianceCheck.objects.visible_to(self.user).exclude(state=CheckState.OPEN)
        if fulfilment == UNCHECKED:
            return rows.exclude(pk__in=filled.order_by().values("agreement"))
        last = filled.order_by("agreement_id", "-covers_until", "-pk").distinct("agreement_id").values("pk")
        judged = ComplianceCheck.objects.filter(pk__in=last).annotate(worst=WORST)
        found = judged.filter(worst=SEVERITY.index(Fulfilment(fulfilment))).order_by()
        return rows.filter(pk__in=found.values("agreement"))


def _offered(field: str, rows: Any, pk: str, name: str) -> QuerySet[Any, Any]:
    """What a field of rows offers, as (field, key, words)."""
    said = {"of_field": Value(field), "of_pk": F(pk), "of_name": F(name)}
    return rows.order_by().annotate(**said).values_list(*said)


@per_role
def _choices(reader: Any) -> QuerySet[Any, Any]:
    """All that the fields of rows offer to somebody in this role."""
    offered = [_offered("initiative", Initiative.objects.all(), "pk", "name")]
    if reader.role not in HOST_STAFF:
        keeps = Exists(Agreement.objects.visible_to(reader).filter(host=OuterRef("pk")))
        offered.append(_offered("host", Organization.objects.hosts().filter(keeps), "pk", "name"))
    if reader.role != Role.MENTOR:
        people = Membership.objects.live().filter(role__in=HOST_STAFF)
        own = people if reader.role == Role.ADMIN else people.filter(organization=reader.organization_id)
        offered.append(_offered("in_charge", own, "user", "user__name"))
    first, *others = offered
    return first.union(*others).order_by("of_name")


def _before_the_council(rows: Any, council: str) -> QuerySet:
    acts = {"reported": CouncilActKind.REPORT, "consented": CouncilActKind.CONSENT}
    if council in acts:
        found: QuerySet = rows.filter(council_acts__kind=acts[council])
        return found
    waiting: QuerySet = rows.to_report() if council == "to_report" else rows.report_overdue()
    return waiting


def kept_query(asked: QueryDict) -> str:
    """The query of an address without what is no filter, column or sort of the register, and without its page."""
    kept = QueryDict(mutable=True)
    for name, values in asked.lists():
        if name in AgreementFilter.base_fields or name in NAMED:
            kept.setlist(name, [value for value in values if value])
    query: str = kept.urlencode()
    return query if len(query) <= LONGEST_QUERY else ""


class RegisterViewForm(PortalForm):
    """The name under which an address is kept, and for whom."""

    name = TextField(label=_("Name of the view"), max_letters=60, help_text=_("Such as 올해 끝나는 협약."))
    shared = forms.BooleanField(
        label=_("Share it with my office"), required=False,
        help_text=_("Colleagues see in it what they may see themselves."),
    )  # fmt: skip
    is_default = forms.BooleanField(label=_("Open the register with this view"), required=False)
