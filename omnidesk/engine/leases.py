"""Who serves what: a lease has one holder at a time, and a dead holder's is free at once."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta
from pathlib import Path

from omnidesk.core.store import Transaction

LEASE = timedelta(seconds=15)
RENEW_SECONDS = 4.0


def new_holder() -> str:
    """A name for this process that no other process has, here or on another host."""
    return f"{_place()}:{os.getpid()}:{_started(os.getpid())}:{secrets.token_hex(4)}"


def hold(tx: Transaction, name: str, holder: str, now: datetime) -> bool:
    """Take or renew a lease; False where a living holder has it."""
    if tx.hold(name, holder, now + LEASE, now):
        return True
    other = tx.lease(name, now)
    if other is None or not is_gone(other):
        return False
    tx.release(name, other)
    return tx.hold(name, holder, now + LEASE, now)


def is_gone(holder: str) -> bool:
    """Whether a holder is known to be dead: a process of this very place that runs no more."""
    place, pid, started, _ = [*holder.rsplit(":", 3), "", "", ""][:4]
    if place != _place() or not pid.isdigit():
        return False
    return _started(int(pid)) != started


def _place() -> str:
    """The host and its process numbers' name space: containers on one host have their own."""
    try:
        space = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        space = 0
    return f"{socket.gethostname()}/{space}"


def _started(pid: int) -> str:
    """When a process began (proc(5), stat field 22), as numbers are used again; "" if none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]
