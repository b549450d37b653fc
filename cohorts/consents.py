"""What applicants are asked to agree to, and the wording a host begins with (PIPA arts. 15, 17, 22)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from cohorts.models import Consent, ConsentText, Person
from cohorts.states import ASKED_OF_APPLICANTS, ConsentKind
from portal.common.prepared import Prepared, Slot

if TYPE_CHECKING:
    from cohorts.models.consent import ConsentQuerySet
    from portal.accounts.models import User


Asked = list[tuple[ConsentText, Consent | None]]


class Wording(NamedTuple):
    required: bool
    korean: str
    english: str


WORDINGS: Final[dict[ConsentKind, Wording]] = {
    ConsentKind.COLLECTION: Wording(
        True,
        "수집 목적: 교육생 선발, 교육 운영, 수료·취업 확인\n"
        "수집 항목: 이름, 생년월일, 휴대전화, 이메일, 주소, 학력, 전공, 취업상태, 지원동기, 제출 서류\n"
        "보유 기간: 선발되지 않은 경우 1년, 교육생은 수료 후 5년\n"
        "동의를 거부할 수 있으나, 거부하면 지원할 수 없습니다.",
        "Purpose: selecting trainees, running the course, confirming completion and employment.\n"
        "Items: name, date of birth, mobile number, e-mail, address, education, major, present situation, "
        "motivation, attached papers.\n"
        "Kept for: one year if you are not selected; five years after the course if you are.\n"
        "You may refuse, but then you cannot apply.",
    ),
    ConsentKind.THIRD_PARTY: Wording(
        False,
        "제공받는 자: 현장 프로젝트에 배정된 기업\n"
        "제공 목적: 프로젝트 지도와 멘토링\n"
        "제공 항목: 이름, 이메일, 멘토링 참석 기록\n"
        "보유 기간: 프로젝트가 끝날 때까지\n"
        "동의하지 않아도 지원과 교육에 불이익이 없습니다. 다만 기업 멘토에게 이름이 보이지 않습니다.",
        "To: the company of your field project.\nPurpose: guiding the project, mentoring.\n"
        "Items: name, e-mail, attendance at mentoring.\nKept until the end of the project.\n"
        "Refusing has no disadvantage; the mentor will then not see your name.",
    ),
    ConsentKind.TRAINING_DATA: Wording(
        False,
        "이용 목적: 교육과정 개선을 위한 통계와 연구\n이용 항목: 출결, 평가, 프로젝트 기록(이름 제외)\n"
        "보유 기간: 수료 후 5년\n동의하지 않아도 지원과 교육에 불이익이 없습니다.",
        "Purpose: statistics and research to improve the course.\n"
        "Items: attendance, assessments, project records, without your name.\n"
        "Kept for five years after the course.\nRefusing has no disadvantage.",
    ),
    ConsentKind.NEWS: Wording(
        False,
        "이용 목적: 다음 기수와 채용 행사 안내\n이용 항목: 이름, 이메일\n보유 기간: 2년 또는 철회할 때까지\n"
        "동의하지 않아도 지원과 교육에 불이익이 없습니다.",
        "Purpose: news of later cohorts and job fairs.\nItems: name, e-mail.\n"
        "Kept for two years or until you withdraw.\nRefusing has no disadvantage.",
    ),
    ConsentKind.RULES: Wording(
        True,
        "1. 교육 시간을 지키고, 입실과 퇴실을 직접 등록합니다. 대리 출석은 본인과 대리인 모두 제적 사유입니다.\n"
        "2. 소정훈련일수의 80% 이상 출석해야 수료할 수 있습니다. 결석 사유가 있으면 증빙을 제출합니다.\n"
        "3. 처음 5일 중 3일 이상 출석하지 않으면 등록이 취소되고 자리는 다음 순번에게 갑니다.\n"
        "4. 다른 국비·지자체 지원 교육에 함께 참여하지 않습니다.\n"
        "5. 교육 장비와 소프트웨어는 교육에만 쓰고, 프로젝트에서 알게 된 기업의 비밀을 지킵니다.\n"
        "6. 다른 교육생을 존중합니다. 괴롭힘과 성희롱은 제적 사유입니다.\n"
        "7. 제적에 대해서는 통보를 받은 날부터 3일 안에 이의를 제기할 수 있습니다.",
        "1. I keep the hours of the course and register my own coming and going. Signing in for somebody else "
        "expels both.\n"
        "2. Completion needs attendance on 80% of the scheduled days. For an absence I hand in the proof.\n"
        "3. Without attending three of the first five days the registration ends, and the seat goes to the next.\n"
        "4. I take part in no other training paid by the state or a city at the same time.\n"
        "5. I use equipment and software for the course alone and keep the secrets of companies I work with.\n"
        "6. I respect the other trainees. Harassment leads to expulsion.\n"
        "7. Against an expulsion I may object within three days of being told.",
    ),
    ConsentKind.SCHOOL_CONTACT: Wording(
        True,
        "수집 목적: 방문 특강 신청 접수, 선정 결과와 일정 안내, 만족도 조사\n"
        "수집 항목: 담당 교사의 이름, 이메일, 휴대전화\n"
        "보유 기간: 결과가 나온 날 또는 방문이 끝난 날부터 1년\n"
        "동의를 거부할 수 있으나, 거부하면 신청할 수 없습니다.",
        "Purpose: receiving the request, telling you the result and the day, asking for your feedback.\n"
        "Items: the teacher's name, e-mail address and mobile number.\n"
        "Kept for: one year after the result or after the visit.\n"
        "You may refuse, but then you cannot send a request.",
    ),
    ConsentKind.SCHOOL_SHARING: Wording(
        False,
        "제공받는 자: 특강을 맡은 기업\n제공 목적: 방문 당일 연락\n제공 항목: 담당 교사의 이름, 휴대전화\n"
        "보유 기간: 방문이 끝날 때까지\n동의하지 않아도 선정에 불이익이 없습니다. 다만 연락은 운영기관을 거칩니다.",
        "To: the company that gives the lecture.\nPurpose: reaching you on the day of the visit.\n"
        "Items: the teacher's name and mobile number.\nKept until the visit is over.\n"
        "Refusing has no disadvantage; the company will then reach you through the office.",
    ),
}


_texts = Prepared(ConsentText.objects.filter(host=Slot("host")).order_by("version"))
_of_person = Prepared(Consent.objects.given().filter(person=Slot("person")))
_of_account = Prepared(
    Consent.objects.given()
    .filter(account=Slot("account"), host=Slot("host"))
    .union(Consent.objects.given().filter(person__user=Slot("account"), host=Slot("host")), all=True)
)


def text_in_use(host_id: int, kind: ConsentKind) -> ConsentText:
    """The newest version of a host's text; a host without one begins with our wording."""
    found = ConsentText.objects.filter(host_id=host_id, kind=kind).order_by("-version").first()
    if found:
        return found
    wording = WORDINGS[kind]
    made, _new = ConsentText.objects.get_or_create(
        host_id=host_id,
        kind=kind,
        version=1,
        defaults={"required": wording.required, "body": wording.korean, "body_en": wording.english},
    )
    return made


