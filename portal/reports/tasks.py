"""Reports are made, and destroyed, in the background."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import User
from portal.common.exceptions import ActionRefused
from portal.jobs import job, schedule
from portal.jobs.models import Job
from portal.reports import actions
from portal.reports.models import Export


# Not atomic: the report is read in a transaction of its own isolation, and is a file.
@job("make_placement_report", label=gettext_lazy("Placement report"), limit=600, atomic=False, heavy=True)
def make_placement_report(job: Job) -> dict[str, Any]:
    export = Export.objects.get(pk=job.payload["export"])
    export = actions.make_report(export, by=asker(job), told=job.advance)
    return {"url": export.get_absolute_url(), "label": _("Open the report")}


@job("make_register_file", label=gettext_lazy("Agreement register"), limit=600, atomic=False, heavy=True)
def make_register_file(job: Job) -> dict[str, Any]:
    export = Export.objects.select_related("host").get(pk=job.payload["export"])
    export = actions.make_register_file(export, by=asker(job), told=job.advance)
    return {"url": export.get_absolute_url(), "label": _("Open the file")}


@job("make_applications_file", label=gettext_lazy("Applications with answers"), limit=600, atomic=False, heavy=True)
def make_applications_file(job: Job) -> dict[str, Any]:
    export = Export.objects.select_related("host").get(pk=job.payload["export"])
    export = actions.make_applications_file(export, by=asker(job), told=job.advance)
    return {"url": export.get_absolute_url(), "label": _("Open the file")}


def asker(job: Job) -> User:
    """Who asked, in the role they asked in; refused once that has ended."""
    if by := job.actor():
        return by
    raise ActionRefused(_("Nobody asked for this report."))


@schedule("hourly", at="00:20")
def destroy_expired(job: Job) -> dict[str, int]:
    """24 hours after a report was made its file is gone."""
    return {"destroyed": actions.destroy_exports(timezone.now(), by=None)}
