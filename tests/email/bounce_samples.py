"""Reports as mail servers write them: (sentence, letter, recipients, status, permanent, ids)."""

from __future__ import annotations

ID = "<reply-1@shop.example>"
TO = "ann@example.org"


def dsn(fields: str, *, original: str = "message/rfc822", subject: str = "Undelivered Mail") -> str:
    """A multipart/report of RFC 3464 with these recipient fields."""
    return (
        "From: MAILER-DAEMON@mx.example (Mail Delivery System)\nTo: support@shop.example\n"
        f"Subject: {subject}\nMessage-ID: <report@mx.example>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nThis is the mail system at host mx.example.\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"{fields}\n\n--b\nContent-Type: {original}\n\n"
        f"Message-ID: {ID}\nFrom: support@shop.example\nTo: Ann <{TO}>\nSubject: Re: Lamp\n\n"
        "Your lamp.\n--b--\n"
    )


def plain(sender: str, subject: str, body: str, *, headers: str = "") -> str:
    """A report in words alone."""
    return (
        f"From: {sender}\nTo: support@shop.example\nSubject: {subject}\n{headers}"
        "Message-ID: <report@mx.example>\nMIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}"
    )


FAILED = f"Final-Recipient: rfc822; {TO}\nAction: failed\nStatus: "
COPY = f"From: support@shop.example\nTo: {TO}\nMessage-ID: {ID}\nSubject: Re: Lamp\n\nYour lamp.\n"
DAEMON = "MAILER-DAEMON@mx.example"

Sample = tuple[str, str, tuple[str, ...], str, bool, tuple[str, ...]]

