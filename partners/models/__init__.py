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
from partners.models.amendments import AmendedParty, Amendment, AmendmentLine
from partners.models.consortium import (
    Consortium,
    ConsortiumMember,
    JointProject,
    Meeting,
    MeetingAttendance,
    MeetingDecision,
    MeetingFile,
)
from partners.models.documents import AgreementDocument
from partners.models.duties import CheckFinding, ComplianceCheck, CouncilAct, Delivery, OrdinanceProfile
from partners.models.figures import CommitmentFigure, tallied
from partners.models.imports import RegisterImport, RegisterLine
from partners.models.papers import PaperTemplate
from partners.models.proposals import Proposal, ProposedCommitment
from partners.models.views import DefaultView, RegisterView
