"""The rows of the lists of teams and of logs: what they show and nothing else, in dictionaries."""

from typing import Any

from placements.models import MentoringLog, Team
from placements.queries.todos import with_last_log
from portal.common.prepared import PreparedRows

Row = dict[str, Any]
MENTOR = ("mentor__user__name", "mentor__user__email")

team_rows = PreparedRows(
    with_last_log(Team.objects.for_list()).values(
        "pk", "name", "project__title", "project__state", "project__nda", "project__company__name", "cohort__name",
        "member_count", "quiet_since", *MENTOR,
    )
)  # fmt: skip
log_rows = PreparedRows(
    MentoringLog.objects.values(
        "pk", "starts_at", "ends_at", "team__name", "team__project__title", "number", "topic", "state", *MENTOR
    )
)
