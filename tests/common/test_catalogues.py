"""The keeping of the Korean."""

import os
import time

import pytest
from django.utils.translation import gettext, override

from portal.common import catalogues


@pytest.fixture
def one_app(tmp_path, settings, monkeypatch):
    """A project of one app with one template."""
    settings.BASE_DIR = tmp_path
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "code.py").write_text(
        'from x import gettext as _, ngettext, pgettext\n_("Save")\npgettext("menu", "Save")\n'
        'ngettext("%(n)s row", "%(n)s rows", 2)\n'
    )
    (tmp_path / "page.html").write_text(
        "{% load i18n %}\n    {% if x %}\n  {% translate 'It\\'s \"here\"' %}\n{% blocktranslate trimmed with a=b %}\n"
        "      Dear {{ a }}\n {% endblocktranslate %}{% endif %}<p>it's</p>"
    )
    monkeypatch.setattr(catalogues, "homes", lambda: {tmp_path / "app": [tmp_path / "app", tmp_path / "page.html"]})
    return tmp_path / "app"


def test_strings_of_code_and_templates_are_found(one_app):
    catalogues.update()
    found = {(message.context, message.id) for message in catalogues.kept(one_app) if message.id}
    assert {(None, "Save"), ("menu", "Save"), (None, "Dear %(a)s"), (None, ("%(n)s row", "%(n)s rows"))} <= found


def test_what_is_missing_or_wrong_is_said(one_app):
    catalogues.update()
    assert len(catalogues.complaints()) == 5
    path = catalogues.po_of(one_app)
    path.write_text(path.read_text().replace('"Dear %(a)s"\nmsgstr ""', '"Dear %(a)s"\nmsgstr "%(b)s님께"'))
    assert "app: other placeholders in the Korean of 'Dear %(a)s'" in catalogues.complaints()


def test_korean_stays_and_what_nobody_says_any_more_goes(one_app):
    catalogues.update()
    path = catalogues.po_of(one_app)
    path.write_text(path.read_text().replace('msgid "Save"\nmsgstr ""', 'msgid "Save"\nmsgstr "저장"'))
    (one_app / "code.py").write_text('_("Save")\n')
    catalogues.update()
    assert catalogues.kept(one_app).get("Save").string == "저장"
    assert catalogues.kept(one_app).get("%(n)s row") is None
    assert catalogues.update() == []


def test_only_what_changed_is_compiled(one_app):
    catalogues.update()
    assert [catalogues.compile_catalogues(), catalogues.compile_catalogues()] == [1, 0]
    later = time.time() + 10
    os.utime(catalogues.po_of(one_app), (later, later))
    assert catalogues.compile_catalogues() == 1


def test_the_portal_speaks_korean():
    with override("ko"):
        assert gettext("Skip to the content") == "본문 바로가기"
