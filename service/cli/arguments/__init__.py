"""Every command of the command line: its arguments, and where the function is that runs it.

Nothing here imports what the commands need: only the command that is called loads its libraries.
"""

from service.cli.arguments.analysing import ANSWERING
from service.cli.arguments.base import Command
from service.cli.arguments.benching import BENCHING
from service.cli.arguments.converting import CONVERTING
from service.cli.arguments.drawing import MAPPING
from service.cli.arguments.inspecting import ASKING
from service.cli.arguments.operating import OPERATING
from service.cli.arguments.planning import PLANNING
from service.cli.arguments.serving import SERVING

COMMANDS: tuple[Command, ...] = (*PLANNING, *CONVERTING, *ASKING, *ANSWERING, *MAPPING, *BENCHING, *SERVING, *OPERATING)

__all__ = ["COMMANDS", "Command"]
