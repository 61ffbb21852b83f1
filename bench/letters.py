"""Letters as customers send them: plain, HTML beside text, answers with quotes, attachments."""

from __future__ import annotations

import base64
import random
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from bench.words import Writer

_DAY = datetime(2025, 9, 1, 9, 0, tzinfo=UTC)


class Post:
    """Writes one letter after another, the same ones for the same seed."""

    def __init__(self, seed: int, *, to: str = "support@example.org") -> None:
        self._writer = Writer(seed)
        self._dice = random.Random(seed)
        self._to = to
        self._seed = seed
        self._count = 0
        self._sent: list[tuple[str, str, str, str]] = []

    def letter(self) -> bytes:
        """The next letter, as bytes of RFC 5322."""
        self._count += 1
        number, dice = self._count, self._dice
        letter = EmailMessage(policy=SMTP)
        text = self._writer.text(number, dice.randint(2, 8))
        message_id = f"<{number}.{self._seed}@customers.example.org>"
        customer = self._writer.customer(dice.randint(1, 400))
        subject = self._writer.subject(number)
        sender = formataddr((customer.name, customer.address))
        if self._sent and dice.random() < 0.33:
            answered, subject, sender, said = dice.choice(self._sent[-200:])
            letter["In-Reply-To"] = letter["References"] = answered
            subject = f"Re: {subject.removeprefix('Re: ')}"
            quoted = "\n".join(f"> {line}" for line in said.splitlines())
            text += f"\n\n1 сентября 2025 г., 10:02 Support <{self._to}> писал:\n{quoted}"
        self._sent.append((message_id, subject, sender, text[:600]))
        letter["Received"] = (
            f"from mx.example.org (192.0.2.7) by mail.example.org with ESMTPS id {number:08x};"
            " Mon, 1 Sep 2025 09:00:01 +0000"
        )
        letter["From"], letter["To"], letter["Subject"] = sender, self._to, subject
        letter["Date"] = format_datetime(_DAY + timedelta(minutes=number))
        letter["Message-ID"] = message_id
        letter.set_content(text, cte=dice.choice(("8bit", "base64", "quoted-printable")))
        self._dress(letter, text)
        return letter.as_bytes()

    def _dress(self, letter: EmailMessage, text: str) -> None:
        kind = self._dice.random()
        if kind < 0.45:
            paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines() if line)
            style = "<style>p { margin: 0; font: 14px sans-serif }</style>" * 8
            letter.add_alternative(
                f"<html><head>{style}</head><body>{paragraphs}</body></html>", "html"
            )
        if kind < 0.06:
            picture = base64.b64decode("/9j/4AAQ") + self._dice.randbytes(40_000)
            letter.add_attachment(picture, "image", "jpeg", filename=f"photo-{self._count}.jpg")
