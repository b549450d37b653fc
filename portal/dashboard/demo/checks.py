"""What the ordinance of Daegu asks for: its agreements are checked twice a year, one is filled in already."""

from datetime import date

from partners.actions.checks import fill_check, open_checks
from partners.actions.council import set_ordinance
from partners.models import Agreement, ComplianceCheck
from partners.states import ConsentRule, Fulfilment, PromiseState
from portal.accounts.models import User
from portal.dashboard.demo.clock import DAY, on

FOUND: dict[str, Fulfilment] = {PromiseState.MET: Fulfilment.COMPLETED, PromiseState.AT_RISK: Fulfilment.DELAYED}


def inspect(agreement: Agreement, today: date, *, by: User) -> None:
    with on(today - 12 * DAY):
        set_ordinance(
            agreement.host, by=by, name="대구광역시 업무제휴 및 협약 관리 조례", applies_from=today - 1_000 * DAY,
            check_interval_months=6, consent_rule=ConsentRule.NONE,
        )  # fmt: skip
        open_checks()
    check = ComplianceCheck.objects.filter(agreement=agreement).first()
    if check is None:
        return
    with on(today - 5 * DAY, "14:00"):
        fill_check(
            check, by=by, findings="교육·모집·현장 과제가 계획대로 이행되고 있습니다.",
            improvement="취업 면접과 멘토링 시간을 하반기에 늘리기로 했습니다.",
            commitments={
                one.pk: (FOUND.get(one.figure.state, Fulfilment.ON_TRACK), "")
                for one in agreement.commitments.select_related("figure")
            },
        )  # fmt: skip
