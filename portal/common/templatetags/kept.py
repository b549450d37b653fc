"""`translate` and `url` where they say the same at each look: looked up once for each language, then kept.

A page has some forty such words and a dozen such addresses; to look each up anew took a tenth of its time. Stands
for Django's `i18n` and among the built-in tags (settings.TEMPLATES); what depends on the context is left to Django.
"""

from django import template
from django.template.base import FilterExpression, Node, Parser, Token
from django.template.defaulttags import URLNode, url
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.tags = {**i18n.register.tags}
register.filters = {**i18n.register.filters}


class Kept(Node):
    """A node that the context does not change."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.kept: dict[str | None, str] = {}

    def render(self, context: template.Context) -> str:
        language = get_language()
        if language not in self.kept:
            self.kept[language] = self.node.render(context)
        return self.kept[language]


def is_literal(expression: FilterExpression | None) -> bool:
    """Whether it is a text between quotes, without a filter; or nothing at all."""
    if expression is None or isinstance(expression.var, str):
        return expression is None or not expression.filters
    return not expression.filters and getattr(expression.var, "lookups", ()) is None


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    """`{% translate "Print" %}`."""
    node = i18n.do_translate(parser, token)
    fixed = not node.asvar and is_literal(node.filter_expression) and is_literal(node.message_context)
    return Kept(node) if fixed else node


register.tag("trans", translate)


@register.tag("url")
def fixed_url(parser: Parser, token: Token) -> Node:
    """`{% url 'partners:agreement-list' %}`."""
    node: URLNode = url(parser, token)
    fixed = is_literal(node.view_name) and not node.args and not node.kwargs and not node.asvar
    return Kept(node) if fixed else node
