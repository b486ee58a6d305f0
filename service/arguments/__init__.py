"""Every command of the command line: its arguments, and where the function is that runs it.

Nothing here imports what the commands need: only the command that is called loads its libraries.
"""

from service.arguments.answering import ANSWERING
from service.arguments.asking import ASKING
from service.arguments.base import Command
from service.arguments.benching import BENCHING
from service.arguments.converting import CONVERTING
from service.arguments.mapping import MAPPING
from service.arguments.operating import OPERATING
from service.arguments.planning import PLANNING
from service.arguments.serving import SERVING

COMMANDS: tuple[Command, ...] = (*PLANNING, *CONVERTING, *ASKING, *ANSWERING, *MAPPING, *BENCHING, *SERVING, *OPERATING)

__all__ = ["COMMANDS", "Command"]
