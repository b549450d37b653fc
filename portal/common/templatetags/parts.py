"""Small pieces of a page that need a decision: the colour of a state, the head of a column."""

from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.common import form_html, korean
from portal.common.forms import KRDSRenderer
from portal.common.listing import Listing

register = template.Library()

# The colour of each state of the portal, by what it asks of the reader. The word is always
# printed; colour never says it alone.
TONES = {
    # nothing has begun, or it is over without a judgement
    "gray": "draft planned scheduled closed archived ended expired undone discarded cancelled withdrawn waiting queued inactive none left dropped turned_down dismissed",
    # it goes its way
    "primary": "open submitted announced claimed recruiting selecting in_review review matched issued read sent requested reported proposed published",
    "information": "info booked running undoing active enrolled ongoing in_progress offered returned_once signed agreed screening studying decided",
    # it went well
    "success": "success done accepted selected approved completed passed present finished delivered employed "
    "in_force fulfilled retained paid verified released on_track met early_employed effective held reached confirmed upheld answered",
    # somebody should look
    "warning": "warning waitlisted returned late early_leave out excused overdue_soon due_soon renewing pending "
    "on_hold on_leave delayed retrying not_possible left_out kept unverified unknown no_answer last_chance",
    # it went wrong, or is urgent
    "danger": "danger rejected failed declined absent expelled dropped_out terminated overdue dead blocked not_done "
    "not_completed no_show refused quarantined revoked wrong_number unconfirmed",
}
TONE_OF = {state: tone for tone, states in TONES.items() for state in states.split()}
LOOKS = {"gray": "bg-light-gray", **{tone: f"bg-light-{tone}" for tone in TONES if tone != "gray"}}


@register.filter
def attributes(given: Mapping[str, Any]) -> SafeString:
    """`<input{{ widget.attrs|attributes }}>`: all but the class, which the template of the widget writes."""
    return mark_safe(form_html.attributes(given))  # noqa: S308  # each is escaped


@lru_cache(maxsize=1_000)
def _escaped(text: str) -> str:
    return str(escape(text))


@register.simple_tag
def badge(state: Any, label: Any = None) -> SafeString:
    """`{% badge row.state row.get_state_display %}`; or a tone by name: `{% badge "danger" _("Late") %}`."""
    state = str(state or "")
    look = LOOKS[state if state in LOOKS else TONE_OF.get(state, "gray")]
    text = _escaped(state if label is None else str(label))
    return mark_safe(f'<span class="krds-badge {look}">{text}</span>')  # noqa: S308


MOST_KEPT = 1_000  # of one part: what differs by person must not fill the memory
HOLE = "\ue000%s\ue000"  # of letters that no text has, and that no escaping changes


class Prepared(template.Node):
    def __init__(
        self, content: template.NodeList, given: dict[str, FilterExpression], each: dict[str, FilterExpression]
    ) -> None:
        self.content, self.given, self.each = content, given, each
        self.kept: dict[tuple[Hashable, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        values = {name: expression.resolve(context) for name, expression in self.given.items()}
        key = (get_language(), *values.values())
        html: str | None = self.kept.get(key)
        if html is None:
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            html = self.content.render(context.new(values | {name: HOLE % name for name in self.each}))
            self.kept[key] = mark_safe(html)  # noqa: S308  # rendered by a template
        for name, expression in self.each.items():
            html = html.replace(HOLE % name, escape(expression.resolve(context)))
        return mark_safe(html)  # noqa: S308  # rendered by a template; what fills its holes is escaped


@register.tag
def prepared(parser: Parser, token: Token) -> Prepared:
    """`{% prepared menu=shell.menu each csrf_token shell.here %}…{% endprepared %}`: rendered once, then kept.

    Once per language and value; the values must be hashable. What follows `each` is put in at every look;
    inside, it goes by its last word: `{{ here }}`. Nothing else of the context is seen inside, so that nobody is
    shown what belongs to another.
    """
    words = token.split_contents()[1:]
    at = words.index("each") if "each" in words else len(words)
    each = {word.rpartition(".")[2]: parser.compile_filter(word) for word in words[at + 1 :]}
    given = token_kwargs(words[:at], parser)
    content = parser.parse(("endprepared",))
    parser.delete_first_token()
    return Prepared(content, given, each)


@register.simple_tag
def steps(labels: Iterable[Any], now: int) -> SafeString:
    """`{% steps labels=steps now=2 %}`: the steps of a long form."""
    return _steps(get_language(), tuple(map(str, labels)), now)


@lru_cache(maxsize=200)
def _steps(_language: str | None, labels: tuple[str, ...], now: int) -> SafeString:
    return render_to_string("components/_steps.html", {"steps": labels, "now": now})


@register.simple_tag(takes_context=True)
def th(context: template.Context, key: str, label: Any, css: str = "") -> SafeString:
    """The head of a column of `listing`: `{% th "name" _("Name") %}`. An unsortable one has key ""."""
    listing: Listing = context["listing"]
    look = f' class="{css}"' if css else ""
    words = _escaped(str(label))
    if not key or key not in listing.sorts:
        return mark_safe(f'<th scope="col"{look}>{words}</th>')  # noqa: S308  # escaped
    link = f'<a class="p-sort" href="{escape(listing.sort_url(key))}">{words}</a>'
    return mark_safe(f'<th scope="col" aria-sort="{listing.direction(key)}"{look}>{link}</th>')  # noqa: S308


@register.simple_tag
def pagination(listing: Listing) -> SafeString:
    """The links between the pages of a list; nothing where there is one page."""
    links = []
    for page in listing.pages:
        number = f'<span class="sr-only">{_("Page")} </span>{page.number}'
        if not page.url:
            links.append('<span class="page-link link-dot"><span class="sr-only">…</span></span>')
        elif page.current:
            links.append(f'<a class="page-link active" href="{escape(page.url)}" aria-current="page">{number}</a>')
        else:
            links.append(f'<a class="page-link" href="{escape(page.url)}">{number}</a>')
    if not links:
        return SafeString()
    before, after = (
        f'<a class="page-navi {side}" href="{escape(url)}" rel="{side}">{words}</a>' if url else ""
        for side, url, words in (("prev", listing.previous_url, _("Previous")), ("next", listing.next_url, _("Next")))
    )
    return mark_safe(  # noqa: S308  # each part is escaped
        f'<nav class="krds-pagination" aria-label="{_("Pages")}">{before}'
        f'<div class="page-links">{"".join(links)}</div>{after}</nav>'
    )


@register.filter
def krds(form: Any) -> Any:
    """Give somebody else's form the portal's look: `{{ form|krds }}`."""
    form.renderer = KRDSRenderer()
    for field in form:  # one that was looked at before keeps the renderer it had then
        field.renderer = form.renderer
    if form.is_bound:
        for errors in form.errors.values():
            errors.renderer = form.renderer
    return form


@register.filter
def percent(part: Any, whole: Any) -> str:
    """`{{ done|percent:total }}`: one digit after the point, "–" where there is no whole."""
    return f"{100 * part / whole:.1f}%" if whole else "–"


@register.filter
def masked_mobile(number: str) -> str:
    """010-****-1234: how telephone numbers stand in lists."""
    return korean.mask_mobile(number)