BOUNCES: list[Sample] = [
    ("postfix: user unknown", dsn(FAILED + "5.1.1"), (TO,), "5.1.1", True, (ID,)),
    (
        "postfix: headers of the original only",
        dsn(FAILED + "5.1.1", original="text/rfc822-headers"),
        (TO,),
        "5.1.1",
        True,
        (ID,),
    ),
    (
        "postfix: delayed",
        dsn(f"Final-Recipient: rfc822; {TO}\nAction: delayed\nStatus: 4.4.1\nWill-Retry-Until: x"),
        (TO,),
        "4.4.1",
        False,
        (ID,),
    ),
    ("given up after days", dsn(FAILED + "4.4.7"), (TO,), "4.4.7", True, (ID,)),
    (
        "the code stands in the diagnostic only",
        dsn(FAILED + "5.0.0\nDiagnostic-Code: smtp; 550 5.2.2 Mailbox full"),
        (TO,),
        "5.2.2",
        True,
        (ID,),
    ),
    (
        "two recipients failed, a third was reached",
        dsn(
            FAILED + "5.1.1\n\nFinal-Recipient: rfc822; <bob@example.org>\nAction: Failed (x)\n"
            "Status: 5.2.1\n\nFinal-Recipient: rfc822; eve@example.org\nAction: delivered\n"
            "Status: 2.0.0"
        ),
        (TO, "bob@example.org"),
        "5.1.1",
        True,
        (ID,),
    ),
    (
        "the address that we wrote to, not the one it led to",
        dsn(
            f"Original-Recipient: rfc822;{TO}\nFinal-Recipient: rfc822; ann.p@in.example\n"
            "Action: failed\nStatus: 5.1.1"
        ),
        (TO,),
        "5.1.1",
        True,
        (ID,),
    ),
    (
        "an original recipient in xtext",
        dsn(
            "Original-Recipient: rfc822;ann+2Bx@example.org\n"
            "Final-Recipient: rfc822; ann+x@example.org\nAction: failed\nStatus: 5.1.1"
        ),
        ("ann+x@example.org",),
        "5.1.1",
        True,
        (ID,),
    ),
    (
        "no action, but a status",
        dsn(f"Final-Recipient: rfc822; {TO}\nStatus: 5.7.1"),
        (TO,),
        "5.7.1",
        True,
        (ID,),
    ),
    (
        "no recipient in the fields: that of the original",
        dsn("Action: failed\nStatus: 5.4.4"),
        (TO,),
        "5.4.4",
        True,
        (ID,),
    ),
    (
        "a report whose daemon is called otherwise",
        dsn(FAILED + "5.1.1").replace(f"From: {DAEMON}", "From: mail@mx.example"),
        (TO,),
        "5.1.1",
        True,
        (ID,),
    ),
    (
        "office 365",
        dsn(
            FAILED + "5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound"
        ).replace(
            f"From: {DAEMON}", "From: MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.example"
        ),
        (TO,),
        "5.1.10",
        True,
        (ID,),
    ),
    (
        "qmail",
        plain(
            DAEMON,
            "failure notice",
            "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver"
            f" your message to the following addresses.\n\n<{TO}>:\nSorry, no mailbox here by that"
            f" name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n{COPY}",
        ),
        (TO,),
        "5.1.1",
        True,
        (ID,),
    ),
    (
        "exim",
        plain(
            "Mail Delivery System <Mailer-Daemon@mx.example>",
            "Mail delivery failed: returning message to sender",
            "This message was created automatically by mail delivery software.\n\nA message"
            " that you"
            f" sent could not be delivered to one or more of its recipients.\n\n  {TO}\n    host"
            " mx2.example [5.1.1.7]\n    SMTP error: 550 5.1.1 User unknown\n\n------ This is"
            " a copy"
            f" of the message, including all the headers. ------\n\n{COPY}",
            headers=f"X-Failed-Recipients: {TO}\n",
        ),
        (TO,),
        "5.1.1",
        True,
        (ID,),
    ),
    (
        "exim without an enhanced code",
        plain(
            DAEMON,
            "Mail delivery failed: returning message to sender",
            "A message that you sent could not be delivered to all of its recipients.\n\n"
            f"  {TO}\n    Unrouteable address at 5.1.1.7\n",
            headers="X-Failed-Recipients: ann@example.org, bob@example.org\n",
        ),
        (TO, "bob@example.org"),
        "",
        True,
        (),
    ),
    (
        "exim: delayed",
        plain(
            DAEMON,
            "Warning: message 1tAb-0001 delayed 24 hours",
            "A message that you sent has not yet been delivered to one or more of its recipients\n"
            f"after more than 24 hours on the queue.\n\n  {TO}\n\nNo action is required on"
            f" your part."
            " Delivery attempts will continue for some time.\n",
        ),
        (TO,),
        "",
        False,
        (),
    ),
    (
        "postfix without a report",
        plain(
            DAEMON,
            "Undelivered Mail Returned to Sender",
            "This is the mail system at host mx.example.\n\nI'm sorry to have to inform you"
            " that your"
            f" message could not\nbe delivered to one or more recipients.\n\n<{TO}>: host"
            " mx2.example[192.0.2.1] said: 550 5.7.1\n    Message rejected as spam\n",
        ),
        (TO,),
        "5.7.1",
        True,
        (),
    ),
    (
        "sendmail",
        plain(
            f"Mail Delivery Subsystem <{DAEMON}>",
            "Returned mail: see transcript for details",
            "   ----- The following addresses had permanent fatal errors -----\n<ann@example.org>\n"
            "    (reason: 553 5.3.0 No such user)\n\n   ----- Transcript of session follows -----\n"
            "... while talking to mx2.example:\n553 5.3.0 No such user\n",
        ),
        (TO,),
        "5.3.0",
        True,
        (),
    ),
    (
        "exchange with no address in words",
        plain(
            "System Administrator <postmaster@corp.example>",
            "Undeliverable: Re: Lamp",
            "Your message did not reach some or all of the intended recipients.\n\n  Subject:"
            " Re: Lamp"
            f"\n\nThe following recipient(s) could not be reached:\n\n  {TO} on 16.09.2026 10:42\n"
            "    550 5.1.1 unknown\n",
        ),
        (TO,),
        "5.1.1",
        True,
        (),
    ),
    (
        "gmail in words",
        plain(
            "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            "Delivery Status Notification (Failure)",
            f"** Address not found **\n\nYour message wasn't delivered to {TO} because the address"
            " couldn't be found.\n\nThe response was:\n\n550 5.1.1 The email account does not"
            " exist.\n",
            headers=f"In-Reply-To: {ID}\nReferences: <a@b> {ID}\n",
        ),
        (TO,),
        "5.1.1",
        True,
        (ID,),
    ),
    (
        "gmail: delayed",
        plain(
            "mailer-daemon@googlemail.com",
            "Delivery Status Notification (Delay)",
            f"There was a temporary problem delivering your message to {TO}. Gmail will retry"
            f" for 46"
            " more hours.\n\nThe response was:\n\n421 4.4.2 time-out\n",
        ),
        (TO,),
        "4.4.2",
        False,
        (),
    ),
    (
        "mail.ru in russian",
        plain(
            "mailer-daemon@corp.mail.ru",
            "Ваше сообщение не доставлено",
            f"Это письмо создано автоматически.\n\nК сожалению, ваше письмо не может быть"
            f" доставлено"
            f":\n\n{TO}\n550 Message was not accepted -- такого пользователя нет\n\nReturn-path:"
            f" <support@shop.example>\n{COPY}",
        ),
        (TO,),
        "",
        True,
        (ID,),
    ),
    (
        "yandex in russian",
        plain(
            "mailer-daemon@yandex.ru",
            "Недоставленное сообщение",
            "Это письмо отправлено почтовым сервером yandex.ru.\n\nК сожалению, мы вынуждены"
            " сообщить"
            f" Вам о том, что Ваше письмо не может быть доставлено\n\n<{TO}>: host mx.example said:"
            " 552 5.2.2 Mailbox is full\n",
        ),
        (TO,),
        "5.2.2",
        True,
        (),
    ),
    (
        "russian: delayed",
        plain(
            "postmaster@mx.example",
            "Задержка доставки письма",
            f"Не удалось доставить ваше письмо получателю:\n\n{TO}\n\nПопытки доставки будут"
            " продолжены в течение 3 дней.\n",
        ),
        (TO,),
        "",
        False,
        (),
    ),
    (
        "only the null return path tells of a server",
        plain(
            "mail@mx.example",
            "Mail delivery failed",
            f"Your message could not be delivered:\n\n{TO}: 550 5.1.1 no such user\n",
            headers="Return-Path: <>\n",
        ),
        (TO,),
        "5.1.1",
        True,
        (),
    ),
    (
        "the original quoted with marks",
        plain(
            DAEMON,
            "Undeliverable mail",
            f"Unable to deliver to <{TO}>: 550 5.1.1\n\n> Message-Id: {ID}\n> To: {TO}\n",
        ),
        (TO,),
        "5.1.1",
        True,
        (ID,),
    ),
    (
        "no recipient in words: that of the copy",
        plain(
            DAEMON,
            "Undeliverable mail",
            f"Your message could not be delivered.\n550 5.0.0\n\n----- Original message"
            f" -----\n{COPY}",
        ),
        (TO,),
        "5.0.0",
        True,
        (ID,),
    ),
    (
        "german",
        plain(
            "postmaster@mx.example",
            "Unzustellbar: Re: Lampe",
            f"Ihre Nachricht konnte nicht zugestellt werden:\n\n{TO}\n#550 5.1.1 unbekannt\n",
        ),
        (TO,),
        "5.1.1",
        True,
        (),
    ),
]

