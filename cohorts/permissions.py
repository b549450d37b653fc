"""Who may do what, by role and relation. What the state allows is the actions' to say."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cohorts.models import (
    Application,
    Cohort,
    CohortStaff,
    Enrolment,
    InterviewBooking,
    LicencePool,
    Offer,
    OutreachRound,
    Programme,
    SchoolRequest,
    Supplement,
    Visit,
)
from cohorts.outreach_states import ROUND_EDITABLE, ROUND_TRANSITIONS, ROUND_VERBS, ROUND_WIDENABLE, VisitState
from cohorts.states import COHORT_TRANSITIONS, COHORT_VERBS, HAS_ENDED
from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


def is_host_staff(user: "User", thing: HostOwned) -> bool:
    """An official or operator of the very organization that answers for the thing."""
    return user.role in HOST_STAFF and user.organization_id == thing.host_id


# Programmes and cohorts ----------------------------------------------------------------


def can_register_programme(user: "User") -> bool:
    return user.role in HOST_STAFF


def can_edit_programme(user: "User", programme: Programme) -> bool:
    return is_host_staff(user, programme)


def can_copy_programme(user: "User", programme: Programme) -> bool:
    """The admin for any host, the host's staff for their own."""
    return user.role == Role.ADMIN or is_host_staff(user, programme)


def can_plan_cohort(user: "User", programme: Programme) -> bool:
    return is_host_staff(user, programme)


def can_edit_cohort(user: "User", cohort: Cohort) -> bool:
    return is_host_staff(user, cohort)


def can_edit_policy(user: "User", cohort: Cohort) -> bool:
    return is_host_staff(user, cohort)


def can_publish_cohort(user: "User", cohort: Cohort) -> bool:
    return is_host_staff(user, cohort)


def can_close_recruiting(user: "User", cohort: Cohort) -> bool:
    return is_host_staff(user, cohort)


def can_start_cohort(user: "User", cohort: Cohort) -> bool:
    return is_host_staff(user, cohort)


def can_finish_cohort(user: "User", cohort: Cohort) -> bool:
    return is_host_staff(user, cohort)


def can_cancel_cohort(user: "User", cohort: Cohort) -> bool:
    return is_host_staff(user, cohort)


def can_edit_form(user: "User", cohort: Cohort) -> bool:
    """The cohort's own questions, and the set-up copied from another cohort."""
    return is_host_staff(user, cohort)


def can_extend_deadline(user: "User", cohort: Cohort) -> bool:
    """More time for one person."""
    return is_host_staff(user, cohort)


def can_assign_staff(user: "User", cohort: Cohort) -> bool:
    return is_host_staff(user, cohort)


def can_see_cohort_history(user: "User", cohort: Cohort) -> bool:
    """What the office decided and why is not for the instructors and reviewers."""
    return user.role == Role.ADMIN or is_host_staff(user, cohort)


_MAY: dict[str, Callable[["User", Cohort], bool]] = {
    "publish": can_publish_cohort,
    "close_recruiting": can_close_recruiting,
    "start": can_start_cohort,
    "finish": can_finish_cohort,
    "cancel": can_cancel_cohort,
}


def available_actions(user: "User", cohort: Cohort) -> list[str]:
    """What `user` may do with the cohort in its state: the buttons of its page."""
    after = COHORT_TRANSITIONS[cohort.state]
    verbs = [verb for verb, to in COHORT_VERBS.items() if to in after and _MAY[verb](user, cohort)]
    if cohort.state in HAS_ENDED:
        return verbs
    if can_assign_staff(user, cohort):
        verbs.append("assign_staff")
    if can_edit_cohort(user, cohort):
        verbs.append("edit")
    if can_edit_policy(user, cohort) and not cohort.has_started:
        verbs.append("edit_policy")
    return verbs


# Selection, offers and enrolment -------------------------------------------------------


def can_score(user: "User", application: Application) -> bool:
    """Reviewers of the cohort."""
    if user.role != Role.REVIEWER:
        return False
    return CohortStaff.objects.filter(cohort=application.cohort_id, membership=user.acting).exists()


