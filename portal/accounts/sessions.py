"""Sessions in the database, found by a query that is built once: every page begins with it."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from portal.common.prepared import Prepared, Slot

valid = Prepared(Session.objects.filter(session_key=Slot("key"), expire_date__gt=Slot("now")))


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        found = valid(key=self.session_key, now=timezone.now())
        if not found:
            self._session_key = None  # as of one that was never given out
        return found[0] if found else None
