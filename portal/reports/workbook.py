"""The placement report as a workbook: the list of domain.md section 3, and every rate with what proves it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from cohorts.models import Cohort, Person
from cohorts.states import EnrolmentState
from placements.rates import RETAINED_MONTHS, Rate
from placements.states import Exclusion, Verification
from portal.common.dates import add_months
from portal.common.korean import mask_name
from portal.common.spreadsheets.writing import Column, Sheet, write_sheets
from portal.reports.queries import Figures, Outcome

# A degree counts as of the field if its name holds one of these; so says a note above the list.
FIELD_WORDS = (
    "컴퓨터", "소프트웨어", "전산", "정보통신", "정보보호", "정보보안", "인공지능", "데이터", "전자", "로봇", "AI", "SW",
)  # fmt: skip

COLUMNS = [
    Column("number", pgettext_lazy("report", "No."), "integer", 7),
    Column("cohort", pgettext_lazy("report", "Cohort"), width=8),
    Column("programme", pgettext_lazy("report", "Programme"), width=24),
    Column("name", pgettext_lazy("report", "Name"), width=12),
    Column("birth_year", pgettext_lazy("report", "Year of birth"), width=10),
    Column("sex", pgettext_lazy("report", "Sex"), width=7),
    Column("district", pgettext_lazy("report", "Residence (district)"), width=16),
    Column("of_field", pgettext_lazy("report", "Degree in the field"), width=12),
    Column("result", pgettext_lazy("report", "Result of the course"), width=14),
    Column("completed_on", pgettext_lazy("report", "Completed on"), "date"),
    Column("in_work", pgettext_lazy("report", "In work"), width=10),
    Column("hired_on", pgettext_lazy("report", "Hired on"), "date"),
    Column("company", pgettext_lazy("report", "Company"), width=22),
    Column("business_number", pgettext_lazy("report", "Business number"), width=15),
    Column("region", pgettext_lazy("report", "Place (in or outside the region)"), width=12),
    Column("work", pgettext_lazy("report", "Work"), width=18),
    Column("contract", pgettext_lazy("report", "Form of employment"), width=12),
    Column("insured_on", pgettext_lazy("report", "Insured since"), "date", 14),
    Column("verified_by", pgettext_lazy("report", "Verified by"), width=20),
    Column("verified_on", pgettext_lazy("report", "Verified on"), "date"),
    Column("retained", pgettext_lazy("report", "Still there after 6 months"), width=12),
    Column("exclusion", pgettext_lazy("report", "Reason of exclusion"), width=12),
    Column("remark", pgettext_lazy("report", "Remark"), "long", 30),
]
SUMMARY = [
    Column("figure", pgettext_lazy("report", "Figure"), width=34),
    Column("value", pgettext_lazy("report", "Rate in percent"), "percent", 10),
    Column("numerator", pgettext_lazy("report", "Numerator"), "integer"),
    Column("denominator", pgettext_lazy("report", "Denominator"), "integer"),
    Column("excluded", pgettext_lazy("report", "Excluded"), "integer"),
    Column("as_of", pgettext_lazy("report", "As of"), "date"),
    Column("formula", pgettext_lazy("report", "How it is counted"), "long", 80),
]


@dataclass(frozen=True)
class Line:
    """A rate as it is printed, on screen and in the file."""

    label: str | Promise
    rate: Rate
    formula: str | Promise


def lines(figures: Figures) -> list[Line]:
    """Every rate, with its formula in words (domain.md section 3)."""
    return [
        Line(
            gettext_lazy("Completion rate"),
            figures.completion,
            gettext_lazy("Completed ÷ trainees, without those who left in the registration window or never came × 100"),
        ),
        Line(
            gettext_lazy("Employment rate"),
            figures.employment,
            gettext_lazy(
                "(Completers with a job that counts + employed before completion) ÷ "
                "(completers + employed before completion − excluded) × 100"
            ),
        ),
        Line(
            gettext_lazy("Employment rate, no exclusions"),
            figures.strict_employment,
            gettext_lazy(
                "(Completers with a job that counts + employed before completion) ÷ "
                "(completers + employed before completion) × 100"
            ),
        ),
        Line(
            gettext_lazy("Retention rate (6 months)"),
            figures.retention,
            gettext_lazy(
                "Still with the same employer 6 months after being hired ÷ hired at least 6 months before × 100. "
                "Excluded: hired less than 6 months before"
            ),
        ),
        Line(
            gettext_lazy("Share of jobs in the region"),
            figures.regional,
            gettext_lazy(
                "Verified jobs in the host's region ÷ verified jobs × 100. Excluded: early jobs without evidence yet"
            ),
        ),
    ]


def write_report(
    target: IO[bytes],
    cohort: Cohort,
    as_of: date,
    rows: Iterable[Outcome],
    *,
    unmasked: bool,
    notes: list[str],
    told: Callable[[int], None] = lambda done: None,
) -> tuple[int, Figures]:
    """Write the workbook row by row; the number of trainees in it, and their figures.

    `told` hears of every row written. The second sheet adds up what the first has printed.
    """
    figures = Figures(as_of)

    def printed() -> Iterator[dict[str, Any]]:
        for number, row in enumerate(rows, 1):
            figures.add(row)
            told(number)
            yield cells(row, number, cohort, as_of, unmasked=unmasked)

    def sheets() -> Iterator[Sheet]:
        title = _("Placement report of %(cohort)s") % {"cohort": cohort}
        yield Sheet(title, COLUMNS, printed(), as_of, [*notes, *explanations(unmasked)], lambda: totals(figures))
        yield Sheet(pgettext("report", "Summary"), SUMMARY, summary(figures), as_of, counts(figures))

    write_sheets(target, sheets())
    return figures.trainees, figures


def explanations(unmasked: bool) -> list[str]:
    said = [
        _("Degree in the field: yes if the name of the major holds one of %(words)s.")
        % {"words": ", ".join(FIELD_WORDS)},
        _("Residence: the district of the address told in the application."),
    ]
    return said if unmasked else [_("Names are masked."), *said]


def cells(row: Outcome, number: int, cohort: Cohort, as_of: date, *, unmasked: bool) -> dict[str, Any]:
    """One line of the list, by column."""
    job = row.job or {}
    return {
        "number": number,
        "cohort": _("No. %(number)s") % {"number": cohort.number},
        "programme": cohort.programme.name,
        "name": row.name if unmasked else mask_name(row.name),
        "birth_year": str(row.birth_year),
        "sex": Person.Sex(row.sex).label if row.sex else "",
        "district": district(row.address),
        "of_field": of_field(row.major),
        "result": EnrolmentState(row.state).label,
        "completed_on": row.ended_on if row.completed else None,
        "in_work": in_work(row),
        "hired_on": job.get("hired_on"),
        "company": job.get("company"),
        "business_number": job.get("business_number"),
        "region": region(job["in_region"]) if job else "",
        "work": job.get("work"),
        "contract": job.get("contract"),
        "insured_on": job.get("insured_on"),
        "verified_by": Verification(job["verification"]).label if job else "",
        "verified_on": job.get("verified_on"),
        "retained": retained(row, as_of),
        "exclusion": Exclusion(row.exclusion).label if row.excluded else "",
        "remark": remark(row),
    }


def district(address: str) -> str:
    """The city and district of an address: 대구광역시 중구 국채보상로 1 → 중구; 경기도 수원시 팔달구 … → 수원시 팔달구."""
    found = []
    for word in address.split()[1:3]:
        if not word.endswith(("시", "군", "구")):
            break
        found.append(word)
    return " ".join(found)


def of_field(major: str) -> str:
    if not major:
        return ""
    held = any(word.casefold() in major.casefold() for word in FIELD_WORDS)
    return pgettext("degree in the field", "Yes") if held else pgettext("degree in the field", "No")


def in_work(row: Outcome) -> str:
    if row.employed:
        return pgettext("in work", "Employed")
    if row.early:
        return pgettext("in work", "Employed early")
    return pgettext("in work", "Not employed") if row.completed else ""


def region(inside: bool) -> str:
    return pgettext("place of work", "In the region") if inside else pgettext("place of work", "Outside")


def retained(row: Outcome, as_of: date) -> str:
    """유지, 미유지, or 미도래 while six months have not passed."""
    hire = row.hire
    if hire is None:
        return ""
    until = add_months(hire.hired_on, RETAINED_MONTHS)
    if until > as_of:
        return pgettext("retention", "Not due yet")
    stayed = hire.left_on is None or hire.left_on >= until
    return pgettext("retention", "Yes") if stayed else pgettext("retention", "No")


def remark(row: Outcome) -> str:
    if row.early and not row.job:
        return _("The evidence of the early job is not verified yet.")
    if row.completed and not row.employed and row.job:
        return _("The job is outside the time that counts.")
    if not row.in_work and row.reported:
        return _("A job is reported, its evidence is not verified yet.")
    if not row.completed and not row.early:
        return _("Not part of the employment rate.")
    return ""


def totals(figures: Figures) -> dict[str, Any]:
    """The last line of the list."""
    return {
        "number": figures.trainees,
        "cohort": pgettext("report", "Total"),
        "result": _("Completed %(count)s") % {"count": figures.completed},
        "in_work": _("In work %(count)s") % {"count": figures.in_work},
        "region": _("In the region %(count)s") % {"count": figures.in_region},
        "retained": f"{figures.retention.numerator} / {figures.retention.denominator}",
        "exclusion": _("Excluded %(count)s") % {"count": figures.excluded},
    }


def summary(figures: Figures) -> Iterator[dict[str, Any]]:
    for line in lines(figures):
        rate = line.rate
        yield {
            "figure": str(line.label),
            "value": rate.value,
            "numerator": rate.numerator,
            "denominator": rate.denominator,
            "excluded": rate.excluded,
            "as_of": rate.as_of,
            "formula": str(line.formula),
        }


def counts(figures: Figures) -> list[str]:
    """The people behind the rates, in lines of words."""
    results = [f"{EnrolmentState(state).label} {count}" for state, count in sorted(figures.states.items())]
    reasons = [f"{Exclusion(reason).label} {count}" for reason, count in sorted(figures.exclusions.items())]
    said = [
        _("Trainees: %(count)s (%(results)s)") % {"count": figures.trainees, "results": ", ".join(results) or "–"},
        _("Left out of the employment rate: %(count)s (%(reasons)s)")
        % {"count": figures.excluded, "reasons": ", ".join(reasons) or "–"},
    ]
    if figures.unfinished:
        said.append(_("Not final: %(count)s are still in training on this day.") % {"count": figures.unfinished})
    return said
