"""Names and amounts of a plan in the language of the reader."""

from service.pages.entry import Caller
from service.voice import Voice
from service.wire import PlanOut


def voice(caller: Caller, document: PlanOut) -> Voice:
    """The voice in which the reader hears of a plan."""
    return Voice("zh" if caller.language == "zh" else "en", document)
