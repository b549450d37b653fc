"""A row and its parent belong to one host, whoever writes them."""

from django.db import migrations

from portal.common.isolation import same_host


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]

    operations = [
        same_host("reports_export", "cohort_id", "cohorts_cohort"),
    ]