def texts_in_use(host_id: int, kinds: Iterable[ConsentKind] = ASKED_OF_APPLICANTS) -> list[ConsentText]:
    """The newest version of each kind, the mandatory ones first; one query once a host has its texts."""
    newest: dict[str, ConsentText] = {}
    for text in _texts(host=host_id):
        newest[text.kind] = text
    found = [newest.get(kind) or text_in_use(host_id, kind) for kind in kinds]
    return sorted(found, key=lambda text: not text.required)


def consents_of(person: Person | None, account: "User | None", host_id: int) -> "ConsentQuerySet":
    """What is agreed to at a host now: by the person on record, or by an account that has none there."""
    live = Consent.objects.given()
    return live.filter(person=person) if person else live.filter(account=account, host=host_id)


def asked_of(person: Person | None, account: "User | None", host_id: int) -> Asked:
    """Each text in use with the consent to it, if it is given: by a person, or by an account and its record. Two
    queries."""
    mine = {"account": account and account.pk, "host": host_id}
    found = _of_person(person=person.pk) if person else _of_account(**mine)
    given = {consent.text_id: consent for consent in found}
    return [(text, given.get(text.pk)) for text in texts_in_use(host_id)]


def lacks_consent(asked: Asked) -> bool:
    """Whether a mandatory text, in the version in use, is not agreed to."""
    return any(text.required and given is None for text, given in asked)
