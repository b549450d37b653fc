"""The lives of a cohort, an application, an offer and an enrolment. Imports nothing but Django.

Nobody writes `state__in=[…]` elsewhere: the groups have names here. `TRANSITIONS` is the
whole truth of what may follow what; the verbs that move are in `actions`.
"""

from django.db import models
from django.utils.translation import pgettext_lazy


class ProgrammeKind(models.TextChoices):
    INTENSIVE = "intensive", pgettext_lazy("programme", "Intensive course")
    UNIVERSITY_COURSE = "university_course", pgettext_lazy("programme", "University course")
    OUTREACH = "outreach", pgettext_lazy("programme", "School outreach")
    PATHWAY = "pathway", pgettext_lazy("programme", "Pathway over several schools")


class CohortState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("cohort", "Planned")
    RECRUITING = "recruiting", pgettext_lazy("cohort", "Recruiting")
    SELECTING = "selecting", pgettext_lazy("cohort", "Selecting")
    RUNNING = "running", pgettext_lazy("cohort", "Running")
    FINISHED = "finished", pgettext_lazy("cohort", "Finished")
    CANCELLED = "cancelled", pgettext_lazy("cohort", "Cancelled")


C = CohortState
COHORT_TRANSITIONS: dict[str, frozenset[str]] = {
    C.PLANNED: frozenset({C.RECRUITING, C.CANCELLED}),
    C.RECRUITING: frozenset({C.SELECTING, C.CANCELLED}),
    C.SELECTING: frozenset({C.RUNNING, C.CANCELLED}),
    C.RUNNING: frozenset({C.FINISHED}),
    C.FINISHED: frozenset(),
    C.CANCELLED: frozenset(),
}
COHORT_VERBS: dict[str, str] = {
    "publish": C.RECRUITING,
    "close_recruiting": C.SELECTING,
    "start": C.RUNNING,
    "finish": C.FINISHED,
    "cancel": C.CANCELLED,
}
HAS_ENDED = (C.FINISHED, C.CANCELLED)  # kept as they are
WINDOW_OPEN = (C.PLANNED, C.RECRUITING)  # when applications are taken may still change
PUBLISHED = (C.RECRUITING, C.SELECTING, C.RUNNING, C.FINISHED)
TAKES_APPLICATIONS = (C.RECRUITING,)
TAKES_LATE = (C.RECRUITING, C.SELECTING)  # from somebody who was given more time
TAKES_ROSTERS = (C.RECRUITING, C.SELECTING)  # an office's list may come after the deadline; its rows tell theirs
STARTED = (C.RUNNING, C.FINISHED)  # the policy is frozen
SELECTS = (C.SELECTING,)  # scores count, decisions are prepared and released
FILLS_SEATS = (C.SELECTING, C.RUNNING)  # offers go on to the waitlist, and people are enrolled


