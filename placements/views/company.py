"""The company's own page: what it promised, what is delivered, who of its people is involved, what is due next."""

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET

from partners.models import Organization, Proposal
from partners.permissions import can_propose_agreement
from partners.states import PromiseState
from placements.queries.company import (
    companies_of,
    due_next,
    interviews_of,
    mentors_of,
    overdue,
    parts_of,
    promises_by,
)
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.guards import roles
from portal.common.htmx import render

READERS = (Role.ADMIN, *HOST_STAFF, Role.MENTOR)
PROPOSALS_SHOWN = 5


@require_GET
@roles(Role.MENTOR)
def my_company(request: HttpRequest) -> HttpResponse:
    return company_page(request, get_object_or_404(companies_of(request.user)))


@require_GET
@roles(*READERS)
def company(request: HttpRequest, pk: int) -> HttpResponse:
    """For its mentors, and for the offices that share an agreement with it."""
    return company_page(request, get_object_or_404(companies_of(request.user), pk=pk))


def company_page(request: HttpRequest, found: Organization) -> HttpResponse:
    """`?agreement=` narrows it to one of them: the numbers of a commitment lead here."""
    asked = request.GET.get("agreement", "")
    agreement = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    user = request.user
    parts = parts_of(user, found, agreement)
    promises = promises_by(user, found, agreement)
    stands = Counter(promise.state for promise in promises if promise.state)
    listed = f"{reverse('partners:commitment-list')}?party={found.pk}" + (
        f"&agreement={agreement}" if agreement else ""
    )
    met = f"{reverse('placements:interview-list')}?company={found.pk}" + (
        f"&agreement={agreement}" if agreement else ""
    )
    proposals = Proposal.objects.visible_to(user).filter(company=found).for_list()
    context = {
        "company": found,
        "own": user.role == Role.MENTOR,
        "narrowed": parts[0].agreement if agreement and parts else None,
        "parts": parts,
        "promises": promises,
        "as_of": min((promise.as_of for promise in promises if promise.as_of), default=None),
        "tiles": [(state, stands[state], f"{listed}&state={state.value}") for state in PromiseState],
        "commitments_url": listed,
        "due": [(day, promise, overdue(day)) for day, promise in due_next(promises)],
        "mentors": mentors_of(user, found, agreement),
        "interviews": interviews_of(user, found, agreement),
        "interviews_url": f"{met}&show=counted",
        "proposals": list(proposals[:PROPOSALS_SHOWN]),
        "may_propose": can_propose_agreement(user),
    }
    return render(request, "placements/company.html", context)
