"""The link in a mail that leads back to a draft. It signs nobody in: whoever opens it does that by themselves."""

from datetime import timedelta
from typing import Final

from django.core import signing

SALT: Final = "cohorts.resume"
VALID: Final = timedelta(days=14)


def token_of(application: int) -> str:
    return signing.dumps(application, salt=SALT)


def application_of(token: str) -> int | None:
    """The pk that was signed; None for a link that is false or older than two weeks."""
    try:
        found = signing.loads(token, salt=SALT, max_age=VALID)
    except signing.BadSignature:
        return None
    return found if isinstance(found, int) else None