LETTERS = [
    (
        "a customer whose order is undelivered",
        plain(
            TO, "Undelivered order", "My order could not be delivered to my address. 550 roubles!"
        ),
    ),
    (
        "a customer whose letter did not arrive",
        plain(TO, "Письмо не доставлено", "Ваше письмо не было доставлено, пришлите на bob@b.ru"),
    ),
    (
        "a customer who forwards a bounce",
        plain(
            TO,
            "Fwd: Undelivered Mail Returned to Sender",
            f"What is that?\n\nThis is the mail system at host mx.\n<{TO}>: 550 5.1.1 unknown\n",
        ),
    ),
    (
        "a customer who attaches a bounce",
        (
            f"From: {TO}\nTo: s@shop.example\nSubject: bounce\nMIME-Version: 1.0\n"
            'Content-Type: multipart/mixed; boundary="o"\n\n--o\nContent-Type: text/plain\n\nSee.\n'
            f"--o\nContent-Type: message/rfc822\n\n{dsn(FAILED + '5.1.1')}\n--o--\n"
        ),
    ),
    ("a postmaster with a question", plain("postmaster@b.ru", "Lamp", "When will it come?")),
    ("a postmaster whose parcel is late", plain("postmaster@b.ru", "Где заказ?", "Не доставлен.")),
    (
        "an absence note with a null return path",
        plain(TO, "Re: Lamp", "I am away until Monday.", headers="Return-Path: <>\n"),
    ),
    (
        "an absence note on an undelivered order",
        plain(TO, "Auto: Undelivered order", "I am away.", headers="Return-Path: <>\n"),
    ),
    (
        "a report on success",
        dsn(f"Final-Recipient: rfc822; {TO}\nAction: delivered\nStatus: 2.0.0"),
    ),
    ("a report on relaying", dsn(f"Final-Recipient: rfc822; {TO}\nAction: relayed\nStatus: 2.0.0")),
    (
        "a read receipt",
        (
            f"From: {TO}\nSubject: Read: Lamp\nMIME-Version: 1.0\n"
            'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
            "--b\nContent-Type: text/plain\n\nYour message was displayed.\n--b\n"
            "Content-Type: message/disposition-notification\n\n"
            f"Final-Recipient: rfc822; {TO}\nDisposition: manual-action; displayed\n--b--\n"
        ),
    ),
]
