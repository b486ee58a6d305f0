"""Addresses of what is served: ids as segments of a path, whatever characters they have.

Everything within routes, pages and answers knows a path in one form: percent-encoded, segment by segment.  So a slash
within an id never ends it, and a ``?`` or ``#`` never ends the path.
:class:`~service.web.request_paths.RequestPathMiddleware` brings every request's path into that form, and the convertors
here decode each parameter once its route is found.
"""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from urllib.parse import quote, unquote

from starlette.convertors import Convertor, register_url_convertor

KEPT = "!$&'()*+,;=:@"
"""Characters beside the unreserved ones that stand for themselves in a segment (RFC 3986, pchar)."""


def segments(*parts: object) -> str:
    """A path of which every part is one segment."""
    return "".join(f"/{quote(str(part), safe='')}" for part in parts)


def canonical(raw_path: bytes) -> str:
    """A path as it was sent, with the same characters encoded whoever sent it."""
    return "/".join(quote(unquote(segment), safe=KEPT) for segment in raw_path.decode("latin-1").split("/"))


def within(address: str, networks: Iterable[str]) -> bool:
    """Whether an address is in one of the networks; ``*`` is all of them."""
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(each == "*" or known in ip_network(each) for each in networks)


class Segment(Convertor[str]):
    """One segment of a path, decoded."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        """What the segment says."""
        return unquote(value)

    def to_string(self, value: str) -> str:
        """The segment that says it."""
        return quote(value, safe="")


class Rest(Segment):
    """The rest of a path, decoded: for ids that clients send with their slashes bare."""

    regex = ".*"


# every parameter of every route is a segment: this must be known before the first route is declared
register_url_convertor("str", Segment())
register_url_convertor("rest", Rest())
