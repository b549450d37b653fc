"""Attempts to reach people, counted."""

from collections.abc import Iterable
from itertools import takewhile

from cohorts.models import Offer
from cohorts.states import ContactResult


def failed_contacts(offer: Offer) -> int:
    """Failed attempts in a row since the offer was made or the person was last reached; one query."""
    return failed_in_a_row(offer.contacts.order_by("-contacted_at", "-pk").values_list("result", flat=True))


def failed_in_a_row(results: Iterable[str]) -> int:
    """Of results, the newest first: how many failed before the last success."""
    return sum(1 for _result in takewhile(lambda result: result != ContactResult.REACHED, results))
