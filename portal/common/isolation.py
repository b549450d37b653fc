"""The database's own word that a row and its parent belong to one host."""

from django.db import migrations


def same_host(child: str, column: str, parent: str) -> migrations.RunSQL:
    """A composite foreign key: `child.(column, host_id)` → `parent.(id, host_id)`.

    The parent needs a unique constraint on (id, host). So no action, import or mistake can
    file an application of one city under another.
    """
    return same(child, column, parent, "host")


def same(child: str, column: str, parent: str, shared: str) -> migrations.RunSQL:
    """As `same_host`, for any foreign key `shared` that both have; the parent needs (id, `shared`) to be unique."""
    name = f"{child}_{column}_same_{shared}"
    return migrations.RunSQL(
        f'ALTER TABLE "{child}" ADD CONSTRAINT "{name}" FOREIGN KEY ("{column}", "{shared}_id") '
        f'REFERENCES "{parent}" ("id", "{shared}_id") DEFERRABLE INITIALLY DEFERRED',
        f'ALTER TABLE "{child}" DROP CONSTRAINT "{name}"',
    )
