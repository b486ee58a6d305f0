"""What a child process may not do: take all memory, run on, open connections, start programs, outlive its parent.

The filter of system calls is seccomp(2), which needs no privilege; it is written out, for its library is not on every
machine.  Linux alone has it, on x86-64 and ARM64 here: elsewhere :func:`forbid_network` says that it did nothing.
"""

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from pathlib import Path

_PARENT_DEATH, _NO_NEW_PRIVILEGES, _SECCOMP = 1, 38, 22
_FILTER = 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
_OTHER_ABI = 0x40000000
"""First number of the calls of x32, a second name for those of x86-64."""

_CALLS: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (0xC000003E, (41, 42, 49, 50, 53, 59, 101, 109, 112, 311, 322, 425)),
    "aarch64": (0xC00000B7, (198, 199, 200, 201, 203, 221, 117, 154, 157, 271, 281, 425)),
}
"""Architecture and the numbers of the calls that are refused: socket, socketpair, bind, listen, connect, execve,
ptrace, setpgid, setsid, process_vm_writev, execveat, and io_uring_setup, which could do any of them."""


def limit_memory(most_bytes: int) -> None:
    """Limit the address space of this process; no core is written."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = most_bytes if hard == resource.RLIM_INFINITY else min(most_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_more_memory(more_bytes: int) -> None:
    """Limit the address space to what this process has now, and so many bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit_memory(pages * resource.getpagesize() + more_bytes)


def limit_seconds(most: int) -> None:
    """End this process after so many seconds of processor time."""
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))


def limit_written(most_bytes: int) -> None:
    """Limit the size of each file that this process writes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


def end_with(parent: int) -> None:
    """Have this process killed when its parent, of that id, ends; at once when it has ended."""
    _prctl(_PARENT_DEATH, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def can_forbid_network() -> bool:
    """Whether :func:`forbid_network` can do anything on this machine."""
    return platform.machine() in _CALLS and Path("/proc/sys/kernel/seccomp").exists()


def forbid_network() -> bool:
    """Refuse this process sockets, other programs and a session of its own for good; whether that could be done."""
    if not can_forbid_network():
        return False
    architecture, calls = _CALLS[platform.machine()]
    refused = len(calls) + 1
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, refused, 0, _OTHER_ABI),
        *((_EQUAL, refused - 1 - place, 0, number) for place, number in enumerate(calls)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    steps = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in program))
    head = struct.pack("@HP", len(program), ctypes.addressof(steps))
    return _prctl(_NO_NEW_PRIVILEGES, 1) and _prctl(_SECCOMP, _FILTER, head)


def _prctl(option: int, value: int, pointer: bytes | None = None) -> bool:
    call = ctypes.CDLL(None).prctl
    call.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong)
    return bool(call(option, value, pointer, 0, 0) == 0)
