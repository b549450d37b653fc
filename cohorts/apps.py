from collections.abc import Collection
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from portal.accounts.models import Invitation, User


class CohortsConfig(AppConfig):
    name = "cohorts"

    def ready(self) -> None:
        from partners.signals import invitation_accepted

        invitation_accepted.connect(claim, dispatch_uid="cohorts.claim")
        register_links()


def claim(*, invitation: "Invitation", user: "User", **kwargs: object) -> None:
    """Who takes up an invitation as an applicant finds their records in the account."""
    from cohorts.actions.people import claim_records
    from portal.accounts.roles import Role

    if invitation.role == Role.TRAINEE:
        claim_records(user, host=invitation.organization, email=invitation.email)


def register_links() -> None:
    """Where the page of a cohort leads to in this app, and how agreements count seats and trainees."""
    from cohorts import hub, measures, register  # noqa: F401  # tells the agreements what counts, and of their cohorts
    from portal.accounts.roles import HOST_STAFF, Role

    staff = (Role.ADMIN, *HOST_STAFF)
    teachers = (*staff, Role.INSTRUCTOR)
    entries: dict[hub.Phase, list[tuple[Promise, str, Collection[str], bool]]] = {
        hub.Phase.RECRUITING: [
            (pgettext_lazy("hub", "Applications"), "cohorts:application-list", (*staff, Role.REVIEWER), True),
            (pgettext_lazy("hub", "Application form"), "cohorts:application-form", staff, False),
            (pgettext_lazy("hub", "More time to apply"), "cohorts:extension-list", staff, False),
            (pgettext_lazy("hub", "Import a spreadsheet"), "cohorts:roster-list", HOST_STAFF, False),
            (pgettext_lazy("hub", "Intake charts"), "cohorts:intake", staff, False),
        ],
        hub.Phase.SCREENING: [
            (pgettext_lazy("hub", "Scores to give"), "cohorts:score-list", (Role.REVIEWER,), True),
            (pgettext_lazy("hub", "Conflicts of interest"), "cohorts:conflict-list", (Role.REVIEWER,), False),
            (pgettext_lazy("hub", "Rubrics"), "cohorts:rubrics", staff, False),
            (pgettext_lazy("hub", "Requested documents"), "cohorts:supplement-list", staff, False),
            (pgettext_lazy("hub", "Reviewing"), "cohorts:reviewing", staff, False),
            (pgettext_lazy("hub", "Test results"), "cohorts:exam-list", HOST_STAFF, False),
            (pgettext_lazy("hub", "Interviews"), "cohorts:admission-interviews", staff, False),
            (pgettext_lazy("hub", "Bonus points"), "cohorts:bonus-list", staff, False),
        ],
        hub.Phase.SELECTION: [
            (pgettext_lazy("hub", "Selection"), "cohorts:selection", staff, False),
            (pgettext_lazy("hub", "Seats and waitlist"), "cohorts:selection-waitlist", staff, False),
            (pgettext_lazy("hub", "Enrolment desk"), "cohorts:enrolment-desk", staff, False),
        ],
        hub.Phase.TRAINING: [
            (pgettext_lazy("hub", "Trainees"), "cohorts:enrolment-list", teachers, True),
            (pgettext_lazy("hub", "Licence seats"), "cohorts:cohort-licences", staff, False),
        ],
    }
    for phase, some in entries.items():
        for label, name, roles, by_query in some:
            hub.register(phase, label, name, roles, by_query=by_query)
