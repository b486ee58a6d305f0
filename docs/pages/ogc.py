"""Page of the OGC API: its collections with their properties, its processes, its conformance classes."""

from docs.pages.markdown import page, table
from service.ogc.app import CONFORMANCE
from service.ogc.collections import COLLECTIONS, Collection
from service.ogc.process_catalogue import PROCESSES


def ogc() -> str:
    """Everything that the mounted application offers."""
    introduction = (
        "OGC API – Features and OGC API – Processes are served at `/ogc`, with the keys, roles and districts of "
        "`/api/v1`. Coordinates are CRS84. `bbox`, `datetime`, `limit`, `offset` and every property but "
        "lists are query parameters; an unknown one is answered with 400. "
        "Every resource takes `f=json`, and lists come in pages by `limit` "
        "with a link `next`. Months are those of the city, in the zone of `ALLOCATOR_TIME_ZONE`. What has no place "
        "or no time matches every box or time. `registry` names a version, `plan` a plan; absent are the "
        "newest and the published one."
    )
    processes = [
        (
            f"`{each.id}`",
            each.mode,
            f"{each.description} Inputs: {', '.join(f'`{name}`' for name in each.inputs.model_fields)}.",
        )
        for each in PROCESSES.values()
    ]
    return page(
        "OGC API",
        introduction,
        *(part for collection in COLLECTIONS for part in _collection(collection)),
        "## Processes\n\nA job is a run; its results are the head of its plan and links to its features.",
        table(("process", "how", "what it does"), processes),
        "## Conformance",
        "\n".join(f"- `{each}`" for each in CONFORMANCE),
    )


def _collection(collection: Collection) -> tuple[str, str]:
    own = (
        f"Shows a version of the registry (`{collection.of}`)."
        if collection.of == "registry"
        else "Shows a plan (`plan`)."
    )
    rows = [(f"`{each.name}`", each.kind, each.says) for each in collection.properties]
    heading = f"## {collection.id}: {collection.title}\n\n{collection.description} {own}"
    return heading, table(("property", "type", "meaning"), rows)
