"""Nobody rewrites the record of what was done."""

import pytest
from django.db import InternalError, connection, transaction

from portal import audit
from portal.accounts.roles import Role
from portal.audit.models import AccessRecord, AuditEvent
from tests.factories import make_member, make_organization

pytestmark = pytest.mark.django_db


def test_an_event_names_actor_role_and_host():
    official = make_member(Role.OFFICIAL)
    city = official.acting.organization

    written = audit.record(city, "organization.renamed", by=official, before={"kind": "a"}, reason="merger")

    event = AuditEvent.objects.about(city).get()
    assert event == written
    assert (event.actor, event.role, event.host, event.reason) == (official, "official", city, "merger")


@pytest.mark.parametrize("statement", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("table", [AuditEvent._meta.db_table, AccessRecord._meta.db_table])
def test_the_database_refuses_to_change_the_record(table, statement):
    official = make_member(Role.OFFICIAL)
    audit.record(make_organization(), "organization.made", by=official)
    audit.saw(official, "application.viewed", host_id=official.organization_id, subject_id=1)

    with pytest.raises(InternalError, match="annot"), transaction.atomic(), connection.cursor() as cursor:
        # TRUNCATE waits for no deferred check
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {statement.format(table)}")
