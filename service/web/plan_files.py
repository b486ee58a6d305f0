"""Plans and their files in paths, and a file as an answer: the very bytes that were stored with the plan."""

from typing import Annotated

from fastapi import Path, Response

from service.application.plans import read_plan
from service.web.context import RequestUser
from service.web.pagination import tag, unchanged

PlanId = Annotated[str, Path(pattern=r"^p-[0-9a-f]{12}$", examples=["p-0f3a5b7c9d1e"])]
FileName = Annotated[str, Path(pattern=r"^[a-z]{1,20}\.[a-z]{1,10}$", examples=["plan.xlsx"])]
MAP_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:;"
    " font-src data:; frame-ancestors 'none'"
)
"""What a map may do that is opened from here: draw itself, and nothing else."""


def plan_file(asker: RequestUser, plan_id: str, name: str, known: str | None = None) -> Response:
    """A file of a plan, or a 304 answer for one that is ``known``; the audit names who fetched it."""
    found = read_plan.file_of(asker.context, plan_id, name)
    etag = tag(found["sha256"])
    same = unchanged(known, etag)
    if same is not None:
        return same
    asker.house.events.tell("data.exported", asker.person, f"plan/{plan_id}/{name}")
    headers = {"ETag": etag}
    if name.endswith(".html"):
        headers["Content-Security-Policy"] = MAP_POLICY
    else:
        headers["Content-Disposition"] = f'attachment; filename="{plan_id}-{name}"'
    return Response(bytes(found["content"]), 200, headers, found["media_type"])
