"""Papers of agreements: what they say, read back from each format; the text they are made of; filing them."""

import io
import re
import zipfile
from datetime import date

import docx
import pypdf
import pytest
from defusedxml.ElementTree import fromstring
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from partners.actions import amendments, papers
from partners.actions.promises import add_commitment, add_party
from partners.models import Agreement, AgreementDocument, PaperTemplate
from partners.papers.content import BLANK_DAY, Line, written
from partners.papers.formats import FORMATS, make
from partners.papers.making import PLACEHOLDERS, agreement_paper, amendment_paper, default_body, template_of
from portal.accounts.roles import Role
from portal.common.exceptions import ActionRefused
from portal.common.uploads import accept
from tests.factories import make_agreement, make_company, make_member, make_organization

pytestmark = pytest.mark.django_db
RARE = "쀍똠펲"  # syllables that the fonts of pages lack


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def official():
    return make_member(Role.OFFICIAL, make_organization(name="대구광역시"))


@pytest.fixture
def browser(sign_in, official):
    return sign_in(official)


@pytest.fixture
def agreement(official):
    """Of two parties, signed; one promise each."""
    made = make_agreement(
        host=official.acting.organization, title="AI 스쿨 운영 업무협약", purpose=f"지역 청년의 취업을 돕는다. {RARE}",
        area="인재 양성", signed_on=date(2026, 4, 13), valid_from=date(2026, 4, 13), valid_until=date(2028, 12, 31),
        renewal_months=12, notice_days=30,
    )  # fmt: skip
    city = add_party(
        made,
        by=None,
        transcribed_from="제2조",
        organization=made.host,
        role="행정 지원",
        signatory="홍길동",
        signatory_title="시장",
    )
    company = add_party(
        made, by=None, transcribed_from="제2조", organization=make_company(name="한빛소프트"), role="교육과 멘토링"
    )
    add_commitment(made, by=None, transcribed_from="제2조", party=city, what="교육장 제공", unit="개소", quantity=2)
    add_commitment(
        made,
        by=None,
        transcribed_from="제2조",
        party=company,
        what="강사 파견",
        unit="명",
        quantity=1200,
        due_on=date(2027, 6, 30),
    )
    return loaded(made)


def loaded(agreement: Agreement) -> Agreement:
    return Agreement.objects.for_detail().get(pk=agreement.pk)


def paper_of(agreement):
    return agreement_paper(loaded(agreement), default_body("agreement"))


def words(paper) -> str:
    lines = [line.text for article in paper.articles for line in article.lines]
    return "\n".join([paper.title, paper.preamble, *lines, paper.closing, paper.day])


# Reading back --------------------------------------------------------------------------


