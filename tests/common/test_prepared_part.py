from django.template import Context, Template

PART = Template(
    "{% load parts %}{% prepared name=name each csrf_token shell.here %}"
    '{{ name }}{% csrf_token %}<a href="{{ here }}">{{ secret }}</a>{% endprepared %}'
)


def drawn(**values: object) -> str:
    return PART.render(Context(values))


def test_a_part_is_drawn_once_and_filled_in_at_each_look():
    first = drawn(name="가", csrf_token="one", shell={"here": "/a/?q=<b>"}, secret="theirs")
    second = drawn(name="가", csrf_token="two", shell={"here": "/b/"}, secret="mine")

    assert 'value="one"' in first
    assert 'href="/a/?q=&lt;b&gt;"' in first
    assert 'value="two"' in second
    assert 'href="/b/"' in second
    assert first.startswith("가")


def test_nothing_else_of_the_page_is_seen_inside():
    assert "theirs" not in drawn(name="나", csrf_token="x", shell={"here": "/"}, secret="theirs")


def test_another_value_is_another_part():
    same = {"csrf_token": "x", "shell": {"here": "/"}}

    assert drawn(name="다", **same).startswith("다")
    assert drawn(name="라", **same).startswith("라")
