"""A row and its parent belong to one host, whoever writes them."""

from django.db import migrations

from portal.common.isolation import same_host


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0001_initial")]

    operations = [
        same_host("cohorts_cohort", "programme_id", "cohorts_programme"),
        same_host("cohorts_cohortstaff", "cohort_id", "cohorts_cohort"),
        same_host("cohorts_application", "cohort_id", "cohorts_cohort"),
        same_host("cohorts_application", "person_id", "cohorts_person"),
        same_host("cohorts_applicationfile", "application_id", "cohorts_application"),
        same_host("cohorts_consent", "person_id", "cohorts_person"),
        same_host("cohorts_consent", "text_id", "cohorts_consenttext"),
        same_host("cohorts_score", "application_id", "cohorts_application"),
        same_host("cohorts_selection", "cohort_id", "cohorts_cohort"),
        same_host("cohorts_decision", "selection_id", "cohorts_selection"),
        same_host("cohorts_decision", "application_id", "cohorts_application"),
        same_host("cohorts_offer", "application_id", "cohorts_application"),
        same_host("cohorts_enrolment", "cohort_id", "cohorts_cohort"),
        same_host("cohorts_enrolment", "person_id", "cohorts_person"),
        same_host("cohorts_rosterimport", "cohort_id", "cohorts_cohort"),
        same_host("cohorts_rosterline", "roster_id", "cohorts_rosterimport"),
    ]