def text_of_pdf(content: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def text_of_docx(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def text_of_hwpx(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        section = fromstring(archive.read("Contents/section0.xml"))
    return "\n".join("".join(node.itertext()) for node in section.iter() if node.tag.endswith("}t"))


READERS = {"pdf": text_of_pdf, "docx": text_of_docx, "hwpx": text_of_hwpx}


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("extension", FORMATS)
def test_each_format_says_the_whole_paper(agreement, extension):
    content = make(paper_of(agreement), extension)

    said = squeezed(READERS[extension](content))
    for expected in (
        "AI스쿨운영업무협약서", "제1조(목적)", "제11조(효력)", RARE, "1.대구광역시:행정지원", "가.교육장제공2개소",
        "강사파견1,200명(2027.6.30.까지)", "2026.4.13.부터2028.12.31.까지", "12개월씩자동으로연장", "제1조의목적", "2026.4.13.",
        "시장홍길동(서명)", "[붙임]이행과제", "한빛소프트", "1,200명", "2027.6.30.", "끝.",
    ):  # fmt: skip
        assert squeezed(expected) in said, expected
    assert "None" not in said
    assert "{" not in said
    # What was made may be filed: it is what its name says.
    assert accept(SimpleUploadedFile(f"협약서.{extension}", content)).content_type


def test_the_hwpx_is_sound_and_names_its_office(agreement):
    content = make(paper_of(agreement), "hwpx")

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"application/hwp+zip"
        for name in archive.namelist():
            if name.endswith((".xml", ".hpf", ".rdf")):
                fromstring(archive.read(name))
            assert b"synthetic" not in archive.read(name)
        about = archive.read("Contents/content.hpf").decode()
    assert '<opf:meta name="creator" content="text">대구광역시</opf:meta>' in about


def test_the_pdf_has_its_fonts_and_its_language(agreement):
    reader = pypdf.PdfReader(io.BytesIO(make(paper_of(agreement), "pdf")))

    fonts = {font["/BaseFont"] for page in reader.pages for font in page["/Resources"]["/Font"].values()}
    assert any("NanumMyeongjo" in font for font in fonts)
    assert reader.trailer["/Root"]["/Lang"].startswith("ko")
    assert reader.metadata.author == "대구광역시"


@pytest.mark.parametrize("extension", FORMATS)
def test_what_is_not_known_is_left_blank(extension):
    draft = make_agreement(
        state="draft", title="로봇 인력 양성", signed_on=None, valid_from=None, valid_until=None, has_burden=True
    )
    paper = paper_of(draft)

    assert paper.title == "로봇 인력 양성 업무협약서"
    assert paper.day == BLANK_DAY
    assert f"{BLANK_DAY}부터 {BLANK_DAY}까지" in words(paper)
    said = READERS[extension](make(paper, extension))
    assert "None" not in said
    assert "20" in said


@pytest.mark.parametrize("parties", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("extension", FORMATS)
def test_every_party_signs(extension, parties):
    made = make_agreement()
    for n in range(parties):
        add_party(
            made, by=None, transcribed_from="제2조", organization=make_company(name=f"기관{n}"), signatory=f"대표{n}"
        )

    said = squeezed(READERS[extension](make(paper_of(made), extension)))

    for n in range(parties):
        assert f"대표{n}" in said
    assert f"협약서{parties}부를" in said


def test_the_articles_are_those_of_an_agreement(agreement):
    headings = [article.heading for article in paper_of(agreement).articles]

    assert headings == [
        "목적", "당사자", "협력분야", "역할분담", "비용", "유효기간", "비밀유지", "개인정보", "지식재산", "변경과 해지", "효력",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"has_burden": False}, "별도의 재정 부담은 없다"),
        ({"has_burden": True, "burden_amount": 30_000_000, "burden_source": "시비 100%"}, "금 30,000,000원으로 한다(재원: 시비 100%)"),
        ({"binding": True}, "성실히 이행하여야 한다"),
        ({"binding": False}, "법적 구속력을 갖지 아니한다"),
        ({"renewal_months": None}, "연장은 협약기관이 서면으로 합의하여 정한다"),
    ],
)  # fmt: skip
def test_the_terms_are_those_of_the_register(agreement, values, said):
    for name, value in values.items():
        setattr(agreement, name, value)

    assert said in words(agreement_paper(agreement, default_body("agreement")))


def test_braces_that_somebody_typed_stay_what_they_are(agreement):
    agreement.purpose = "{협약명}과 {없는 것}"

    assert "{협약명}과 {없는 것}" in words(agreement_paper(agreement, default_body("agreement")))


# Amendments ----------------------------------------------------------------------------


@pytest.mark.parametrize("extension", FORMATS)
def test_an_amendment_has_its_paper(agreement, extension):
    amendment = amendments.propose_amendment(
        agreement, by=None, version=1, reason="예산 증액", valid_until=date(2030, 12, 31), has_burden=True
    )

    said = squeezed(READERS[extension](make(amendment_paper(amendment, default_body("amendment")), extension)))

    for expected in ("AI 스쿨 운영 업무협약 제1차 변경협약서", "예산 증액", "2028. 12. 31. → 2030. 12. 31.", "제3조(효력)",
                     "[붙임] 변경 전·후 대비표", "홍길동"):  # fmt: skip
        assert squeezed(expected) in said, expected


# The text ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PLACEHOLDERS)
def test_the_text_that_comes_with_the_portal_names_only_what_there_is(kind, official):
    papers.save_paper_template(official.acting.organization, by=official, kind=kind, version=0, body=default_body(kind))

    assert template_of(official.acting.organization_id, kind)[1] == 1


@pytest.mark.parametrize("body", ["조가 없는 글", "# 목적\n{없는 값}", "# 목적\n{조:비용}에 따른다."])
def test_a_text_that_could_not_be_filled_in_is_refused(official, body):
    with pytest.raises(ActionRefused) as refused:
        papers.save_paper_template(official.acting.organization, by=official, kind="agreement", version=0, body=body)

    assert refused.value.field == "body"


def test_articles_are_numbered_and_referred_to():
    body = "머리말 {이름}\n# 하나\n첫 줄\n{목록}\n# 둘\n{조:하나}에 따른다.\n---\n맺음말"

    preamble, articles, closing = written(body, {"이름": "값", "목록": [Line("1. 가", 1)]})

    assert (preamble, closing) == ("머리말 값", "맺음말")
    assert [article.title for article in articles] == ["제1조(하나)", "제2조(둘)"]
    assert articles[0].lines == [Line("첫 줄"), Line("1. 가", 1)]
    assert articles[1].lines == [Line("제1조에 따른다.")]


def test_an_office_writes_its_own_text_and_the_old_versions_stay(browser, official, agreement):
    url = reverse("partners:paper-template", args=[official.acting.organization_id, "agreement"])
    bad = browser.post(url, {"version": 0, "body": "# 목적\n{없는 값}"})
    browser.post(url, {"version": 0, "body": "# 목적\n{목적}"})
    browser.post(url, {"version": 1, "body": "# 목적\n우리 시의 문안. {목적}"})
    late = browser.post(url, {"version": 1, "body": "# 목적\n늦게 쓴 문안"})

    assert (bad.status_code, late.status_code) == (422, 422)
    assert "{없는 값}" in bad.content.decode()
    assert "늦게 쓴 문안" in late.content.decode()
    assert [one.version for one in PaperTemplate.objects.all()] == [2, 1]
    page = browser.get(reverse("partners:agreement-paper", args=[agreement.pk])).content.decode()
    assert "우리 시의 문안." in page
    other = make_agreement()
    assert template_of(other.host_id, "agreement") == (default_body("agreement"), 0)


# Pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("extension", FORMATS)
def test_a_paper_is_downloaded_and_filed(browser, agreement, extension):
    address = reverse("partners:agreement-paper-file", args=[agreement.pk, extension])
    answer = browser.get(address)
    assert "attachment" in answer["Content-Disposition"]
    assert "AI스쿨운영업무협약서" in squeezed(READERS[extension](answer.content))

    kept = browser.post(reverse("partners:agreement-paper-keep", args=[agreement.pk, extension]))

    document = AgreementDocument.objects.get()
    assert kept.url == document.get_absolute_url()
    assert (document.kind, document.title, document.version) == ("draft", "AI 스쿨 운영 업무협약서", 1)


def test_the_same_paper_filed_again_is_its_next_version(agreement):
    for purpose in ("처음", "고친 것"):
        agreement.purpose = purpose
        paper = agreement_paper(agreement, default_body("agreement"))
        papers.file_paper(agreement, by=None, paper=paper, extension="hwpx")

    assert [one.version for one in AgreementDocument.objects.order_by("version")] == [1, 2]


def test_there_is_no_other_format(browser, agreement):
    assert browser.get(reverse("partners:agreement-paper-file", args=[agreement.pk, "exe"])).status_code == 404
    assert browser.get(reverse("partners:agreement-paper-keep", args=[agreement.pk, "pdf"])).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_a_paper_takes_as_many_queries_for_one_party_as_for_three(browser, agreement, django_assert_num_queries, count):
    for _ in range(count):
        party = add_party(agreement, by=None, transcribed_from="제2조", organization=make_company())
        add_commitment(agreement, by=None, transcribed_from="제2조", party=party, what="특강", unit="회", quantity=1)
    url = reverse("partners:agreement-paper", args=[agreement.pk])
    browser.get(url)

    with django_assert_num_queries(7):
        browser.get(url)
