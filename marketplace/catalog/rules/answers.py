"""What a category asks about goods, and the answers: checked against the question, and as they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from marketplace.catalog.rules.goods import ALLERGENS, AttributeKind, AttributeValue

LONGEST_ANSWER = 200
HIGHEST_NUMBER = 1_000_000
MOST_CHOICES = 40
MOST_ATTRIBUTES = 20
YES, NO = "ya", "tidak"


class Fact(NamedTuple):
    """An answer as people read it."""

    label: str
    text: str


@dataclass(frozen=True)
class Attribute:
    """What is asked about goods of a category: a motif, a size. `unit` belongs to a number ('g', 'hari').

    `code` is what the answer is kept under, and `field` the name of the form field and of the refusal's field.
    """

    id: int
    code: str
    label: str
    kind: AttributeKind
    unit: str
    choices: tuple[str, ...]
    is_required: bool
    is_active: bool

    @property
    def field(self) -> str:
        return f"attr-{self.code}"


class Unanswerable(ValueError):
    """The answer does not fit the question. `args` are the id of the refusal and its values."""

    def __init__(self, message_id: str, **values: object) -> None:
        super().__init__(message_id)
        self.message_id = message_id
        self.values = values


def answer_of(attribute: Attribute, said: Any) -> AttributeValue | None:
    """The answer as it is kept, None for none. Raises Unanswerable for one that is no answer to the question."""
    if said is None or (isinstance(said, str | list | tuple) and not said):
        return None
    return _READERS[attribute.kind](attribute, said)


def _text(_attribute: Attribute, said: Any) -> AttributeValue | None:
    text = " ".join(str(said).split())
    if not isinstance(said, str) or len(text) > LONGEST_ANSWER:
        raise Unanswerable("catalog.attribute_text", most=LONGEST_ANSWER)
    return text or None


def _number(_attribute: Attribute, said: Any) -> AttributeValue:
    if not isinstance(said, int) or isinstance(said, bool) or not 0 <= said <= HIGHEST_NUMBER:
        raise Unanswerable("catalog.number_out_of_bounds", lowest=0, highest=HIGHEST_NUMBER)
    return said


def _choice(attribute: Attribute, said: Any) -> AttributeValue:
    if not isinstance(said, str) or said not in attribute.choices:
        raise Unanswerable("catalog.attribute_choice")
    return said


def _choices(attribute: Attribute, said: Any) -> AttributeValue:
    wanted = list(said) if isinstance(said, list | tuple) else [said]
    for each in wanted:
        _choice(attribute, each)
    return [choice for choice in attribute.choices if choice in wanted]


def _yes_no(_attribute: Attribute, said: Any) -> AttributeValue:
    if not isinstance(said, bool):
        raise Unanswerable("catalog.attribute_choice")
    return said


_READERS = {
    AttributeKind.TEXT: _text,
    AttributeKind.NUMBER: _number,
    AttributeKind.CHOICE: _choice,
    AttributeKind.CHOICES: _choices,
    AttributeKind.YES_NO: _yes_no,
}


def facts_of(attributes: Sequence[Attribute], answers: Mapping[str, AttributeValue]) -> tuple[Fact, ...]:
    """The answers with their labels, in the order of the questions; also to questions that are asked no more."""
    asked = [attribute for attribute in attributes if attribute.code in answers]
    return tuple(Fact(attribute.label, _said(answers[attribute.code], attribute.unit)) for attribute in asked)


def _said(answer: AttributeValue, unit: str) -> str:
    if isinstance(answer, bool):
        return YES if answer else NO
    if isinstance(answer, int):
        return f"{answer:,}".replace(",", ".") + (f" {unit}" if unit else "")
    return answer if isinstance(answer, str) else ", ".join(answer)


def allergen_names(codes: Iterable[str]) -> tuple[str, ...]:
    """Allergens as they are named on a label, in the order of the regulation; unknown codes are left out."""
    named = set(codes)
    return tuple(name for code, name in ALLERGENS.items() if code in named)
