"""The tables of this app."""

from partners.models.agreements import (
    Agreement,
    AgreementQuerySet,
    Commitment,
    Initiative,
    Organization,
    OrganizationQuerySet,
    Party,
)
from partners.models.amendments import Amendment, AmendmentLine
from partners.models.documents import AgreementDocument
from partners.models.duties import CheckFinding, ComplianceCheck, CouncilAct, Delivery, OrdinanceProfile
from partners.models.figures import CommitmentFigure

__all__ = [
    "Agreement",
    "AgreementDocument",
    "AgreementQuerySet",
    "Amendment",
    "AmendmentLine",
    "CheckFinding",
    "Commitment",
    "CommitmentFigure",
    "ComplianceCheck",
    "CouncilAct",
    "Delivery",
    "Initiative",
    "OrdinanceProfile",
    "Organization",
    "OrganizationQuerySet",
    "Party",
]
