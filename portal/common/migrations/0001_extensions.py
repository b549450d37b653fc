"""Search in Hangul needs trigrams; "no overlapping meetings" needs btree_gist."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = []

    operations = [TrigramExtension(), BtreeGistExtension()]
