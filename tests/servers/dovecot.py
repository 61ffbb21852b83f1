"""Dovecot as an unprivileged IMAP server: plain and TLS, every address a user."""

from __future__ import annotations

import itertools
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.servers.program import Program, free_ports, needed, plain_user

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.certificates import Certificates, Pair

PASSWORD = "correct-horse"
"""Every user's password: any other is refused."""

_CONFIG = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
listen = 127.0.0.1
auth_mechanisms = plain login
disable_plaintext_auth = no
auth_failure_delay = 0 secs
mail_max_userip_connections = 0
mail_fsync = never
imap_idle_notify_interval = 2 mins
mail_location = maildir:{folder}/mail/%u/Maildir
maildir_very_dirty_syncs = no
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  client_limit = 400
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service auth {{
  inet_listener {{
    port = {auth_port}
  }}
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One user of the server and his Maildir."""

    username: str
    password: str
    maildir: Path

    def deliver(self, letter: bytes, folder: str = "INBOX", *, seen: bool = False) -> str:
        """Put a letter in as a delivery agent does (tmp, then a rename); its file name."""
        maildir = self.maildir if folder == "INBOX" else self.maildir / f".{folder}"
        owner = plain_user()
        for part in ("tmp", "new", "cur"):
            (maildir / part).mkdir(parents=True, exist_ok=True)
        name = f"{next(_numbers):010d}.{os.getpid()}.omnidesk"
        temporary = maildir / "tmp" / name
        temporary.write_bytes(letter)
        final = maildir / "cur" / f"{name}:2,S" if seen else maildir / "new" / name
        if os.getuid() == 0:
            owned = [self.maildir.parent, self.maildir, maildir, temporary]
            for path in owned + [maildir / part for part in ("tmp", "new", "cur")]:
                os.chown(path, owner.pw_uid, owner.pw_gid)
        temporary.rename(final)
        return name

    def letters(self, folder: str = "INBOX") -> list[bytes]:
        """What lies in a folder, in the order of its file names."""
        maildir = self.maildir if folder == "INBOX" else self.maildir / f".{folder}"
        found = [path for part in ("new", "cur") for path in (maildir / part).glob("*")]
        return [path.read_bytes() for path in sorted(found, key=lambda path: path.name)]

    def expunge(self, name: str, folder: str = "INBOX") -> None:
        """Take a letter away behind the server's back, by the name `deliver` gave."""
        maildir = self.maildir if folder == "INBOX" else self.maildir / f".{folder}"
        for path in [*maildir.glob(f"new/{name}*"), *maildir.glob(f"cur/{name}*")]:
            path.unlink()

    def forget_uids(self) -> None:
        """Give INBOX a new UIDVALIDITY and new UIDs, as a rebuilt server does."""
        for path in self.maildir.glob("dovecot*"):
            path.unlink()
        validity = self.maildir / "dovecot-uidlist"
        validity.write_text(f"3 V{next(_validities)} N1 G{os.urandom(16).hex()}\n")
        if os.getuid() == 0:
            owner = plain_user()
            os.chown(validity, owner.pw_uid, owner.pw_gid)


class Dovecot:
    """The server: `port` speaks plain IMAP and STARTTLS, `tls_port` TLS from the first byte."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, certificates: Certificates) -> None:
        self._binary = needed("dovecot")
        self.folder = folder
        self.certificates = certificates
        self.port, self.tls_port, self.auth_port = free_ports(3)
        self.program = Program(folder / "dovecot.out")
        for name in ("run", "state", "mail"):
            (folder / name).mkdir()
            if os.getuid() == 0:
                os.chown(folder / name, plain_user().pw_uid, plain_user().pw_gid)

    def start(self, pair: Pair | None = None) -> None:
        """Start on the same ports as before, with another certificate if one is given."""
        user = plain_user()
        shown = pair or self.certificates.good
        config = self.folder / "dovecot.conf"
        config.write_text(
            _CONFIG.format(
                folder=self.folder,
                user=user.pw_name,
                group=_group_name(user.pw_gid),
                uid=user.pw_uid,
                gid=user.pw_gid,
                port=self.port,
                tls_port=self.tls_port,
                auth_port=self.auth_port,
                certificate=shown.certificate,
                key=shown.key,
                password=PASSWORD,
            )
        )
        command = [self._binary, "-F", "-c", str(config)]
        self.program.start(command, [self.port, self.tls_port], as_plain_user=True)

    def stop(self) -> None:
        """Say BYE to everybody and end."""
        self.program.stop()

    @property
    def running(self) -> bool:
        return self.program.running

    def mailbox(self, address: str | None = None) -> Mailbox:
        """A user, a new one without an address; he needs no registration."""
        username = address or f"desk{next(_numbers)}@desk.test"
        return Mailbox(username, PASSWORD, self.folder / "mail" / username / "Maildir")

    def remove(self, mailbox: Mailbox) -> None:
        """Delete all that the user has."""
        shutil.rmtree(mailbox.maildir.parent, ignore_errors=True)

    def log(self) -> str:
        """All that the server wrote."""
        path = self.folder / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""


def _group_name(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


_numbers = itertools.count(1)
_validities = itertools.count(1_000_000_000)
