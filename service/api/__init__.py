"""The HTTP interface: routes translate and delegate, nothing else."""

from service.web import urls  # noqa: F401  parameters of paths must be known before the first route is declared
