"""What day it is in the city: the one clock that plans, runs and nights begin by."""

from datetime import date, datetime

from service.settings import load_settings


def today() -> date:
    """Today in the city's time zone, or the day of the setting ``today``; raises InputError for bad settings."""
    settings = load_settings()
    return settings.today or datetime.now(settings.zone).date()
