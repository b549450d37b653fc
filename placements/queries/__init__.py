"""Reads that are more than a queryset: the plan of placement, the outcomes, what is to be done next."""

from placements.queries.outcomes import GROUPS, Outcome, outcome_of, outcomes_of, with_outcomes
from placements.queries.placement import Face, Plan, faces, plan_of, preferences_open, unplaced
from placements.queries.todos import (
    approved_hours,
    mentor_todos,
    mentor_work,
    silent_teams,
)
