"""What the tagger makes of a value where the words around it don't settle whose it is."""

from __future__ import annotations

from deid.recognizers.addressed import is_written_to
from deid.recognizers.public_context import PublicContext
from deid.recognizers.public_words import CALLED_BEFORE, FAX_BEFORE, SOMEBODY_AFTER, is_reported
from deid.tagger.tagger import load_tagger
from deid.views import Views

_JUST_BEFORE = 12
_PUBLIC_BELOW, _SURELY_PUBLIC, _SURELY_PRIVATE = 0.3, 0.02, 0.999
_LINKED_BELOW, _FAX_BELOW, _CLAUSE = 0.2, 0.05, 24


def reads_as_public(views: Views, start: int, end: int) -> bool:
    """Whether agencies are spoken of around a value, nobody of himself, and the tagger sees nothing private."""
    context = PublicContext.of(views)
    if context.is_claimed(start) or not context.speaks_for_agencies(start, end):
        return False
    if is_reported(views.folded, start, end):
        return False
    return load_tagger().value_mean(views, start, end) < _PUBLIC_BELOW


def is_told_with_office(views: Views, start: int, end: int) -> bool:
    """Whether a value stands among an office's, as below a mail, and the tagger sees nothing private."""
    seen = load_tagger().value_mean(views, start, end)
    if seen >= _LINKED_BELOW or is_reported(views.folded, start, end) or is_written_to(views, start, end):
        return False
    context = PublicContext.of(views)
    if seen < _FAX_BELOW and FAX_BEFORE.search(views.folded, max(0, start - _CLAUSE), start):
        return context.names_office_before(start)
    return context.is_told_with_office(start)


def is_called(views: Views, start: int, end: int) -> bool:
    """Whether a citizen called this line of an office just named, and the tagger sees nothing private."""
    if CALLED_BEFORE.search(views.before(start, _JUST_BEFORE)) is None or SOMEBODY_AFTER.match(views.folded, end):
        return False
    if not PublicContext.of(views).names_office_before(start):
        return False
    return load_tagger().value_mean(views, start, end) < _SURELY_PUBLIC


def reads_as_private(views: Views, start: int, end: int) -> bool:
    """Whether the tagger is sure that a value is somebody's own, whatever the words around it say."""
    return load_tagger().value_mean(views, start, end) >= _SURELY_PRIVATE
