"""The HTTP interface: routes translate and delegate, nothing else."""
