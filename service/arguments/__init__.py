"""Every command of the command line: its arguments, and where the function is that runs it.

Nothing here imports what the commands need: only the command that is called loads its libraries.
"""

from service.arguments.asking import ASKING
from service.arguments.base import Command
from service.arguments.benching import BENCHING
from service.arguments.mapping import MAPPING
from service.arguments.planning import PLANNING

COMMANDS: tuple[Command, ...] = (*PLANNING, *ASKING, *MAPPING, *BENCHING)

__all__ = ["COMMANDS", "Command"]
