"""Letters that no tidy program writes: without a charset, from machines, about other letters."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr

from omnidesk.demo.world import read

_PDF = (
    b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R"
    b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
    b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R>>\n"
)


def pdf(line: str) -> bytes:
    """A page with one line of ASCII on it."""
    drawn = f"BT /F 14 Tf 20 50 Td ({line}) Tj ET".encode("ascii")
    return _PDF % (len(drawn), drawn)


def unlabelled(
    name: str, address: str, to: str, subject: str, text: str, *, charset: str, at: datetime
) -> bytes:
    """A letter of an old program: bytes of a charset that it names nowhere."""
    head = (
        f"From: {name} <{address}>\r\nTo: {to}\r\nSubject: {subject}\r\n"
        f"Date: {format_datetime(at)}\r\nMessage-ID: {make_msgid(domain='old.test')}\r\n"
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return f"{head}{text}\r\n".encode(charset)


def newsletter(name: str, address: str, to: str, subject: str, text: str, at: datetime) -> bytes:
    """What a mailing program sends to everybody (RFC 2369, RFC 2919)."""
    letter = _letter(f'"{name}" <{address}>', to, subject, at)
    letter["List-Id"] = f"<{address.replace('@', '.')}>"
    letter["List-Unsubscribe"] = f"<mailto:{address}?subject=unsubscribe>"
    letter["Precedence"] = "bulk"
    letter.set_content(text)
    return bytes(letter)


def out_of_office(name: str, reply: bytes, text: str, at: datetime) -> bytes:
    """What a customer's mail program answers by itself (RFC 3834)."""
    answered = read(reply)
    letter = _letter(
        f'"{name}" <{parseaddr(str(answered["To"]))[1]}>',
        parseaddr(str(answered["From"]))[1],
        f"Автоответ: {answered['Subject']}",
        at,
    )
    letter["Auto-Submitted"] = "auto-replied"
    letter["In-Reply-To"] = str(answered["Message-ID"])
    letter["References"] = str(answered["Message-ID"])
    letter.set_content(text)
    return bytes(letter)


def bounce(reply: bytes, server: str, said: str, at: datetime) -> bytes:
    """The report of a server that cannot deliver a letter (RFC 3464)."""
    bounced = read(reply)
    whom = parseaddr(str(bounced["To"]))[1]
    letter = _letter(
        f'"Mail Delivery System" <MAILER-DAEMON@{server}>',
        parseaddr(str(bounced["From"]))[1],
        "Undelivered Mail Returned to Sender",
        at,
    )
    letter["Auto-Submitted"] = "auto-replied"
    status = said.split()[1]
    return b"".join(
        [
            bytes(letter).rstrip(),
            b"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; ",
            b'report-type=delivery-status; boundary="report"\r\n\r\n',
            b"--report\r\nContent-Type: text/plain\r\n\r\n",
            f"This is the mail system at host {server}.\r\n\r\n<{whom}>: {said}\r\n".encode(),
            b"\r\n--report\r\nContent-Type: message/delivery-status\r\n\r\n",
            f"Reporting-MTA: dns; {server}\r\n\r\nFinal-Recipient: rfc822; {whom}\r\n"
            f"Action: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {said}\r\n".encode(),
            b"\r\n--report\r\nContent-Type: message/rfc822\r\n\r\n",
            reply,
            b"\r\n--report--\r\n",
        ]
    )


def _letter(sender: str, to: str, subject: str, at: datetime) -> EmailMessage:
    letter = EmailMessage(policy=SMTP)
    letter["From"] = sender
    letter["To"] = to
    letter["Subject"] = subject
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
    return letter
