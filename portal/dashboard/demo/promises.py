"""What the parties of Daegu and Changwon promise, and what is delivered of it: paid, held, built."""

from datetime import date
from typing import Any

import typst
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.actions.agreements import amend_agreement, bring_into_force_agreement, sign_agreement
from partners.actions.deliveries import enter_delivery
from partners.actions.promises import add_commitment, add_party
from partners.actions.proposals import propose_agreement
from partners.models import Agreement, Commitment, Organization
from partners.states import Measure
from placements.actions import record_interview
from placements.models import Team
from portal.accounts.models import User
from portal.common.uploads import accept
from portal.dashboard.demo.clock import DAY, on

FONT = "NanumMyeongjo"
# Of the company whose mentor looks at the demo, and of the city: what, unit, quantity, measure.
COMPANY_PROMISES = (
    ("현장 프로젝트 제공", "건", 1, Measure.PROJECTS),
    ("현장 멘토 파견", "명", 1, Measure.MENTORS),
    ("현장 멘토링", "시간", 12, Measure.MENTOR_HOURS),
    ("교육생 채용 면접", "회", 12, Measure.INTERVIEWS),
)
KINDS = ("technical", "technical", "final")
OUTCOMES = ("passed", "failed", "awaited")


def join(agreement: Agreement, *, by: User) -> None:
    """A company of the region takes part; it and the city promise what live records and papers can show."""
    company = add_party(
        agreement, by=by, organization=Organization.objects.get(key="robotics"), role="현장 프로젝트·채용 면접",
        signatory="서지훈", signatory_title="대표이사",
    )  # fmt: skip
    for what, unit, quantity, measure in COMPANY_PROMISES:
        add_commitment(agreement, by=by, party=company, what=what, unit=unit, quantity=quantity, measure=measure)
    city = agreement.parties.get(organization=agreement.host)
    add_commitment(
        agreement, by=by, party=city, what="교육 운영비 지급", unit="원", quantity=480_000_000, measure=Measure.MONEY
    )


def pay(agreement: Agreement, *, by: User, amount: int, note: str, on_day: date) -> None:
    commitment = agreement.commitments.get(measure=Measure.MONEY)
    enter(commitment, by=by, amount=amount, note=note, on_day=on_day, words=f"{note}: {amount:,}원 지급")


def enter(commitment: Commitment, *, by: User, amount: int, note: str, on_day: date, words: str) -> None:
    enter_delivery(
        commitment, by=by, amount=amount, delivered_on=on_day, note=note,
        evidence=accept(SimpleUploadedFile(f"{note} 확인서.pdf", confirmation(words, on_day))),
    )  # fmt: skip


def confirmation(words: str, day: date) -> bytes:
    """A page that says so."""
    text = f'#set text(font: "{FONT}", lang: "ko")\n= 확인서\n\n{words}\n\n{day:%Y. %-m. %-d.}'
    told: dict[str, Any] = {
        "input": text.encode(), "ignore_system_fonts": True, "font_paths": [settings.BASE_DIR / "vendor" / "fonts"],
    }  # fmt: skip
    pages = typst.compile(**told, format="pdf")
    return pages[0] if isinstance(pages, list) else pages


def interview(company: Organization, today: date, *, by: User) -> None:
    """The company meets the trainees of its teams for a job, in the last three weeks."""
    teams = Team.objects.filter(project__company=company).order_by("pk")
    trainees = [member.enrolment for team in teams for member in team.members.filter(left_on=None).order_by("pk")]
    for place, trainee in enumerate(trainees[:8]):
        day = today - (20 - 2 * place) * DAY
        with on(day, "16:00"):
            record_interview(
                trainee, by=by, company=company, held_on=day, kind=KINDS[place % 3], outcome=OUTCOMES[place % 3]
            )


def propose(company: Organization, host: Organization, day: date, *, by: User) -> None:
    """The company would like to go on: a proposal that waits for the city."""
    with on(day):
        propose_agreement(
            by=by, company=company, host=host, title="로봇 인재 채용연계 인턴십 협약", kind="mou",
            purpose="AI 스쿨 수료생에게 석 달의 인턴십을 제공하고 채용으로 잇습니다.",
            commitments=[
                {"what": "인턴십 자리", "unit": "명", "quantity": 10, "due_on": None, "measure": Measure.NONE},
                {"what": "채용 면접", "unit": "회", "quantity": 20, "due_on": None, "measure": Measure.INTERVIEWS},
            ],
        )  # fmt: skip


def agree_in_changwon(by: User, day: date, *, seats: int) -> Agreement:
    """Signed in December 2019, as reported; Gumi's agreement follows it."""
    agreement = Agreement.objects.get(key="changwon-smart-complex")
    signed = date(2019, 12, 13)
    with on(day):
        agreement = amend_agreement(
            agreement, by=by, version=agreement.version, valid_from=signed, valid_until=date(day.year + 2, 12, 31),
            department="스마트제조혁신팀", in_charge=by, area="스마트제조",
            purpose="창원 산업단지의 스마트제조를 이끌 3D 센터와 인재 양성 과정을 함께 운영합니다.",
        )  # fmt: skip
        parties = {party.organization.key: party for party in agreement.parties.select_related("organization")}
        centre = add_commitment(
            agreement, by=by, party=parties["dassault-korea"], what="3D익스피리언스 센터 설치", unit="개소", quantity=1
        )
        for what, quantity, measure in (
            ("스마트제조 AI 과정 모집", seats, Measure.SEATS), ("스마트제조 AI 인력 교육", seats - 2, Measure.TRAINEES)
        ):  # fmt: skip
            add_commitment(
                agreement, by=by, party=parties["changwon-complex"], what=what, unit="명", quantity=quantity,
                measure=measure,
            )  # fmt: skip
        agreement = sign_agreement(agreement, by=by, signed_on=signed)
        agreement = bring_into_force_agreement(agreement, by=by)
        enter(centre, by=by, amount=1, note="센터 개소", on_day=day - 30 * DAY, words="3D익스피리언스 센터 1개소 설치")
    return agreement
