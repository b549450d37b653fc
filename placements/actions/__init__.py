"""Every write of field projects, placements and outcomes."""

from placements.actions.employment import (
    add_evidence,
    edit_employment,
    end_for_employment,
    exclude_outcome,
    include_outcome,
    leave_employment,
    reject_employment,
    report_employment,
    verify_employment,
)
from placements.actions.interviews import record_interview, settle_interview, withdraw_interview
from placements.actions.logs import (
    amend_log,
    approve_log,
    discard_log,
    edit_log,
    return_log,
    submit_log,
    write_log,
)
from placements.actions.placement import (
    add_team,
    assign_mentor,
    choose_preferences,
    form_teams,
    move_member,
    place_trainee,
    remove_member,
)
from placements.actions.projects import (
    edit_project,
    finish_project,
    offer_project,
    open_project,
    propose_project,
    start_project,
    start_projects,
    withdraw_project,
)
