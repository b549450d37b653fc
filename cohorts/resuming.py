"""The link in a mail that leads back to a form one has begun. It signs nobody in: whoever opens it does that by themselves."""

from datetime import timedelta
from typing import Final

from django.core import signing

SALT: Final = "cohorts.resume"
VALID: Final = timedelta(days=14)


def token_of(cohort: int, account: int) -> str:
    return signing.dumps([cohort, account], salt=SALT)


def begun_by(token: str) -> tuple[int, int] | None:
    """The cohort and the account that were signed; None for a link that is false or older than two weeks."""
    try:
        cohort, account = signing.loads(token, salt=SALT, max_age=VALID)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return cohort, account
