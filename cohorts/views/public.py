"""What everybody may read, signed in or not: the open courses, and the notice of one."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from cohorts.forms.public import NoticeFilter, SelfCheckForm
from cohorts.forms.questions import name_of
from cohorts.models import Cohort
from cohorts.queries import eligibility_rules, open_cohorts
from cohorts.queries.answers import deciding_questions, with_deciding
from cohorts.states import TAKES_APPLICATIONS
from portal.common.listing import Listing
from portal.common.prepared import Prepared, Slot

NOTICES = Prepared(with_deciding(Cohort.objects.public().for_notice()).filter(pk=Slot("pk")))


@require_GET
@login_not_required
def notice_list(request: HttpRequest) -> HttpResponse:
    """The courses that take applications now or soon; two queries."""
    return Listing(request, open_cohorts(), form=NoticeFilter, page_size=12).render("cohorts/notice_list.html")


@require_GET
@login_not_required
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """The facts of one course, who can apply, and a check of oneself that is neither kept nor counted.

    One query, and one more where answers to own questions may exclude.
    """
    found = NOTICES.or_404(pk=pk)
    rules = eligibility_rules(found.policy)
    questions = deciding_questions(found)
    asked = (SelfCheckForm.ANSWERED | {name_of(one) for one in questions}) & request.GET.keys()
    form = SelfCheckForm(request.GET if asked else None, rules=rules, questions=questions)
    reasons = form.reasons() if form.is_valid() else None
    context = {
        "cohort": found,
        "form": form,
        "reasons": reasons,
        "said": " ".join(str(reason) for reason in reasons or ()),
        "opens_later": found.state in TAKES_APPLICATIONS and timezone.now() < found.apply_opens_at,
    }
    return render(request, "cohorts/notice.html", context)
