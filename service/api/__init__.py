"""The HTTP interface: routes translate and delegate, nothing else."""

from service import addresses  # noqa: F401  parameters of paths must be known before the first route is declared