class ApplicationState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("application", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("application", "Submitted")
    INELIGIBLE = "ineligible", pgettext_lazy("application", "Not eligible")
    REJECTED = "rejected", pgettext_lazy("application", "Not selected")
    WAITLISTED = "waitlisted", pgettext_lazy("application", "Waitlisted")
    OFFERED = "offered", pgettext_lazy("application", "Seat offered")
    ACCEPTED = "accepted", pgettext_lazy("application", "Accepted")
    DECLINED = "declined", pgettext_lazy("application", "Declined")
    EXPIRED = "expired", pgettext_lazy("application", "Offer expired")
    ENROLLED = "enrolled", pgettext_lazy("application", "Enrolled")
    WITHDRAWN = "withdrawn", pgettext_lazy("application", "Withdrawn")


A = ApplicationState
TRANSITIONS: dict[str, frozenset[str]] = {
    A.DRAFT: frozenset({A.SUBMITTED, A.INELIGIBLE, A.WITHDRAWN}),
    A.SUBMITTED: frozenset({A.OFFERED, A.WAITLISTED, A.REJECTED, A.INELIGIBLE, A.WITHDRAWN}),
    A.INELIGIBLE: frozenset({A.SUBMITTED}),  # an official found the reason to be wrong
    A.REJECTED: frozenset(),
    A.WAITLISTED: frozenset({A.OFFERED, A.WITHDRAWN}),
    A.OFFERED: frozenset({A.ACCEPTED, A.DECLINED, A.EXPIRED}),
    A.ACCEPTED: frozenset({A.ENROLLED, A.WITHDRAWN}),
    A.DECLINED: frozenset(),
    A.EXPIRED: frozenset(),
    A.ENROLLED: frozenset(),
    A.WITHDRAWN: frozenset(),
}
IN_SELECTION = (A.SUBMITTED,)
GIVES_INTERVIEW_BACK = (A.WITHDRAWN, A.INELIGIBLE)
HOLDS_A_SEAT = (A.ACCEPTED, A.ENROLLED)
WAS_OFFERED = (A.OFFERED, A.ACCEPTED, A.DECLINED, A.EXPIRED, A.ENROLLED)
HOLDS_A_PLACE = (A.OFFERED, *HOLDS_A_SEAT)  # seats promised or taken
LIVE = tuple(state for state in A if state not in (A.WITHDRAWN,))  # one of these per person and cohort
RECEIVED = tuple(state for state in A if state != A.DRAFT)  # drafts do not count (domain.md 1.6)
OPEN_TO_CHANGE = (A.DRAFT, A.SUBMITTED, A.INELIGIBLE)  # by the applicant, until the deadline
NEEDS_CONSENT = (A.OFFERED, A.ACCEPTED, A.ENROLLED)  # the consent to collection cannot be taken back alone
CAN_BE_CONTACTED = (A.WAITLISTED, A.OFFERED, A.ACCEPTED)  # about a seat
CAN_WITHDRAW = tuple(state for state, after in TRANSITIONS.items() if A.WITHDRAWN in after)


class Stage(models.TextChoices):
    """What is scored, each out of 100."""

    DOCUMENT = "document", pgettext_lazy("stage", "Documents")
    TEST = "test", pgettext_lazy("stage", "Coding test")
    INTERVIEW = "interview", pgettext_lazy("stage", "Interview")


class Outcome(models.TextChoices):
    """What a prepared decision says."""

    SELECTED = "selected", pgettext_lazy("decision", "Selected")
    WAITLISTED = "waitlisted", pgettext_lazy("decision", "Waitlisted")
    REJECTED = "rejected", pgettext_lazy("decision", "Not selected")


class BonusState(models.TextChoices):
    """A claim to bonus points. What was decided may be corrected until a selection counts on it."""

    CLAIMED = "claimed", pgettext_lazy("bonus", "Claimed")
    CONFIRMED = "confirmed", pgettext_lazy("bonus", "Confirmed")
    REFUSED = "refused", pgettext_lazy("bonus", "Refused")


B = BonusState
BONUS_TRANSITIONS: dict[str, frozenset[str]] = {
    B.CLAIMED: frozenset({B.CONFIRMED, B.REFUSED}),
    B.CONFIRMED: frozenset({B.REFUSED}),
    B.REFUSED: frozenset({B.CONFIRMED}),
}


class ReleaseState(models.TextChoices):
    """How far a selection is. Where four eyes are asked for, one person asks and another releases."""

    PREPARED = "prepared", pgettext_lazy("selection", "Prepared")
    REQUESTED = "requested", pgettext_lazy("selection", "Release requested")
    RELEASED = "released", pgettext_lazy("selection", "Released")


R = ReleaseState
RELEASE_TRANSITIONS: dict[str, frozenset[str]] = {
    R.PREPARED: frozenset({R.REQUESTED, R.RELEASED}),  # at once only without four eyes, or with a named reason
    R.REQUESTED: frozenset({R.PREPARED, R.RELEASED}),
    R.RELEASED: frozenset(),
}


class OfferState(models.TextChoices):
    LIVE = "live", pgettext_lazy("offer", "Waiting for an answer")
    ACCEPTED = "accepted", pgettext_lazy("offer", "Accepted")
    DECLINED = "declined", pgettext_lazy("offer", "Declined")
    EXPIRED = "expired", pgettext_lazy("offer", "Expired")


class ContactChannel(models.TextChoices):
    CALL = "call", pgettext_lazy("contact", "Telephone")
    MESSAGE = "message", pgettext_lazy("contact", "Text message")
    EMAIL = "email", pgettext_lazy("contact", "E-mail")


class ContactResult(models.TextChoices):
    REACHED = "reached", pgettext_lazy("contact", "Reached")
    NO_ANSWER = "no_answer", pgettext_lazy("contact", "No answer")
    WRONG_NUMBER = "wrong_number", pgettext_lazy("contact", "Wrong number or address")


class EnrolmentState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("enrolment", "In training")
    COMPLETED = "completed", pgettext_lazy("enrolment", "Completed")
    NOT_COMPLETED = "not_completed", pgettext_lazy("enrolment", "Not completed")
    EARLY_EMPLOYED = "early_employed", pgettext_lazy("enrolment", "Employed before completion")
    WITHDRAWN = "withdrawn", pgettext_lazy("enrolment", "Withdrawn in the registration window")
    DROPPED = "dropped", pgettext_lazy("enrolment", "Dropped out")
    EXPELLED = "expelled", pgettext_lazy("enrolment", "Expelled")
    NO_SHOW = "no_show", pgettext_lazy("enrolment", "Did not come")


E = EnrolmentState
ENROLMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    E.ACTIVE: frozenset(set(E) - {E.ACTIVE}),
    **{state: frozenset() for state in E if state != E.ACTIVE},
}
IN_TRAINING = (E.ACTIVE,)
LEAVES_BY_HAND = (E.WITHDRAWN, E.DROPPED, E.EXPELLED, E.NO_SHOW)  # what staff may say of somebody's end
LEAVES_REGISTRATION = (E.WITHDRAWN, E.NO_SHOW)  # only until registration ends
ENDED_EARLY = (E.EARLY_EMPLOYED, E.WITHDRAWN, E.DROPPED, E.EXPELLED, E.NO_SHOW)
COUNTS_AS_TRAINEE = tuple(state for state in E if state not in (E.WITHDRAWN, E.NO_SHOW))  # 수강인원


