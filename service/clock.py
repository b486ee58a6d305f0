"""What time it is in the city: the one clock that plans, runs and nights begin by."""

from datetime import date, datetime

from service.settings import Settings, load_settings


def now(settings: Settings) -> datetime:
    """This moment in the city's time zone; on the day of the setting ``today``, if there is one."""
    moment = datetime.now(settings.zone)
    return moment if settings.today is None else datetime.combine(settings.today, moment.timetz())


def today() -> date:
    """The day in the city, by the settings of the environment; raises InputError when they have a fault."""
    return now(load_settings()).date()
