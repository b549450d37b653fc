"""The months in which an agreement begins and ends, for the timeline; PostgreSQL keeps them beside the days.

Counted anew for a register of ten thousand they took half of the picture's time.
"""

from django.db.models import Case, DateField, Func, GeneratedField, Q, When
from django.db.models.functions import Coalesce

OVER = Coalesce("ended_on", "valid_until")
LASTED = Q(valid_from__lte=OVER)
ENDLESS = Q(ended_on=None, valid_until=None)


class MonthOf(Func):
    """The first day of a date's month. Not by way of an instant in a time zone, as TruncMonth goes."""

    template = "DATE_TRUNC('month', %(expressions)s::timestamp)::date"
    output_field = DateField()


def first_month() -> GeneratedField:
    """None where the first day is not known, or where it ended before it began: it was never in force."""
    return _month(Case(When(LASTED | ENDLESS, then=MonthOf("valid_from"))))


def last_month() -> GeneratedField:
    """None where no last day is known, or where it was never in force."""
    return _month(Case(When(LASTED, then=MonthOf(OVER))))


def _month(expression: Case) -> GeneratedField:
    return GeneratedField(expression=expression, output_field=DateField(), db_persist=True, editable=False)
