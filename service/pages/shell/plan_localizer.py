"""Names and amounts of a plan in the language of the reader."""

from service.formats.plan import PlanOut
from service.i18n.localizer import Localizer
from service.pages.shell.access import SignedInRequest


def localizer_of(caller: SignedInRequest, document: PlanOut) -> Localizer:
    """The voice in which the reader hears of a plan."""
    return Localizer("zh" if caller.language == "zh" else "en", document)