def can_assign_reviewers(user: "User", cohort: Cohort) -> bool:
    return is_host_staff(user, cohort)


def can_ask_supplement(user: "User", application: Application) -> bool:
    """Ask for documents after the deadline, cancel that, and check what came."""
    return is_host_staff(user, application)


def can_answer_supplement(user: "User", supplement: Supplement) -> bool:
    """Whoever is asked. Join `application__person`."""
    return is_applicant(user, supplement.application)


def can_import_exam(user: "User", cohort: Cohort) -> bool:
    """Take in the results of the coding test."""
    return is_host_staff(user, cohort)


def can_set_rubric(user: "User", cohort: Cohort) -> bool:
    return is_host_staff(user, cohort)


def can_declare_conflict(user: "User", application: Application) -> bool:
    """A reviewer of the cohort for oneself; the office for any of them."""
    return is_host_staff(user, application) or can_score(user, application)


def can_decide_bonus(user: "User", thing: HostOwned) -> bool:
    """Set the rules of bonus points, confirm and refuse claims."""
    return is_host_staff(user, thing)


def can_claim_bonus(user: "User", application: Application) -> bool:
    """The applicant; and the office, for somebody whose paper it has. Join `person`."""
    return is_applicant(user, application) or is_host_staff(user, application)


def can_see_result(user: "User", application: Application) -> bool:
    """The applicant, the own one; the office, for an objection (이의신청). Join `person`."""
    return user.role == Role.ADMIN or is_applicant(user, application) or is_host_staff(user, application)


def can_answer_objection(user: "User", application: Application) -> bool:
    """Write down what somebody objects to, and answer it."""
    return is_host_staff(user, application)


def can_select(user: "User", cohort: Cohort) -> bool:
    """Prepare, discard and release a selection."""
    return is_host_staff(user, cohort)


def can_offer_place(user: "User", application: Application) -> bool:
    return is_host_staff(user, application)


def can_answer_offer(user: "User", offer: Offer) -> bool:
    """The applicant; and the staff, for somebody who answers by telephone."""
    if user.role == Role.TRAINEE:
        return offer.application.person.user_id == user.pk
    return is_host_staff(user, offer)


def can_log_contact(user: "User", application: Application) -> bool:
    """Log attempts to reach somebody, and pass over who is not reached."""
    return is_host_staff(user, application)


def can_give_pledge(user: "User", application: Application) -> bool:
    return is_applicant(user, application)


def can_record_entry(user: "User", application: Application) -> bool:
    """Paper forms, how a double benefit was settled, orientation, and the end of a seat that nobody takes."""
    return is_host_staff(user, application)


def can_act_in_bulk(user: "User", thing: HostOwned) -> bool:
    """Prepare, run and undo an action on many applications of a cohort."""
    return is_host_staff(user, thing)


def can_enrol(user: "User", cohort: Cohort) -> bool:
    return is_host_staff(user, cohort)


def can_end_enrolment(user: "User", enrolment: Enrolment) -> bool:
    return is_host_staff(user, enrolment)


# Admission interviews ------------------------------------------------------------------


def can_hold_interviews(user: "User", thing: HostOwned) -> bool:
    """Panels, times and invitations of a cohort are the office's."""
    return is_host_staff(user, thing)


def can_book_interview(user: "User", application: Application) -> bool:
    """The applicant; and the staff, for somebody who telephones. Join `person`."""
    return is_applicant(user, application) or is_host_staff(user, application)


def can_mark_attendance(user: "User", booking: InterviewBooking) -> bool:
    """The office, and the panellists, who see only those before them."""
    return is_host_staff(user, booking) or user.role == Role.REVIEWER


# Licences ------------------------------------------------------------------------------


def can_register_licence_pool(user: "User") -> bool:
    return user.role in HOST_STAFF


def can_lend_licences(user: "User", pool: LicencePool) -> bool:
    """Amend the pool, assign its seats and take them back."""
    return is_host_staff(user, pool)


