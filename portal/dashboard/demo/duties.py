"""What ordinances ask of two offices: the report to the council, and the check that somebody fills in and another reviews."""

from datetime import date

from partners.actions.agreements import amend_agreement
from partners.actions.checks import fill_check, open_checks, review_check
from partners.actions.council import report_to_council, set_ordinance
from partners.models import Agreement, ComplianceCheck
from partners.states import ConsentRule, Fulfilment
from portal.accounts.models import User
from portal.common.dates import add_months
from portal.dashboard.demo.clock import DAY, on

DAYS = 50  # until the council has to hear of an agreement (domain.md section 4)


def tell(cast: dict[str, User], today: date) -> ComplianceCheck:
    """Daegu's first check is reviewed, with something left to do; Gyeongbuk's waits to be filled in."""
    ask(Agreement.objects.get(key="daegu-ai-school"), by=cast["official"], months=6, session="제316회 임시회")
    ask(
        Agreement.objects.get(key="gumi-smart-factory"),
        by=cast["official.gyeongbuk"],
        months=9,
        session="제352회 임시회",
    )
    found = check(Agreement.objects.get(key="daegu-ai-school"), cast["operator"], today, by=cast["official"])
    with on(add_months(_signed("gumi-smart-factory"), 9), "00:30"):
        open_checks()
    return found


def ask(agreement: Agreement, *, by: User, months: int, session: str) -> None:
    """The rules of the office, named as an example: the text of its own ordinance is not known."""
    signed = agreement.signed_on
    assert signed is not None  # noqa: S101
    with on(signed + DAY):
        set_ordinance(
            agreement.host, by=by, name=f"{agreement.host} 업무협약 관리 조례(예시)", applies_from=signed,
            report_days=DAYS, report_rolls=True, check_interval_months=months, consent_rule=ConsentRule.BURDEN,
        )  # fmt: skip
    with on(signed + 33 * DAY):
        report_to_council(agreement, by=by, made_on=signed + 33 * DAY, session=session)


def check(agreement: Agreement, operator: User, today: date, *, by: User) -> ComplianceCheck:
    """Filled in by the person in charge, reviewed by the official."""
    with on(_signed("daegu-ai-school") + 2 * DAY):
        amend_agreement(agreement, by=by, version=agreement.version, in_charge=operator)
    opens = add_months(_signed("daegu-ai-school"), 6)
    with on(opens, "00:30"):
        open_checks()
    found = ComplianceCheck.objects.get(agreement=agreement)
    with on(opens + 9 * DAY, "15:00"):
        promises = list(agreement.commitments.order_by("pk"))
        lines = {one.pk: (Fulfilment.ON_TRACK, "") for one in promises}
        late = next(one for one in promises if one.unit == "시간")
        lines[late.pk] = (Fulfilment.DELAYED, "멘토 한 명의 출장으로 두 주 동안 멘토링이 없었습니다.")
        fill_check(
            found, by=operator, commitments=lines, findings="모집과 교육은 계획대로이며, 멘토링 시간이 계획보다 적습니다.",
            improvement="멘토를 한 명 더 위촉하여 부족한 시간을 채웁니다.",
        )  # fmt: skip
    with on(opens + 13 * DAY, "11:00"):
        return review_check(
            found, by=by, review_note="실적 기록과 대조하였습니다.", follow_up="추가 멘토 위촉 결과를 확인",
            follow_up_due_on=today + 14 * DAY,
        )  # fmt: skip


def _signed(key: str) -> date:
    signed = Agreement.objects.values_list("signed_on", flat=True).get(key=key)
    assert signed is not None  # noqa: S101
    return signed
