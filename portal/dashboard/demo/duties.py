"""What an ordinance asks of Gyeongbuk: the report to the council, and a check with something left to do."""

from datetime import date

from partners.actions.checks import fill_check, open_check, review_check
from partners.actions.council import report_to_council, set_ordinance
from partners.models import Agreement, ComplianceCheck
from partners.states import ConsentRule, Fulfilment
from portal.accounts.models import User
from portal.common.dates import add_months
from portal.dashboard.demo.clock import DAY, on

DAYS = 50  # until the council has to hear of an agreement (domain.md section 4)


def tell(cast: dict[str, User], today: date) -> ComplianceCheck:
    """Reported in time; half a year on the official in charge fills in the check, and the admin reviews it."""
    agreement, by = Agreement.objects.get(key="gumi-smart-factory"), cast["official.gyeongbuk"]
    signed = agreement.signed_on
    assert signed is not None  # noqa: S101
    with on(signed + DAY):
        set_ordinance(
            agreement.host, by=by, name="경상북도 업무협약 관리 조례(예시)", applies_from=signed, report_days=DAYS,
            report_rolls=True, check_interval_months=6, consent_rule=ConsentRule.BURDEN,
        )  # fmt: skip
    with on(signed + 33 * DAY):
        report_to_council(agreement, by=by, made_on=signed + 33 * DAY, session="제352회 임시회")
    opens = add_months(signed, 6)
    with on(opens, "00:30"):
        check = open_check(agreement, by=None, covers_until=opens - DAY)  # of the others, each on its own day
    with on(opens + 9 * DAY, "15:00"):
        fill(check, agreement, by=by)
    with on(opens + 13 * DAY, "11:00"):
        return review_check(
            check, by=cast["admin"], review_note="회의록과 사용 기록을 대조하였습니다.",
            follow_up="추가 라이선스 제공 일정을 제공 기관과 협의", follow_up_due_on=today + 14 * DAY,
        )  # fmt: skip


def fill(check: ComplianceCheck, agreement: Agreement, *, by: User) -> None:
    lines = {one.pk: (Fulfilment.ON_TRACK, "") for one in agreement.commitments.all()}
    late = agreement.commitments.get(unit="좌석")
    lines[late.pk] = (Fulfilment.DELAYED, "약속한 좌석 가운데 일부가 아직 제공되지 않았습니다.")
    fill_check(
        check, by=by, commitments=lines, findings="협의체와 공동 사업은 계획대로이며, 라이선스 제공이 늦습니다.",
        improvement="다음 기수가 시작하기 전에 나머지 좌석을 받습니다.",
    )  # fmt: skip
