"""The dates of an agreement: when the council must hear of it, and until when it renews itself."""

from collections.abc import Container
from datetime import date, timedelta

from portal.common.dates import PUBLIC_HOLIDAYS, period_end, roll_forward

_DAY = timedelta(days=1)


def council_report_due(
    signed_on: date, days: int = 50, *, rolls: bool = True, holidays: Container[date] = PUBLIC_HOLIDAYS
) -> date:
    """The last day to report a signed agreement to the council (domain.md section 4; 50 days: S37).

    `rolls`: a limit that ends on a holiday moves to the next working day (Civil Act 161); an ordinance may
    say otherwise.
    """
    due = signed_on + days * _DAY
    return roll_forward(due, holidays) if rolls else due


def last_notice_day(end: date, notice_days: int) -> date:
    """The last day on which a party may say that the term ending on `end` shall not renew itself."""
    return end - notice_days * _DAY


def auto_renewed_until(
    end: date, months: int | None, notice_days: int | None, notice_given_on: date | None, today: date
) -> date:
    """The end of the term as it stands `today` (domain.md section 4, auto-renewal).

    `end` is the end as signed, `months` the length of each renewal; without it nothing renews itself. A term
    renews on the day after its last notice day, unless a notice came in time. A notice that came too late for
    one term is in time for the next [D].
    """
    until, renewals = end, 0
    while months:
        last_day = last_notice_day(until, notice_days or 0)
        if today <= last_day or (notice_given_on is not None and notice_given_on <= last_day):
            break
        renewals += 1
        until = period_end(end + _DAY, months * renewals)
    return until


def check_period_end(begins: date, months: int, today: date) -> date | None:
    """The last day of the latest whole interval of `months` since `begins` that is over `today`; None at first.

    Each check covers one interval. One that was missed while nothing ran is not opened any more: the next
    covers what came since [D].
    """
    over = ((today.year - begins.year) * 12 + today.month - begins.month) // months
    for intervals in range(over, 0, -1):
        end = period_end(begins, months * intervals)
        if end < today:
            return end
    return None


def is_behind(delivered: int, quantity: int, begins: date, due: date, today: date) -> bool:
    """Whether less than four fifths of the even pace from `begins` to `due` is delivered [D]."""
    days, gone = (due - begins).days, (today - begins).days
    if days <= 0 or gone <= 0:
        return False
    return delivered * days * 5 < quantity * min(gone, days) * 4
