"""A party names the keeper of its agreement, so that an index knows where an office is a party to others' agreements."""

import django.db.models.deletion
from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Upper

from portal.common.isolation import same_host


class Migration(migrations.Migration):
    dependencies = [("partners", "0018_register_party_index")]

    operations = [
        migrations.AddField(
            model_name="party",
            name="host",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organization",
                verbose_name="host",
            ),
        ),
        migrations.RunSQL(
            "UPDATE partners_party SET host_id = partners_agreement.host_id "
            "FROM partners_agreement WHERE partners_agreement.id = agreement_id",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="party",
            name="host",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organization",
                verbose_name="host",
            ),
        ),
        same_host("partners_party", "agreement_id", "partners_agreement"),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.UniqueConstraint(fields=("id", "host"), name="party_host_key"),
        ),
        same_host("partners_amendmentline", "party_id", "partners_party"),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(
                condition=models.Q(("organization", models.F("host")), _negated=True),
                fields=["organization", "agreement"],
                name="party_of_others",
            ),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(
                OpClass(Upper("number"), "text_pattern_ops"), name="agreement_number_begins"
            ),
        ),
    ]
