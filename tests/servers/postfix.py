"""Postfix as the world's mail: takes letters by SMTP and delivers them into Dovecot's Maildirs."""

from __future__ import annotations

import grp
import os
import pwd
from typing import TYPE_CHECKING

from tests.servers.program import Program, free_ports, needed, plain_user

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.dovecot import Dovecot

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.desk.test
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
smtputf8_enable = yes
message_size_limit = 60000000
virtual_mailbox_domains = desk.test, customers.test
virtual_mailbox_maps = regexp:{folder}/mailboxes
virtual_transport = lda
lda_destination_recipient_limit = 1
relay_domains = bouncing.test, slow.test
relay_recipient_maps =
transport_maps = inline:{{ bouncing.test=bouncing:, slow.test=slow: }}
default_transport = error:5.1.2 only test domains are known here
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_reject_unlisted_recipient = yes
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
smtpd_peername_lookup = no
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth_port}
smtpd_sasl_security_options = noanonymous
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
tls_random_source = dev:/dev/urandom
minimal_backoff_time = 1s
queue_run_delay = 1s
in_flow_delay = 0
"""

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{tls_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:{auth_only_port} inet n - n - - smtpd -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject -o smtpd_relay_restrictions=permit_sasl_authenticated,reject -o smtpd_tls_auth_only=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
bouncing unix - n n - - pipe user={user} argv=/bin/sh -c {{exit 67}}
slow unix - n n - - pipe user={user} argv=/bin/sh -c {{exit 75}}
lda unix - n n - - pipe flags=DRhu user={user} argv={lda} -c {dovecot} -f ${{sender}} -d ${{recipient}}
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""  # noqa: E501


_QUEUE = (
    "active bounce corrupt defer deferred flush hold incoming maildrop private public saved trace"
)


class Postfix:
    """The server. Everybody at desk.test and customers.test has a mailbox, save `nobody`.

    `port` takes letters from loopback (STARTTLS offered), `tls_port` speaks TLS at once,
    `auth_only_port` wants STARTTLS and a login with Dovecot's password.
    A letter to bouncing.test comes back as a delivery report; one to slow.test waits.
    """

    host = "127.0.0.1"

    def __init__(self, folder: Path, dovecot: Dovecot) -> None:
        self._binary = needed("master", root=True)
        self.folder = folder
        self.port, self.tls_port, self.auth_only_port = free_ports(3)
        self.program = Program(folder / "postfix.out")
        os.chown(folder, 0, 0)
        self._make_queue()
        (folder / "mailboxes").write_text("!/^nobody@/ here\n")
        good = dovecot.certificates.good
        (folder / "main.cf").write_text(
            _MAIN.format(
                folder=folder,
                auth_port=dovecot.auth_port,
                certificate=good.certificate,
                key=good.key,
            )
        )
        (folder / "master.cf").write_text(
            _MASTER.format(
                port=self.port,
                tls_port=self.tls_port,
                auth_only_port=self.auth_only_port,
                user=plain_user().pw_name,
                lda=needed("dovecot-lda"),
                dovecot=dovecot.folder / "dovecot.conf",
            )
        )

    def _make_queue(self) -> None:
        """The folders that `postfix check` makes, which takes it two seconds."""
        owner = pwd.getpwnam("postfix").pw_uid
        group = grp.getgrnam("postdrop").gr_gid
        queue = self.folder / "queue"
        (queue / "pid").mkdir(parents=True)
        os.chown(queue, 0, 0)
        for path in (self.folder / "data", *(queue / name for name in _QUEUE.split())):
            path.mkdir(mode=0o700)
            os.chown(path, owner, 0)
        for name, mode in (("maildrop", 0o730), ("public", 0o710)):
            os.chown(queue / name, owner, group)
            (queue / name).chmod(mode)

    def start(self) -> None:
        """Start on the same ports as before; the queue is kept."""
        command = [self._binary, "-c", str(self.folder), "-d"]
        self.program.start(command, [self.port, self.tls_port, self.auth_only_port])

    def stop(self) -> None:
        self.program.stop()

    def log(self) -> str:
        """All that the server wrote."""
        path = self.folder / "postfix.log"
        return path.read_text(errors="replace") if path.exists() else ""
