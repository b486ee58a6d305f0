"""Names and amounts of a plan in the language of the reader."""

from service.formats.plan import PlanOut
from service.i18n.localizer import Voice
from service.pages.shell.access import Caller


def voice(caller: Caller, document: PlanOut) -> Voice:
    """The voice in which the reader hears of a plan."""
    return Voice("zh" if caller.language == "zh" else "en", document)
