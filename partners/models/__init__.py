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
from partners.models.duties import CheckFinding, ComplianceCheck, CouncilAct, Delivery, OrdinanceProfile

__all__ = [
    "Agreement",
    "AgreementDocument",
    "AgreementQuerySet",
    "CheckFinding",
    "Commitment",
    "ComplianceCheck",
    "CouncilAct",
    "Delivery",
    "Initiative",
    "OrdinanceProfile",
    "Organization",
    "OrganizationQuerySet",
    "Party",
]