class StayEnd(models.TextChoices):
    """How a stay on a pathway ended."""

    PROGRESSED = "progressed", pgettext_lazy("stay", "Went on")
    HELD_BACK = "held_back", pgettext_lazy("stay", "Repeats the year")
    TRANSFERRED = "transferred", pgettext_lazy("stay", "Changed school")
    ON_LEAVE = "on_leave", pgettext_lazy("stay", "Went on leave")
    RETURNED = "returned", pgettext_lazy("stay", "Came back")
    LEFT = "left", pgettext_lazy("stay", "Left the pathway")
    COMPLETED = "completed", pgettext_lazy("stay", "Completed the pathway")


class Standing(models.TextChoices):
    """Where somebody who has entered a pathway stands on a day; computed from the stays, never stored."""

    STUDYING = "studying", pgettext_lazy("pathway", "At school")
    ON_LEAVE = "on_leave", pgettext_lazy("pathway", "On leave")
    LEFT = "left", pgettext_lazy("pathway", "Left")
    COMPLETED = "completed", pgettext_lazy("pathway", "Completed")


W = Standing
# By standing: what may end the stay, and the standing that follows.
WAY_TRANSITIONS: dict[str, dict[str, str]] = {
    W.STUDYING: {
        StayEnd.PROGRESSED: W.STUDYING,
        StayEnd.HELD_BACK: W.STUDYING,
        StayEnd.TRANSFERRED: W.STUDYING,
        StayEnd.ON_LEAVE: W.ON_LEAVE,
        StayEnd.LEFT: W.LEFT,
        StayEnd.COMPLETED: W.COMPLETED,
    },
    W.ON_LEAVE: {StayEnd.RETURNED: W.STUDYING, StayEnd.LEFT: W.LEFT},
    W.LEFT: {},
    W.COMPLETED: {},
}
ENDS_THE_WAY = (StayEnd.LEFT, StayEnd.COMPLETED)
DECIDES_A_CLASS = (StayEnd.PROGRESSED, StayEnd.HELD_BACK, StayEnd.LEFT, StayEnd.COMPLETED)  # at the end of a year
ON_THE_WAY = (W.STUDYING, W.ON_LEAVE)


class ConsentKind(models.TextChoices):
    COLLECTION = "collection", pgettext_lazy("consent", "Collection and use of personal data")
    THIRD_PARTY = "third_party", pgettext_lazy("consent", "Provision to companies that offer field projects")
    TRAINING_DATA = "training_data", pgettext_lazy("consent", "Use of training records for research")
    NEWS = "news", pgettext_lazy("consent", "News of later programmes")
    RULES = "rules", pgettext_lazy("consent", "Rules of the course")
    SCHOOL_CONTACT = "school_contact", pgettext_lazy("consent", "Collection of a teacher's contact")
    SCHOOL_SHARING = "school_sharing", pgettext_lazy("consent", "Provision of a teacher's contact to the company")


ASKED_OF_SCHOOLS = (ConsentKind.SCHOOL_CONTACT, ConsentKind.SCHOOL_SHARING)
ASKED_OF_APPLICANTS = tuple(kind for kind in ConsentKind if kind not in (*ASKED_OF_SCHOOLS, ConsentKind.RULES))
ASKED_ON_ENTRY = (ConsentKind.THIRD_PARTY, ConsentKind.TRAINING_DATA)  # beside the agreement to the rules, and free


class SupplementState(models.TextChoices):
    """A request for documents after the deadline (보완 요청)."""

    REQUESTED = "requested", pgettext_lazy("supplement", "Asked for")
    ANSWERED = "answered", pgettext_lazy("supplement", "Arrived")
    CANCELLED = "cancelled", pgettext_lazy("supplement", "Cancelled")
    EXPIRED = "expired", pgettext_lazy("supplement", "Overdue")


S = SupplementState
SUPPLEMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    S.REQUESTED: frozenset({S.ANSWERED, S.CANCELLED, S.EXPIRED}),
    S.ANSWERED: frozenset(),
    S.CANCELLED: frozenset(),
    S.EXPIRED: frozenset(),
}
OPEN_SUPPLEMENT = (S.REQUESTED,)
ENDED_BY_ITSELF = (S.ANSWERED, S.EXPIRED)  # the office looks at what came, or did not
TAKES_SUPPLEMENTS = (A.SUBMITTED, A.INELIGIBLE, A.WAITLISTED)
# Nobody needs the documents any more, whatever was asked for before
ENDS_SUPPLEMENTS = (A.REJECTED, A.DECLINED, A.EXPIRED, A.WITHDRAWN)
