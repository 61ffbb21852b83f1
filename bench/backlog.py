"""P6: letters on a real Dovecot to the inbox, beside mbsync and notmuch."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.letters import Post
from bench.scene import Scene
from bench.series import p50
from bench.table import Figure
from bench.terminal import ROOT, environment
from tests.servers.certificates import make
from tests.servers.dovecot import PASSWORD, Dovecot, Mailbox
from tests.servers.program import open_folder

_CHANNEL = """
[channels.{name}]
type = "email"
address = "{address}"
imap = {{ host = "127.0.0.1", port = {port}, security = "none", username = "{address}", \
password = "{password}" }}
"""
_MBSYNC = """\
IMAPAccount desk
Host 127.0.0.1
Port {port}
User {user}
Pass {password}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account desk

MaildirStore near
Path {folder}/
Inbox {folder}/INBOX

Channel desk
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState *
"""
_NOTMUCH = """\
[database]
path={folder}
[user]
name=Bench
primary_email={user}
[new]
tags=unread;inbox;
"""


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot of our own on loopback; every address is a user."""
    with open_folder("bench-ca") as authority, open_folder("bench-dovecot") as folder:
        server = Dovecot(folder, make(authority / "ca"))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def channel(name: str, box: Mailbox, server: Dovecot) -> str:
    """The TOML of a channel that receives from a mailbox."""
    return _CHANNEL.format(name=name, address=box.username, port=server.port, password=PASSWORD)


def deliver(box: Mailbox, letters: int, seed: int) -> int:
    """Put so many letters into a mailbox; their bytes."""
    post = Post(seed, to=box.username)
    written = [post.letter() for _ in range(letters)]
    for letter in written:
        box.deliver(letter)
    return sum(map(len, written))


_LOOK_SECONDS = 0.03


@dataclass(slots=True)
class Peer:
    """A Maildir kept by mbsync and indexed by notmuch."""

    folder: Path
    fetched: float = 0.0
    indexed: float = 0.0

    def notmuch(self, *words: str) -> list[str]:
        """A command of notmuch at this Maildir."""
        return ["notmuch", f"--config={self.folder / 'notmuch.conf'}", *words]

    def take_in(self, server: Dovecot, box: Mailbox) -> None:
        """Fetch and index all letters of a mailbox, as long as each takes."""
        mail = self.folder / "mail"
        mail.mkdir(parents=True)
        (self.folder / "mbsyncrc").write_text(
            _MBSYNC.format(port=server.port, user=box.username, password=PASSWORD, folder=mail)
        )
        (self.folder / "notmuch.conf").write_text(_NOTMUCH.format(folder=mail, user=box.username))
        self.fetched = ran(["mbsync", "-q", "-c", str(self.folder / "mbsyncrc"), "desk"])
        self.indexed = ran(self.notmuch("new", "--quiet"))


def ran(command: list[str]) -> float:
    """Seconds that a command takes; what it says where it fails."""
    began = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    took = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}{done.stdout[-500:]}")
    return took


@dataclass(frozen=True, slots=True)
class Taken:
    """What a round of P6 leaves behind: the same letters here and there."""

    scene: Scene
    peer: Peer | None


def measure(folder: Path, letters: int, rounds: int) -> tuple[list[Figure], Taken]:
    """Take in the same letters by omnidesk and by the peers, in turn."""
    ours, theirs, size = [], [], 0
    has_peers = all(shutil.which(name) for name in ("mbsync", "notmuch"))
    last: Taken | None = None
    with dovecot() as server:
        for index in range(rounds):
            box = server.mailbox()
            size = deliver(box, letters, seed=11 + index)
            place = folder / f"round-{index}"
            scene = Scene(
                place / "desk", place / "desk" / "omnidesk.db", channel("support", box, server)
            )
            ours.append(_received(scene, letters))
            peer = None
            if has_peers:
                peer = Peer(place / "peer")
                peer.take_in(server, box)
                theirs.append((peer.fetched, peer.indexed))
            last = Taken(scene, peer)
            server.remove(box)
    assert last is not None
    return [_figure(letters, size, ours, theirs)], last


def _received(scene: Scene, letters: int) -> float:
    """Seconds from exec to the last letter stored and searchable; the engine may go on."""
    engine = subprocess.Popen(
        scene.command("engine", "--once"),
        cwd=ROOT,
        env=environment(**scene.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    began = time.perf_counter()
    try:
        while _searchable(scene.database) < letters:
            if engine.poll() is not None and _searchable(scene.database) < letters:
                raise RuntimeError(f"the engine ended before {letters} letters were searchable")
            time.sleep(_LOOK_SECONDS)
        return time.perf_counter() - began
    finally:
        engine.terminate()
        engine.wait(60)


def _searchable(database: Path) -> int:
    """Letters that are in a conversation and in the index; one transaction writes both."""
    if not database.exists():
        return 0
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as db:
        try:
            found = db.execute("SELECT count(*) FROM search_docsize").fetchone()
        except sqlite3.OperationalError:  # its tables are being made
            return 0
    return int(found[0])


def _figure(
    letters: int, size: int, ours: list[float], theirs: list[tuple[float, float]]
) -> Figure:
    rate = letters / p50(ours)
    said = f"{rate:,.0f}/s"
    good, beside = None, "mbsync or notmuch is not installed: no peer"
    if theirs:
        ratio = p50([sum(both) / our for our, both in zip(ours, theirs, strict=True)])
        good, said = ratio >= 5, f"{ratio:.1f} x: {said}"
        fetched, indexed = p50([f for f, _ in theirs]), p50([i for _, i in theirs])
        beside = (
            f"mbsync {letters / fetched:,.0f}/s, then notmuch new {letters / indexed:,.0f}/s "
            f"= {letters / (fetched + indexed):,.0f}/s"
        )
    return Figure(
        number="P6",
        felt=f"backlog: {letters:,} letters of {size / letters / 1024:.0f} KB, until searchable",
        goal=">= 5 x (mbsync + notmuch new)",
        reached=f"{said}, {len(ours)} rounds",
        beside=beside,
        good=good,
    )