# Pathways ------------------------------------------------------------------------------


def can_run_pathway(user: "User", programme: Programme) -> bool:
    """Its schools, who enters, and what becomes of a class."""
    return is_host_staff(user, programme)


def can_move_on_way(user: "User", enrolment: Enrolment) -> bool:
    """Leave, return, transfer and end of one person's way."""
    return is_host_staff(user, enrolment)


# School visits -------------------------------------------------------------------------


def can_offer_round(user: "User", programme: Programme) -> bool:
    return is_host_staff(user, programme)


def can_run_round(user: "User", round: OutreachRound) -> bool:
    """Edit, publish and cancel it, and decide on its requests."""
    return is_host_staff(user, round)


def available_round_verbs(user: "User", round: OutreachRound) -> set[str]:
    """edit, publish, cancel: what `user` may do with the round in its state."""
    if not can_run_round(user, round):
        return set()
    after = ROUND_TRANSITIONS[round.state]
    return {verb for verb, to in ROUND_VERBS.items() if to in after} | (
        {"edit"} if round.state in (*ROUND_EDITABLE, *ROUND_WIDENABLE) else set()
    )


def can_plan_visit(user: "User", request: SchoolRequest) -> bool:
    """Arrange the visit of an accepted school, or cancel a request."""
    return is_host_staff(user, request)


def can_move_visit(user: "User", visit: Visit) -> bool:
    """Reschedule and cancel it: the office speaks with the school."""
    return is_host_staff(user, visit)


def can_report_visit(user: "User", visit: Visit) -> bool:
    """The office, and the mentors of the company that gives it."""
    return is_host_staff(user, visit) or (user.role == Role.MENTOR and user.organization_id == visit.company_id)


def can_see_teacher(user: "User", visit: Visit) -> bool:
    """The office; the company, if the teacher agreed to it, until the visit is over (domain.md 6.2)."""
    if is_host_staff(user, visit):
        return True
    company = user.role == Role.MENTOR and user.organization_id == visit.company_id
    return company and visit.request.shares_contact and visit.state == VisitState.PLANNED


def can_see_pupils(user: "User", visit: Visit) -> bool:
    """Who opens the gate: the office and the company."""
    return can_report_visit(user, visit)


def can_see_visit_history(user: "User", visit: Visit) -> bool:
    return user.role == Role.ADMIN or is_host_staff(user, visit)


def available_visit_verbs(user: "User", visit: Visit) -> set[str]:
    """reschedule, cancel, report, amend: what `user` may do with the visit in its state."""
    verbs = set()
    if visit.state == VisitState.PLANNED and can_move_visit(user, visit):
        verbs |= {"reschedule", "cancel"}
    if can_report_visit(user, visit):
        verbs |= {"amend"} if visit.state == VisitState.HELD else set()
        verbs |= {"report"} if visit.state == VisitState.PLANNED and visit.has_begun else set()
    return verbs


# Applications --------------------------------------------------------------------------


def is_applicant(user: "User", application: Application) -> bool:
    """The person whose application it is. Join `person`."""
    return user.role == Role.TRAINEE and application.person.user_id == user.pk


def can_edit_application(user: "User", application: Application) -> bool:
    return is_applicant(user, application)


def can_withdraw_application(user: "User", application: Application) -> bool:
    """The applicant; and the office, for somebody who telephones."""
    return is_applicant(user, application) or is_host_staff(user, application)


def can_overrule_ineligibility(user: "User", application: Application) -> bool:
    return is_host_staff(user, application)


def can_download_file(user: "User", application: Application) -> bool:
    """Evidence is for the office that examines it, not for reviewers."""
    return is_applicant(user, application) or is_host_staff(user, application)


def can_see_contacts(user: "User", thing: HostOwned) -> bool:
    """Telephone, address and e-mail in full; others see them masked."""
    return is_host_staff(user, thing)


def can_see_application_history(user: "User", application: Application) -> bool:
    return user.role == Role.ADMIN or is_host_staff(user, application)
