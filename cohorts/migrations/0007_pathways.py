"""The schools of a pathway and the stays of those on it; rows and their parents belong to one host."""

import cohorts.models.pathway
import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal.common.isolation import same_host

ONE_PERSON = "cohorts_stay_one_person"


class Migration(migrations.Migration):

    dependencies = [
        ('cohorts', '0006_consents_before_the_record'),
        ('partners', '0007_more_measures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PlaceOfStudy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'verbose_name': 'place of study',
            },
        ),
        migrations.CreateModel(
            name='Progression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year of the stage')),
                ('on', models.DateField(verbose_name='first day of the new year')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('undone_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'progression',
                'ordering': ['-made_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Stay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year of the stage')),
                ('on_leave', models.BooleanField(default=False, verbose_name='on leave')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('until', models.DateField(null=True, verbose_name='until')),
                ('end', models.CharField(blank=True, choices=[('progressed', 'Went on'), ('held_back', 'Repeats the year'), ('transferred', 'Changed school'), ('on_leave', 'Went on leave'), ('returned', 'Came back'), ('left', 'Left the pathway'), ('completed', 'Completed the pathway')], max_length=12, verbose_name='how it ended')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('expected_on', models.DateField(null=True, verbose_name='expected back on')),
            ],
            options={
                'verbose_name': 'stay',
                'ordering': ['starts_on', 'pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.UniqueConstraint(fields=('id', 'person'), name='enrolment_person_key'),
        ),
        migrations.AddField(
            model_name='placeofstudy',
            name='host',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organization', verbose_name='host'),
        ),
        migrations.AddField(
            model_name='placeofstudy',
            name='school',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places_of_study', to='partners.organization', verbose_name='school'),
        ),
        migrations.AddField(
            model_name='placeofstudy',
            name='stage',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='cohorts.programmestage', verbose_name='stage'),
        ),
        migrations.AddField(
            model_name='progression',
            name='host',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organization', verbose_name='host'),
        ),
        migrations.AddField(
            model_name='progression',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='progression',
            name='place',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='progressions', to='cohorts.placeofstudy'),
        ),
        migrations.AddField(
            model_name='stay',
            name='begun_in',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='begun', to='cohorts.progression'),
        ),
        migrations.AddField(
            model_name='stay',
            name='ended_in',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ended', to='cohorts.progression'),
        ),
        migrations.AddField(
            model_name='stay',
            name='enrolment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stays', to='cohorts.enrolment'),
        ),
        migrations.AddField(
            model_name='stay',
            name='host',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organization', verbose_name='host'),
        ),
        migrations.AddField(
            model_name='stay',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stays', to='cohorts.person'),
        ),
        migrations.AddField(
            model_name='stay',
            name='place',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stays', to='cohorts.placeofstudy', verbose_name='school'),
        ),
        migrations.AddConstraint(
            model_name='placeofstudy',
            constraint=models.UniqueConstraint(fields=('id', 'host'), name='place_of_study_host_key'),
        ),
        migrations.AddConstraint(
            model_name='placeofstudy',
            constraint=models.UniqueConstraint(fields=('stage', 'school'), name='one_place_per_stage_and_school'),
        ),
        migrations.AddConstraint(
            model_name='progression',
            constraint=models.UniqueConstraint(fields=('id', 'host'), name='progression_host_key'),
        ),
        migrations.AddIndex(
            model_name='stay',
            index=models.Index(fields=['enrolment', 'starts_on'], name='cohorts_sta_enrolme_0041c6_idx'),
        ),
        migrations.AddIndex(
            model_name='stay',
            index=models.Index(condition=models.Q(('until', None)), fields=['place', 'year'], name='open_stays_of_a_class'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Q(('end__in', ['', 'progressed', 'held_back', 'transferred', 'on_leave', 'returned', 'left', 'completed'])), name='stay_end_known'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end', ''), ('until', None)), models.Q(('until__isnull', False), models.Q(('end', ''), _negated=True)), _connector='OR'), name='ended_stay_says_how_it_ended'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('starts_on')), ('until', None), _connector='OR'), name='stay_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Q(('year__gt', 0)), name='stay_year_positive'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Q(('on_leave', True), ('expected_on', None), _connector='OR'), name='only_a_leave_expects'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('person',), name='one_open_stay_each'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('person', '='), (cohorts.models.pathway.DateRange('starts_on', 'until'), '&&')], name='one_stay_at_a_time'),
        ),
        same_host("cohorts_progression", "place_id", "cohorts_placeofstudy"),
        same_host("cohorts_stay", "enrolment_id", "cohorts_enrolment"),
        same_host("cohorts_stay", "person_id", "cohorts_person"),
        same_host("cohorts_stay", "place_id", "cohorts_placeofstudy"),
        same_host("cohorts_stay", "begun_in_id", "cohorts_progression"),
        same_host("cohorts_stay", "ended_in_id", "cohorts_progression"),
        migrations.RunSQL(
            f'ALTER TABLE "cohorts_stay" ADD CONSTRAINT "{ONE_PERSON}" FOREIGN KEY ("enrolment_id", "person_id") '
            'REFERENCES "cohorts_enrolment" ("id", "person_id") DEFERRABLE INITIALLY DEFERRED',
            f'ALTER TABLE "cohorts_stay" DROP CONSTRAINT "{ONE_PERSON}"',
        ),
    ]
