"""The deadline of one person, with the extensions they were given."""

from datetime import datetime

from cohorts.deadlines import Deadline, deadline
from cohorts.models import Application, Cohort, Extension
from cohorts.models.extension import ExtensionQuerySet
from portal.accounts.models import User


def deadline_of(cohort: Cohort, *, user: User | None = None, application: Application | None = None) -> Deadline:
    """For an account, or for the person of an application. One query."""
    given = Extension.objects.in_force()
    if application:
        return deadline(cohort, latest(given.of_application(application)))
    return deadline(cohort, latest(given.of_account(user, cohort)) if user else None)


def latest(extensions: ExtensionQuerySet) -> datetime | None:
    return extensions.order_by("-until").values_list("until", flat=True).first()
