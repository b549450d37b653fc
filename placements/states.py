"""The lives of a field project, a mentoring log and a reported job. Imports nothing but Django."""

from django.db import models
from django.utils.translation import pgettext_lazy


class ProjectState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("project", "Proposed")
    OPEN = "open", pgettext_lazy("project", "Open for preferences")
    RUNNING = "running", pgettext_lazy("project", "Running")
    FINISHED = "finished", pgettext_lazy("project", "Finished")
    WITHDRAWN = "withdrawn", pgettext_lazy("project", "Withdrawn")


P = ProjectState
PROJECT_TRANSITIONS: dict[str, frozenset[str]] = {
    P.PROPOSED: frozenset({P.OPEN, P.WITHDRAWN}),
    P.OPEN: frozenset({P.RUNNING, P.WITHDRAWN}),
    P.RUNNING: frozenset({P.FINISHED}),
    P.FINISHED: frozenset(),
    P.WITHDRAWN: frozenset(),
}
LIVE_PROJECTS = (P.OPEN, P.RUNNING)
OFFERED = (P.OPEN, P.RUNNING, P.FINISHED)  # a company has offered it, whether it runs, ran or is to run
MENTOR_MAY_SEE_TEAM = (P.RUNNING,)  # access ends with the project (domain.md 6.2)


class LogState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("mentoring log", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("mentoring log", "Submitted")
    RETURNED = "returned", pgettext_lazy("mentoring log", "Returned for revision")
    APPROVED = "approved", pgettext_lazy("mentoring log", "Approved")


L = LogState
LOG_TRANSITIONS: dict[str, frozenset[str]] = {
    L.DRAFT: frozenset({L.SUBMITTED}),
    L.SUBMITTED: frozenset({L.RETURNED, L.APPROVED}),
    L.RETURNED: frozenset({L.SUBMITTED}),
    L.APPROVED: frozenset(),
}
LOG_EDITABLE = (L.DRAFT, L.RETURNED)


class JobState(models.TextChoices):
    """A job is reported first, and counts once somebody has verified its evidence."""

    REPORTED = "reported", pgettext_lazy("employment", "Reported")
    VERIFIED = "verified", pgettext_lazy("employment", "Verified")
    REJECTED = "rejected", pgettext_lazy("employment", "Not recognised")


J = JobState
JOB_TRANSITIONS: dict[str, frozenset[str]] = {
    J.REPORTED: frozenset({J.VERIFIED, J.REJECTED}),
    J.VERIFIED: frozenset(),
    J.REJECTED: frozenset({J.VERIFIED}),
}


class JobKind(models.TextChoices):
    """S1 art. 40."""

    CONTRACT = "contract", pgettext_lazy("employment", "Contract of 60 hours a month or 15 a week and more")
    INSURED = "insured", pgettext_lazy("employment", "Shorter, with employment insurance")
    DAILY = "daily", pgettext_lazy("employment", "Daily worker, 10 days and more in a month")
    BUSINESS = "business", pgettext_lazy("employment", "Own business")


class Verification(models.TextChoices):
    INSURANCE = "insurance", pgettext_lazy("verification", "Employment insurance record")
    CERTIFICATE = "certificate", pgettext_lazy("verification", "Certificate of employment")
    CONTRACT = "contract", pgettext_lazy("verification", "Employment contract")
    REGISTRATION = "registration", pgettext_lazy("verification", "Business registration")


class Exclusion(models.TextChoices):
    """Why somebody is left out of the employment rate (산정제외)."""

    MILITARY = "military", pgettext_lazy("exclusion", "Military service")
    STUDY = "study", pgettext_lazy("exclusion", "Further study")
    ILLNESS = "illness", pgettext_lazy("exclusion", "Long illness")
    DEATH = "death", pgettext_lazy("exclusion", "Death")
    PRISON = "prison", pgettext_lazy("exclusion", "Imprisonment")
    EMIGRATION = "emigration", pgettext_lazy("exclusion", "Emigration")


class InterviewKind(models.TextChoices):
    TECHNICAL = "technical", pgettext_lazy("interview", "Technical interview")
    FINAL = "final", pgettext_lazy("interview", "Final interview")
    GROUP = "group", pgettext_lazy("interview", "Group interview")


class InterviewOutcome(models.TextChoices):
    AWAITED = "awaited", pgettext_lazy("interview", "Result awaited")
    PASSED = "passed", pgettext_lazy("interview", "Passed")
    FAILED = "failed", pgettext_lazy("interview", "Not passed")
