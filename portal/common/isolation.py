"""The database's own word that a row and its parent belong to one host."""

from django.db import migrations


def same_host(child: str, column: str, parent: str) -> migrations.RunSQL:
    """A composite foreign key: `child.(column, host_id)` → `parent.(id, host_id)`.

    The parent needs a unique constraint on (id, host). So no action, import or mistake can
    file an application of one city under another.
    """
    name = f"{child}_{column}_same_host"
    return migrations.RunSQL(
        f'ALTER TABLE "{child}" ADD CONSTRAINT "{name}" FOREIGN KEY ("{column}", "host_id") '
        f'REFERENCES "{parent}" ("id", "host_id") DEFERRABLE INITIALLY DEFERRED',
        f'ALTER TABLE "{child}" DROP CONSTRAINT "{name}"',
    )
