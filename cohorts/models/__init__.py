from cohorts.models.admission_interviews import (
    BookingState,
    InterviewBooking,
    InterviewInvitation,
    InterviewPanel,
    InterviewPanelMember,
    InterviewSitting,
    InterviewSlot,
)
from cohorts.models.application import Application, ApplicationFile
from cohorts.models.board import BonusClaim, BonusRule, QuotaGroup, QuotaRuleChoice, QuotaUnit, SeatQuota
from cohorts.models.bulk import BulkAction, BulkRow
from cohorts.models.cohort import Cohort, CohortPolicy, CohortStaff, Programme, ProgrammeStage, Track
from cohorts.models.consent import Consent, ConsentText
from cohorts.models.contact import ContactAttempt
from cohorts.models.enrolment import Enrolment
from cohorts.models.exam import ExamImport, ExamLine
from cohorts.models.extension import Extension
from cohorts.models.licences import LicencePool, LicenceSeat
from cohorts.models.objection import Objection, ObjectionResult
from cohorts.models.outreach import OutreachRound, SchoolRequest
from cohorts.models.pathway import PlaceOfStudy, Progression, Stay
from cohorts.models.person import Person
from cohorts.models.pledge import Pledge
from cohorts.models.questions import Answer, ApplicationForm, Question, QuestionKind
from cohorts.models.reviewing import ConflictKind, ReviewAssignment, ReviewConflict, ReviewDraft
from cohorts.models.roster import RosterImport, RosterLine
from cohorts.models.rubric import Criterion, CriterionPoints
from cohorts.models.selection import Decision, Offer, Score, Selection
from cohorts.models.supplement import Supplement, SupplementItem
from cohorts.models.typed import TypedAnswers
from cohorts.models.visit import Visit, VisitFeedback, VisitPupil
