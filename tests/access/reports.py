"""Reports, and the files made of them: the host's staff and admins; a file, who asked for it alone."""

from portal.reports.models import Export
from tests.access import row
from tests.reports.finished import AS_OF, make_outcomes

READERS = "200 200 200 403 403 403 403"
OF_CITY = {"own": READERS, "other": "200 404 404 403 403 403 403"}
OWN_FILE = {
    "own": "404 200 404 403 403 403 403",
    "same": "404 404 404 403 403 403 403",
}


def extend(w):
    w.finished = make_outcomes(programme=w.programme, number=90)
    w.export = Export.objects.create(
        host=w.city,
        kind=Export.Kind.PLACEMENT,
        cohort=w.finished,
        as_of=AS_OF,
        reason="시의회 결산 보고에 첨부",
        requested_by=w.own["official"],
    )


TABLE = [
    row("reports:report-list", own=READERS),
    row("reports:report", "GET", lambda w: [w.finished.pk], **OF_CITY),
    row("reports:export-create", "GET", lambda w: [w.finished.pk], **OF_CITY),
    row(
        "reports:export-create",
        "POST",
        lambda w: [w.finished.pk],
        own="302 302 302 403 403 403 403",
        other="302 404 404 403 403 403 403",
        data=lambda w: {"as_of": AS_OF, "reason": "시의회 결산 보고에 첨부"},
    ),
    row("reports:applications-export", "GET", lambda w: [w.finished.pk], **OF_CITY),
    row(
        "reports:applications-export",
        "POST",
        lambda w: [w.finished.pk],
        data=lambda w: {"reason": "심사위원회 회의 자료로 씁니다"},
        own="302 302 302 403 403 403 403",
        other="302 404 404 403 403 403 403",
    ),
    row("reports:register-export", own=READERS),
    row(
        "reports:register-export",
        "POST",
        data=lambda w: {"format": "csv", "reason": "의회에 제출할 협약 목록"},
        own=READERS.replace("200", "302"),
    ),
    row("reports:export-list", own=READERS),
    row("reports:export", "GET", lambda w: [w.export.pk], **OWN_FILE),
    row(
        "reports:export-download",
        "POST",
        lambda w: [w.export.pk],
        own="404 410 404 403 403 403 403",  # it is not made yet
        same=OWN_FILE["same"],
    ),
]
