"""A row and its parent belong to one host, whoever writes them."""

from django.db import migrations

from portal.common.isolation import same_host


class Migration(migrations.Migration):
    dependencies = [("placements", "0001_initial")]

    operations = [
        same_host("placements_project", "cohort_id", "cohorts_cohort"),
        same_host("placements_preference", "enrolment_id", "cohorts_enrolment"),
        same_host("placements_preference", "project_id", "placements_project"),
        same_host("placements_team", "cohort_id", "cohorts_cohort"),
        same_host("placements_team", "project_id", "placements_project"),
        same_host("placements_teammember", "team_id", "placements_team"),
        same_host("placements_teammember", "enrolment_id", "cohorts_enrolment"),
        same_host("placements_mentoringlog", "team_id", "placements_team"),
        same_host("placements_employment", "enrolment_id", "cohorts_enrolment"),
        same_host("placements_employmentevidence", "employment_id", "placements_employment"),
        same_host("placements_outcomeexclusion", "enrolment_id", "cohorts_enrolment"),
    ]
