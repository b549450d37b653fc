"""Every part of a page on one page, for eyes and for the accessibility tests."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from portal.accounts.models import Membership
from portal.accounts.roles import Role
from portal.common.forms import PhoneInput, PortalForm
from portal.common.guards import roles
from portal.common.htmx import form_status, render
from portal.common.listing import FilterForm, Listing, SearchField
from portal.common.templatetags.parts import TONES


class SampleForm(PortalForm):
    """One field of each kind."""

    name = forms.CharField(label=_("Name"), max_length=30, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    birth = forms.DateField(label=_("Date of birth"), help_text=_("For example 1998-03-15"))
    email = forms.EmailField(label=_("E-mail address"), help_text=_("We send the result to this address."))
    phone = forms.CharField(label=_("Mobile number"), widget=PhoneInput)
    course = forms.ChoiceField(
        label=_("Course"), choices=[("", "—"), ("ai", "AI 서비스 개발"), ("data", "데이터 분석")]
    )
    state = forms.ChoiceField(
        label=_("Present state"), choices=[("a", "구직 중"), ("b", "재학 중")], widget=forms.RadioSelect
    )
    fields_of_interest = forms.MultipleChoiceField(
        label=_("Fields of interest"),
        required=False,
        choices=[("web", "웹 개발"), ("ml", "기계학습")],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You can choose several."),
    )
    hours = forms.IntegerField(label=_("Hours"), min_value=1, max_value=8)
    motive = forms.CharField(label=_("Motive"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))
    evidence = forms.FileField(label=_("Evidence"), help_text="PDF, HWP, HWPX · 20 MB")
    agreed = forms.BooleanField(label=_("I agree that my data are collected and used."), help_text=_("Kept for 1 year"))


class SampleFilter(FilterForm):
    q = SearchField()
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    def narrow(self, rows: Any, chosen: dict[str, Any]) -> Any:
        if q := chosen.get("q"):
            rows = rows.filter(user__name__icontains=q)
        if role := chosen.get("role"):
            rows = rows.filter(role=role)
        return rows


class SampleReason(PortalForm):
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


MONTHS = [("1월", 42), ("2월", 58), ("3월", 121), ("4월", 96), ("5월", 134), ("6월", 167), ("7월", 203)]
CHARTS = {
    "months": MONTHS,
    "results": ["수료", "조기취업", "미수료"],
    "by_result": [("1기", [62, 4, 14]), ("2기", [70, 6, 4]), ("3기", [58, 9, 13])],
    "rates": ["출석률", "목표"],
    "by_rate": [
        ("1주", [98.1, 90]),
        ("2주", [96.4, 90]),
        ("3주", [91.2, 90]),
        ("4주", [None, 90]),
        ("5주", [93.5, 90]),
    ],
    "funnel": [("지원", 412), ("서류심사 합격", 240), ("최종합격", 100), ("수료", 82), ("취업", 47)],
}
PARTS = {
    "tasks": [
        {"label": "7기 지원서 심사 (37건)", "url": "#main", "badge": "4일 남음", "tone": "danger"},
        {"label": "멘토 위촉 연장 (2명)", "url": "#main", "badge": "다음 주", "tone": "gray"},
    ],
    "tabs": [{"label": "개요", "url": "#main", "current": True}, {"label": "변경 이력", "url": "#main"}],
    "facts": [("협약명", "지역 AI 인재 양성 업무협약"), ("담당자", "김하늘", "#main", "수정"), ("종료일", None)],
    "steps": ["안내 확인", "지원자 정보", "확인", "제출 완료"],
    "tones": list(TONES),
}


@require_http_methods(["GET", "POST"])
@roles(Role.ADMIN)
def styleguide(request: HttpRequest) -> HttpResponse:
    """Sending the form shows it with its mistakes; it is never saved."""
    form = SampleForm(request.POST or None, request.FILES or None)
    context = {"form": form, "reason": SampleReason(auto_id="reason_%s"), **CHARTS, **PARTS}
    return render(request, "dashboard/styleguide.html", context, status=form_status(form))


@require_http_methods(["GET"])
@roles(Role.ADMIN)
def styleguide_list(request: HttpRequest) -> HttpResponse:
    """A list with all its parts, of the memberships there are."""
    listing = Listing(
        request,
        Membership.objects.visible_to(request.user).for_list(),
        form=SampleFilter,
        sorts={"name": "user__name", "organization": ("organization__name", "user__name")},
        default_sort="name",
        page_size=5,
    )
    return listing.render("dashboard/styleguide_list.html", {"back": reverse("styleguide")})
