"""What a form says to who fills it in."""

import pytest
from django import forms
from django.utils.translation import override

from portal.common.exceptions import ActionRefused
from portal.common.forms import PortalForm


class Sample(PortalForm):
    birth = forms.DateField(label="생년월일")
    course = forms.ChoiceField(label="과정", choices=[("", "-"), ("a", "A")])
    note = forms.CharField(label="비고", max_length=500, widget=forms.Textarea, required=False)
    size = forms.IntegerField(label="멘토링 시간(분)", help_text="10분 단위")
    how = forms.ChoiceField(label="방식", choices=[("on", "대면"), ("off", "원격")], widget=forms.RadioSelect)
    paper = forms.FileField(label="증빙서류")
    agreed = forms.BooleanField(label="동의")


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("birth", "생년월일을 입력하세요."),
        ("course", "과정을 선택하세요."),
        ("size", "멘토링 시간(분)을 입력하세요."),
        ("how", "방식을 선택하세요."),
        ("paper", "증빙서류를 첨부하세요."),
    ],
)
def test_what_is_missing_is_named_with_its_particle(field, sentence):
    with override("ko"):
        assert Sample({}).errors[field] == [sentence]


def test_in_english_it_is_named_too():
    class English(PortalForm):
        birth = forms.DateField(label="Date of birth")
        mou = forms.CharField(label="MOU title")

    with override("en"):
        assert English({}).errors == {"birth": ["Enter date of birth."], "mou": ["Enter MOU title."]}


def test_an_own_message_stays():
    class Own(PortalForm):
        name = forms.CharField(error_messages={"required": "성함을 알려 주세요."})

    assert Own({}).errors["name"] == ["성함을 알려 주세요."]


def test_every_link_of_the_summary_leads_to_a_field():
    html = str(Sample({"note": "<b>적어 둔 말</b>"}))
    for target in ("id_birth", "id_course", "id_how_0", "id_paper", "id_agreed"):
        assert f'href="#{target}"' in html
        assert f'id="{target}"' in html
    assert "&lt;b&gt;적어 둔 말" in html


def test_a_field_is_described_by_its_hint_and_its_mistake():
    html = str(Sample({}))
    assert 'aria-describedby="id_size_helptext id_size_error"' in html
    assert 'id="id_size_helptext"' in html
    assert 'id="id_size_error"' in html


def test_dates_get_the_picker_of_the_browser():
    assert 'type="date"' in str(Sample({"birth": "1998-03-15"})["birth"])


@pytest.mark.parametrize(("field", "beside"), [("birth", "birth"), ("unknown", "__all__"), (None, "__all__")])
def test_a_refusal_stands_beside_its_field(field, beside):
    form = Sample({"birth": "1998-03-15"})
    form.is_valid()
    form.refuse(ActionRefused("정원이 찼습니다.", field))
    assert "정원이 찼습니다." in form.errors[beside]
