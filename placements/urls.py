"""Addresses of field projects, teams, mentoring logs, jobs and outcomes."""

from django.urls import path

from placements.views import logs, outcomes, placement, projects

app_name = "placements"
project, team, log = "projects/<int:pk>/", "teams/<int:pk>/", "logs/<int:pk>/"
cohort, trainee, job = "cohorts/<int:pk>/", "trainees/<int:pk>/", "employments/<int:pk>/"
urlpatterns = [
    path("projects/", projects.project_list, name="project-list"),
    path("projects/new/", projects.project_create, name="project-create"),
    path(project, projects.project, name="project"),
    path(f"{project}edit/", projects.project_edit, name="project-edit"),
    path(f"{project}open/", projects.project_open, name="project-open"),
    path(f"{project}withdraw/", projects.project_withdraw, name="project-withdraw"),
    path(f"{project}start/", projects.project_start, name="project-start"),
    path(f"{project}finish/", projects.project_finish, name="project-finish"),
    path(f"{project}teams/add/", placement.team_add, name="team-add"),
    path("my/project/", placement.my_project, name="my-project"),
    path(f"{trainee}preferences/", placement.preferences_choose, name="preferences-choose"),
    path("placement/", placement.placement_list, name="placement-list"),
    path(f"{cohort}placement/", placement.placement, name="placement"),
    path(f"{cohort}placement/form/", placement.teams_form, name="teams-form"),
    path(f"{cohort}placement/start/", projects.projects_start, name="projects-start"),
    path(f"{trainee}place/", placement.trainee_place, name="trainee-place"),
    path("teams/", placement.team_list, name="team-list"),
    path(team, placement.team, name="team"),
    path(f"{team}mentor/", placement.team_mentor, name="team-mentor"),
    path("members-of-teams/<int:pk>/move/", placement.member_move, name="member-move"),
    path("members-of-teams/<int:pk>/remove/", placement.member_remove, name="member-remove"),
    path(f"{team}logs/write/", logs.log_write, name="log-write"),
    path("logs/", logs.log_list, name="log-list"),
    path(log, logs.log, name="log"),
    path(f"{log}print/", logs.log_print, name="log-print"),
    path(f"{log}edit/", logs.log_edit, name="log-edit"),
    path(f"{log}submit/", logs.log_submit, name="log-submit"),
    path(f"{log}discard/", logs.log_discard, name="log-discard"),
    path(f"{log}approve/", logs.log_approve, name="log-approve"),
    path(f"{log}return/", logs.log_return, name="log-return"),
    path(f"{log}amend/", logs.log_amend, name="log-amend"),
    path("outcomes/", outcomes.outcome_list, name="outcome-list"),
    path(f"{cohort}outcome/", outcomes.outcome, name="outcome"),
    path(f"{cohort}outcome/people/", outcomes.outcome_people, name="outcome-people"),
    path("my/job/", outcomes.my_outcome, name="my-outcome"),
    path(f"{trainee}outcome/", outcomes.trainee_outcome, name="trainee-outcome"),
    path(f"{trainee}outcome/exclude/", outcomes.outcome_exclude, name="outcome-exclude"),
    path(f"{trainee}outcome/include/", outcomes.outcome_include, name="outcome-include"),
    path(f"{trainee}jobs/report/", outcomes.employment_report, name="employment-report"),
    path("employments/", outcomes.employment_list, name="employment-list"),
    path(job, outcomes.employment, name="employment"),
    path(f"{job}edit/", outcomes.employment_edit, name="employment-edit"),
    path(f"{job}leave/", outcomes.employment_leave, name="employment-leave"),
    path(f"{job}verify/", outcomes.employment_verify, name="employment-verify"),
    path(f"{job}reject/", outcomes.employment_reject, name="employment-reject"),
    path(f"{job}end-course/", outcomes.course_end, name="course-end"),
    path(f"{job}evidence/add/", outcomes.evidence_add, name="evidence-add"),
    path("evidence/<int:pk>/", outcomes.evidence, name="evidence"),
]
