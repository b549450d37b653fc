"""Mail as staff see it, as its reader sees it, and, in a demo, as everybody may."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal import audit
from portal.accounts.roles import EVERYBODY, HOST_STAFF, Role
from portal.common.guards import roles
from portal.common.listing import Listing
from portal.jobs.permissions import can_cancel_job, can_retry_job
from portal.jobs.states import DEAD_LETTERS
from portal.notify.forms import ATTENTION, MailFilter, MailSearch
from portal.notify.models import Mail, MailServer

SORTS = {"created": "created_at"}


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def mail_list(request: HttpRequest) -> HttpResponse:
    """Mail of one's host, the recipients masked."""
    visible = Mail.objects.visible_to(request.user)
    paused = MailServer.objects.filter(paused_until__gt=timezone.now()).exists()
    context = {
        "paused": paused,
        "waiting": visible.unsent().count() if paused else 0,
        "dead": visible.filter(job__state__in=DEAD_LETTERS).count(),
        "attention": ATTENTION,
        "title": _("Outgoing mail"),
    }
    listing = Listing(request, visible.for_list(), form=MailFilter, sorts=SORTS, default_sort="-created")
    return listing.render("notify/mail_list.html", context)


@require_GET
@roles(Role.ADMIN, *HOST_STAFF)
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail with its text, which is written into the access record."""
    found = get_object_or_404(Mail.objects.visible_to(request.user).select_related("job"), pk=pk)
    if not found.secret:
        audit.saw(request.user, "mail.viewed", host_id=found.host_id, subject_id=found.person_id)
    context = {
        "mail": found,
        "may_retry": found.job.can_retry and can_retry_job(request.user, found.job),
        "may_cancel": found.job.can_cancel and can_cancel_job(request.user, found.job),
    }
    return render(request, "notify/mail.html", context)


# One's own mail ------------------------------------------------------------------------


@require_GET
@roles(*EVERYBODY)
def inbox(request: HttpRequest) -> HttpResponse:
    """What the portal has written to one, whether or not it arrived."""
    mine = Mail.objects.sent_to(request.user).for_list()
    listing = Listing(request, mine, form=MailSearch, sorts=SORTS, default_sort="-created")
    return listing.render("notify/inbox.html", {"title": _("Inbox"), "page": "notify:inbox-mail"})


@require_GET
@roles(*EVERYBODY)
def inbox_mail(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Mail.objects.sent_to(request.user), pk=pk)
    return render(request, "notify/inbox_mail.html", {"mail": found, "list_url": "notify:inbox", "title": _("Inbox")})


# The demo's mailbox --------------------------------------------------------------------


def in_the_demo() -> None:
    if not settings.DEMO:
        raise Http404


@require_GET
@login_not_required
def demo_mailbox(request: HttpRequest) -> HttpResponse:
    """All mail of a demo, in which every person is invented, so that links can be followed."""
    in_the_demo()
    listing = Listing(request, Mail.objects.for_list(), form=MailSearch, sorts=SORTS, default_sort="-created")
    return listing.render("notify/inbox.html", {"title": _("Mailbox of the demo"), "page": "notify:demo-mail"})


@require_GET
@login_not_required
def demo_mail(request: HttpRequest, pk: int) -> HttpResponse:
    in_the_demo()
    context = {"list_url": "notify:demo-mailbox", "title": _("Mailbox of the demo")}
    return render(request, "notify/inbox_mail.html", context | {"mail": get_object_or_404(Mail, pk=pk)})
