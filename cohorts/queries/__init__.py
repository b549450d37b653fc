"""Reads that are more than a queryset: seats, ranking, and what is to be done next."""

from cohorts.queries.applications import begun_forms, my_applications, resembling
from cohorts.queries.cohorts import (
    SHOWN,
    cohort_numbers,
    cohort_todos,
    eligibility_rules,
    last_change,
    narrowed,
    open_cohorts,
    staff_ever,
)
from cohorts.queries.contacts import failed_contacts
from cohorts.queries.licences import (
    Candidate,
    agreements_for_licences,
    licence_candidates,
    licence_use,
    promised_licences,
    providers_of,
)
from cohorts.queries.line import next_by_quota
from cohorts.queries.pictures import Picture, distribution, funnel
from cohorts.queries.pool import Pool, mean_scores, policy_rules, pool_of, stages_of
from cohorts.queries.ranking import (
    Ranking,
    as_strings,
    decision_numbers,
    outcomes_of,
    preview_numbers,
    rank,
)
from cohorts.queries.readiness import desk_numbers, lacking, lacks_of, on_the_way
from cohorts.queries.release import recompute, second_pairs
from cohorts.queries.reviewing import (
    Queue,
    Reviewing,
    begun,
    conflict_pairs,
    conflicts_of,
    criteria_of,
    draft_of,
    given_by,
    last_rubric,
    next_to_review,
    queue_of,
    reviewers_of,
    reviewing_of,
    roll_of,
    scores_on,
    to_score,
)
from cohorts.queries.seats import (
    open_seats_and_quotas,
    registration_until,
    seats_open,
    track_seats,
    tracks_with_seats_to_offer,
    waitlist_is_valid,
    waitlist_place,
    waitlist_valid_until,
)
from cohorts.queries.todos import selection_todos
