"""A question and the one it depends on belong to one host."""

from django.db import migrations

from portal.common.isolation import same_host


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0022_supplements")]

    operations = [same_host("cohorts_question", "asked_if_id", "cohorts_question")]
