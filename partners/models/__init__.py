"""The tables of this app."""

from partners.models.agreements import (
    Agreement,
    AgreementDocument,
    AgreementQuerySet,
    Commitment,
    Initiative,
    Organization,
    OrganizationQuerySet,
    Party,
)
from partners.models.duties import CouncilAct, OrdinanceProfile

__all__ = [
    "Agreement",
    "AgreementDocument",
    "AgreementQuerySet",
    "Commitment",
    "CouncilAct",
    "Initiative",
    "OrdinanceProfile",
    "Organization",
    "OrganizationQuerySet",
    "Party",
]
