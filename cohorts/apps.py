from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from portal.accounts.models import Invitation, User


class CohortsConfig(AppConfig):
    name = "cohorts"

    def ready(self) -> None:
        from partners.signals import invitation_accepted

        invitation_accepted.connect(claim, dispatch_uid="cohorts.claim")


def claim(*, invitation: "Invitation", user: "User", **kwargs: object) -> None:
    """Who takes up an invitation as an applicant finds their records in the account."""
    from cohorts.actions.people import claim_records
    from portal.accounts.roles import Role

    if invitation.role == Role.TRAINEE:
        claim_records(user, host=invitation.organization, email=invitation.email)
