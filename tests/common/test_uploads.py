"""Rows 66-74 of the catalogue of bad input: what may be uploaded, and what is refused with a sentence."""

import struct
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.common import uploads
from portal.common.uploads import accept
from tests.files import docx, hwp, hwpx, jpg, pdf, png, xlsx, zipped


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/octet-stream")


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(ValidationError) as refused:
        accept(upload(name, content))
    return refused.value.messages[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("협약서.pdf", pdf()),
        ("2026. 3. 5. 협약서.pdf", pdf()),
        ("scan.JPG", jpg()),
        ("scan.jpeg", jpg()),
        ("scan.png", png()),
        ("협약서.hwp", hwp()),
        ("협약서.hwpx", hwpx()),
        ("annex.docx", docx()),
        ("list.xlsx", xlsx()),
    ],
)
def test_a_genuine_file_is_accepted_and_rewound(name, content):
    accepted = accept(upload(name, content))

    assert accepted.read() == content
    assert accepted.content_type == uploads.TYPES[accepted.name.rpartition(".")[2]]


@pytest.mark.parametrize("name", ["../../etc/passwd.pdf", "C:\\temp\\passwd.pdf", "..\\passwd.pdf"])
def test_66_a_path_in_the_name_is_dropped(name):
    given = upload("x.pdf", pdf())
    given._name = name  # past Django's own cleaning

    assert accept(given).name == "passwd.pdf"


def test_67_a_long_name_in_pieces_is_composed_and_shortened():
    name = unicodedata.normalize("NFD", "협" * 300) + ".pdf"
    given = upload("x.pdf", pdf())
    given._name = name

    assert accept(given).name == "협" * 96 + ".pdf"


@pytest.mark.parametrize("name", ["a.pdf.exe", "a.jsp.pdf", "a.pdf.hwp", "a.exe", "noextension", ".pdf", "a.html"])
def test_68_one_extension_of_those_allowed(name):
    assert "pdf, jpg, png, hwp, hwpx, docx, xlsx" in refusal(name, pdf())


@pytest.mark.parametrize("name", ["a.pdf", "a.jpg", "a.png", "a.hwp", "a.hwpx", "a.docx", "a.xlsx"])
@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90",
        zipped(a=b"x"),
    ],
    ids=["html", "svg", "program", "other zip"],
)
def test_69_content_that_is_not_what_the_name_says(name, content):
    assert "a." in refusal(name, content)


def test_69_one_office_file_named_as_another():
    assert refusal("a.xlsx", docx())
    assert refusal("a.docx", hwpx())


def test_70_svg_is_no_allowed_kind():
    assert "svg" in refusal("logo.svg", b"<svg/>")


def test_71_an_empty_file():
    assert "pdf, jpg" in refusal("a.pdf", b"")


@pytest.mark.parametrize(
    ("name", "content"), [("a.pdf", pdf(uploads._EICAR)), ("a.docx", docx(**{"word/media/x.bin": uploads._EICAR}))]
)
def test_72_the_test_virus_is_refused_and_the_uploader_told(name, content, settings):
    settings.LANGUAGE_CODE = "en"

    with pytest.raises(ValidationError) as refused:
        accept(upload(name, content))

    assert refused.value.code == "file_harmful"


def test_73_a_huge_picture_is_refused_before_it_is_decoded():
    for name, content in {"a.png": png(30_000, 30_000), "a.jpg": jpg(30_000, 30_000)}.items():
        with pytest.raises(ValidationError) as refused:
            accept(upload(name, content))
        assert refused.value.code == "image_huge"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", pdf(b"x" * 9_000)), ("a.jpg", jpg()), ("a.png", png()), ("a.hwpx", hwpx()),
        ("a.docx", docx()), ("a.xlsx", xlsx()),
    ],
)  # fmt: skip
def test_74_a_file_cut_half_way(name, content):
    assert refusal(name, content[: len(content) // 2])


def test_macros_are_refused():
    with pytest.raises(ValidationError) as refused:
        accept(upload("a.xlsx", xlsx(**{"xl/vbaProject.bin": b"x"})))

    assert refused.value.code == "file_macros"


def test_a_password_is_to_be_taken_off():
    locked = bytearray(docx())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = locked.find(mark)
        locked[at + offset] |= 1

    for content in (bytes(locked), uploads._CFB + b"EncryptedPackage" * 99):
        with pytest.raises(ValidationError) as refused:
            accept(upload("a.docx", content))
        assert refused.value.code == "file_locked"


def test_a_bomb_is_refused_even_when_it_lies_about_its_size():
    bomb = bytearray(docx(**{"word/bomb.bin": b"\0" * 30_000_000}))
    at = bomb.rfind(b"PK\x01\x02")
    lie = struct.pack("<I", 10)
    bomb[at + 24 : at + 28] = lie

    with pytest.raises(ValidationError):
        accept(upload("a.docx", bytes(bomb)))
    with pytest.raises(ValidationError) as refused:
        accept(upload("a.docx", docx(**{"word/bomb.bin": b"\0" * 30_000_000})))
    assert refused.value.code == "file_bomb"


def test_a_file_over_the_limit():
    with pytest.raises(ValidationError) as refused:
        accept(upload("a.pdf", pdf(b"x" * 2_000)), largest=1_000)

    assert refused.value.code == "too_large"


def test_what_wears_a_genuine_head_only_is_refused():
    assert refusal("a.xlsx", b"PK\x03\x04" + b"x" * 500)
    assert refusal("a.png", b"\x89PNG\r\n\x1a\n" + b"x" * 5)
    assert refusal("a.jpg", b"\xff\xd8\xff" + b"\xff" * 50)
    assert refusal("a.hwp", uploads._CFB + b"Workbook" * 90)


def test_entries_are_counted():
    with pytest.raises(ValidationError):
        accept(upload("a.docx", docx(**{f"word/{n}.xml": b"" for n in range(1_001)})))
