"""The one way in which an action says no."""

from django.utils.functional import Promise


class ActionRefused(Exception):
    """An action's refusal, as a sentence fit for the person who asked.

    `field` names the form field it belongs beside, if it belongs to one.
    """

    def __init__(self, sentence: str | Promise, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field

    def __str__(self) -> str:
        return str(self.sentence)
