"""A row and its parent belong to one host, whoever writes them."""

from django.db import migrations

from portal.common.isolation import same_host


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0001_initial")]

    operations = [
        same_host("curriculum_module", "programme_id", "cohorts_programme"),
        same_host("curriculum_trainingday", "cohort_id", "cohorts_cohort"),
        same_host("curriculum_attendance", "day_id", "curriculum_trainingday"),
        same_host("curriculum_attendance", "enrolment_id", "cohorts_enrolment"),
    ]
