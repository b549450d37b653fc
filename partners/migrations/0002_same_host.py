"""A row and its parent belong to one host, whoever writes them."""

from django.db import migrations

from portal.common.isolation import same_host


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]

    operations = [
        same_host("partners_agreementdocument", "agreement_id", "partners_agreement"),
    ]
