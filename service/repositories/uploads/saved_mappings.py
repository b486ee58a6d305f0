"""Mappings that a person confirmed, by the signature of the headings they were made for."""

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from geodata.spreadsheet_mapping import Mapping
from service.database.tables import saved_mapping


def save(connection: Connection, person: str, signature: str, mapping: Mapping) -> None:
    """Remember a mapping in place of the one before."""
    values = {"mapping": mapping.model_dump(mode="json"), "made_at": func.now()}
    statement = insert(saved_mapping).values(person=person, signature=signature, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["person", "signature"], set_=values))


def find(connection: Connection, signature: str) -> Mapping | None:
    """The mapping that the person of the transaction confirmed for these headings, None if there is none."""
    query = select(saved_mapping.c.mapping).where(saved_mapping.c.signature == signature)
    found = connection.execute(query).scalar()
    return None if found is None else Mapping.model_validate(found)
