"""`manage.py load_agreements`: every fact of the file, its gaps included, and twice no change."""

import pathlib
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cohorts.models import Programme
from partners.models import Agreement, Commitment, Initiative, Organization, Party
from portal.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
FILE = pathlib.Path(__file__).parents[2] / "portal/dashboard/demo_data/agreements.yaml"
SHARED = FILE.parents[4] / "shared/data/agreements.yaml"


@pytest.fixture
def loaded():
    call_command("load_agreements", FILE, verbosity=0)


def test_everything_is_there(loaded):
    made = [model.objects.count() for model in (Initiative, Organization, Agreement, Party, Commitment, Programme)]

    assert made == [2, 12, 5, 12, 5, 4]
    assert Organization.objects.get(key="gumi").parent.key == "gyeongbuk"


def test_agreements_are_drafts_that_know_what_is_known(loaded):
    daegu, changwon = (Agreement.objects.get(key=key) for key in ("daegu-ai-school", "changwon-smart-complex"))

    assert {one.state for one in Agreement.objects.all()} == {"draft"}
    assert daegu.signed_on is None
    assert (changwon.signed_on, changwon.signed_precision, changwon.signed_day) == (date(2019, 12, 1), "month", None)
    assert [one.name for one in daegu.initiatives.order_by("key")] == [
        "미래 AI 일자리 동맹", "한국형 클라우드와 AI 활성화를 위한 포괄적 지원 계획",
    ]  # fmt: skip
    mayor = daegu.parties.get(organization__key="daegu")
    assert (mayor.role, mayor.signatory, mayor.signatory_title) == ("모집·운영", "권영진", "시장")


def test_the_host_is_the_first_party_that_can_keep_a_register(loaded):
    hosts = dict(Agreement.objects.values_list("key", "host__key"))

    assert hosts == {
        "daegu-ai-school": "daegu", "gumi-smart-factory": "gyeongbuk", "changwon-smart-complex": "changwon-complex",
        "intel-career-education": "moe", "ibm-p-tech": "moe",
    }  # fmt: skip
    assert Agreement.objects.get(key="gumi-smart-factory").predecessor.key == "changwon-smart-complex"


def test_what_live_records_can_count_is_counted_by_them(loaded):
    measures = dict(Commitment.objects.values_list("what", "measure"))

    assert measures["AI·데이터 현장 중심 실무 교육"] == "trainees"
    assert measures["AI·IT 취업 희망 지역 청년 모집"] == "seats"
    assert measures["3D익스피리언스 플랫폼 라이선스"] == "licences"
    assert measures["산·학·연·관 협의체 구성"] == "meetings"
    assert measures["공동 협력 사업 발굴"] == "joint_projects"
    assert Commitment.objects.get(unit="좌석").quantity is None


def test_programmes_stand_under_their_agreements(loaded):
    daegu, kumoh, pathway = (
        Programme.objects.get(key=key) for key in ("daegu-ai-school", "kumoh-manufacturing", "p-tech")
    )

    assert (daegu.agreement.key, daegu.promised_months, daegu.capacity) == ("daegu-ai-school", 6, 100)
    assert {one.key for one in kumoh.partners.all()} == {"gumi-sme", "dassault-korea"}
    assert [(stage.name, stage.years) for stage in pathway.stages.all()] == [("고등학교", 3), ("전문대학", 2)]
    assert Programme.objects.get(key="intel-outreach").minors


def test_twice_changes_nothing(loaded, django_assert_num_queries):
    before = AuditEvent.objects.count()
    touched = Agreement.objects.latest("updated_at").updated_at
    later = timezone.now()

    call_command("load_agreements", FILE, verbosity=0)

    assert AuditEvent.objects.count() == before
    assert Agreement.objects.latest("updated_at").updated_at == touched < later


def test_what_somebody_completed_since_stays(loaded):
    Agreement.objects.filter(key="daegu-ai-school").update(signed_on=date(2021, 3, 12))

    call_command("load_agreements", FILE, verbosity=0)

    assert Agreement.objects.get(key="daegu-ai-school").signed_on == date(2021, 3, 12)


def test_a_file_that_cannot_be_loaded_is_refused_with_a_sentence_and_leaves_nothing(tmp_path):
    for text in (
        "agreements: [{key: a, title: 가, parties: [{organization: nobody}]}]",
        "organizations: [{key: a, kind: company, name: 가, parent: b}]",
        "organizations: [{key: a, kind: ministry, name: 가}]\nagreements: [{key: b, title: 나, signed_on: 12th, parties: [{organization: a}]}]",
        "agreements: [{title: 가}]",
        "a: [",
    ):
        file = tmp_path / "facts.yaml"
        file.write_text(text)
        with pytest.raises(CommandError):
            call_command("load_agreements", file)
    with pytest.raises(CommandError):
        call_command("load_agreements", tmp_path / "nowhere.yaml")

    assert not Organization.objects.exists()


@pytest.mark.skipif(not SHARED.exists(), reason="the shared facts are not beside this clone")
def test_our_copy_of_the_facts_is_the_shared_one():
    assert FILE.read_text() == SHARED.read_text()
