"""The codes of `cohorts.roster` as sentences: what is wrong with a row, or what was done to it."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from portal.common.reasons import sentence_of

# A code, or the code's pattern with what changes in it
_SENTENCES: Final[dict[str, Promise]] = {
    "rrn_forbidden": gettext_lazy(
        "The row holds a resident registration number, which we may not keep. Delete it from the file."
    ),
    r"cell_error_(?P<cell>\w+)": gettext_lazy("Cell %(cell)s has an error or no result. Correct it in the file."),
    "name_missing": gettext_lazy("The name is missing. Enter it."),
    "name_invalid": gettext_lazy("The name has emoji or line breaks. Write it in letters on one line."),
    "name_too_long": gettext_lazy("The name is too long. Shorten it."),
    "birth_date_missing": gettext_lazy("The date of birth is missing. Enter it."),
    "birth_date_invalid": gettext_lazy("There is no such date of birth. Write it like 2000-03-05."),
    "birth_date_year_digits": gettext_lazy(
        "The year of birth is in doubt. Write it with four digits, like 2000-03-05."
    ),
    "mobile_missing": gettext_lazy("The mobile number is missing. Enter it."),
    "mobile_invalid": gettext_lazy("This is no mobile number. Write it like 010-1234-5678."),
    "email_missing": gettext_lazy("The e-mail address is missing. Enter it."),
    "email_invalid": gettext_lazy("This is no e-mail address. Write it like name@example.kr."),
    "email_fullwidth": gettext_lazy("The e-mail address has full-width letters. Type it in half-width letters."),
    "email_domain": gettext_lazy("The e-mail address has a domain that is not in Latin letters. Ask for another one."),
    "track_missing": gettext_lazy("The track is missing. Enter one of the cohort's tracks."),
    "track_unknown": gettext_lazy("The cohort has no such track. Enter one of its tracks."),
    "employment_missing": gettext_lazy("The present situation is missing. Enter whether the applicant has a job."),
    "employment_unknown": gettext_lazy("The present situation is not clear. Write 미취업, 구직중, 학생 or 재직중."),
    "submitted_at_missing": gettext_lazy("The time of submission is missing. Write it like 2026-04-14 18:00."),
    r"submitted_at_\w+": gettext_lazy("There is no such time of submission. Write it like 2026-04-14 18:00."),
    r"(?:address|major|motivation)_too_long": gettext_lazy("A text is too long. Shorten it."),
    r"same_person_as_row_(?P<row>\d+)": gettext_lazy("The same person as number %(row)s; the first one counts."),
    r"same_email_as_row_(?P<row>\d+)": gettext_lazy("The same e-mail address as number %(row)s; the first one counts."),
    r"repeated_in_row_(?P<row>\d+)": gettext_lazy("Number %(row)s repeats this applicant; this one counts."),
    r"resembles_row_(?P<row>\d+)": gettext_lazy(
        "The e-mail address resembles that of number %(row)s. Check who it is."
    ),
    r"age_under_(?P<age>\d+)": gettext_lazy("Younger than %(age)s on the reference date."),
    r"age_over_(?P<age>\d+)": gettext_lazy("Older than %(age)s on the reference date."),
    "not_resident": gettext_lazy("The address is not in the region of this cohort."),
    "employed": gettext_lazy("Employed, but the cohort is for people without a job."),
    "after_deadline": gettext_lazy("Submitted after the deadline."),
    r"age_(?P<age>\d+)_boundary": gettext_lazy("Just %(age)s: one day would have decided otherwise. Check the date."),
    "deadline_minute_inclusive": gettext_lazy("Submitted in the last minute, which still counts."),
    "name_nfc": gettext_lazy("The letters of the name were put together (NFC)."),
    "name_cleaned": gettext_lazy("Blanks or invisible letters were taken out of the name."),
    "name_doubtful": gettext_lazy("The name has single consonants or vowels. Check it."),
    "email_normalised": gettext_lazy("The e-mail address was put into lower case and trimmed."),
    "stored_as_text": gettext_lazy("A text looks like a formula or markup. It is kept as plain text."),
    "mobile_restored": gettext_lazy("The mobile number got back the 0 that Excel had dropped."),
    "birth_century": gettext_lazy("The date of birth had six digits; the century was inferred."),
    "education_unread": gettext_lazy("The education was not recognised and left empty."),
}


def explain(reason: str) -> str:
    """The sentence for a code of `RosterRow.reason` or `notes`; an empty code has none."""
    return sentence_of(reason, _SENTENCES)
