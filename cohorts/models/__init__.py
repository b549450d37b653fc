from cohorts.models.application import Application, ApplicationFile
from cohorts.models.cohort import Cohort, CohortPolicy, CohortStaff, Programme, ProgrammeStage, Track
from cohorts.models.consent import Consent, ConsentText
from cohorts.models.enrolment import Enrolment
from cohorts.models.licences import LicencePool, LicenceSeat
from cohorts.models.pathway import PlaceOfStudy, Progression, Stay
from cohorts.models.person import Person
from cohorts.models.roster import RosterImport, RosterLine
from cohorts.models.selection import Decision, Offer, Score, Selection

__all__ = [
    "Application",
    "ApplicationFile",
    "Cohort",
    "CohortPolicy",
    "CohortStaff",
    "Consent",
    "ConsentText",
    "Decision",
    "Enrolment",
    "LicencePool",
    "LicenceSeat",
    "Offer",
    "Person",
    "PlaceOfStudy",
    "Programme",
    "ProgrammeStage",
    "Progression",
    "RosterImport",
    "RosterLine",
    "Score",
    "Selection",
    "Stay",
    "Track",
]
