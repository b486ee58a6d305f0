"""The command line and, later, the service: the composition of everything else."""
