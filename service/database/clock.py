"""What time it is in the city; whatever the service decides goes by the clock of its database alone."""

from datetime import date, datetime

from sqlalchemy import Connection, func, select

from service.settings import Settings, load_settings


def now_by(connection: Connection, settings: Settings) -> datetime:
    """This moment by the database's clock in the city's time zone; on the day of the setting ``today``, if it is set.

    Within a transaction it is the moment at which that began.
    """
    moment: datetime = connection.execute(select(func.now())).scalar_one()
    return _on_day(moment.astimezone(settings.zone), settings)


def today_by(connection: Connection) -> date:
    """The day in the city by the database's clock, by the settings of the environment."""
    return now_by(connection, load_settings()).date()


def today() -> date:
    """The day in the city by this machine's clock, for commands without a database.

    Goes by the settings of the environment; raises InputError when they have a fault.
    """
    settings = load_settings()
    return _on_day(datetime.now(settings.zone), settings).date()


def _on_day(moment: datetime, settings: Settings) -> datetime:
    return moment if settings.today is None else datetime.combine(settings.today, moment.timetz())
