"""How the lists of school visits and of the pathway look as a file and on paper (`portal.common.sheets`)."""

from django.utils.translation import gettext_lazy as _

from portal.common.korean import mask_name
from portal.common.sheets import Field, Sheet

# Schools and numbers, nobody's contact.
SCHOOL_REQUESTS = Sheet(
    _("School requests"), "school-requests", [
        Field(_("School"), "school_name", width=24),
        Field(_("Receipt number"), "receipt_number", width=16),
        Field(_("State"), "get_state_display", width=14),
        Field(_("Office of education"), "office", width=24),
        Field(_("Region"), "region", width=8),
        Field(_("Rural school"), "rural", width=10),
        Field(_("Rural because of"), "rural_basis", width=12),
        Field(_("Grade"), "get_grade_display", width=18),
        Field(_("Pupils"), "pupils", "integer", total=True),
        Field(_("Wished days"), lambda row: ", ".join(day.isoformat() for day in row.wishes), width=34),
        Field(_("Round of visits"), "round.topic", width=30),
        Field(_("Received"), "submitted_at", "datetime"),
    ],
)  # fmt: skip

VISITS = Sheet(
    _("School visits"), "school-visits", [
        Field(_("Day"), "starts_at", "datetime"),
        Field(_("School"), "school", width=24),
        Field(_("Region"), "request.region", width=8),
        Field(_("Rural school"), "request.rural", width=10),
        Field(_("Format"), "get_format_display", width=22),
        Field(_("Topic"), "round.topic", width=30),
        Field(_("Company"), "company", width=18),
        Field(_("Expert"), "who", width=12),
        Field(_("Place"), "place", width=34),
        Field(_("State"), "get_state_display", width=10),
        Field(_("Pupils"), "pupils", "integer", total=True),
        Field(_("Teachers"), "teachers", "integer", total=True),
        Field(_("Report"), "report", "long"),
    ],
)  # fmt: skip

# Names are masked on their way out, as in every file.
WAYS = Sheet(
    _("People on the pathway"), "pathway", [
        Field(_("Name"), lambda stay: mask_name(stay.person.name), width=12),
        Field(_("Year of birth"), lambda stay: str(stay.person.birth_date.year), width=10),
        Field(_("Entry year"), "enrolment.cohort.name", width=18),
        Field(_("School"), "place.school.name", width=24),
        Field(_("Stage and year"), "class_name", width=18),
        Field(_("Standing"), "standing_words", width=12),
        Field(_("Since"), "since", "date"),
    ],
)  # fmt: skip
