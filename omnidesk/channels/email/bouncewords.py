"""The words in which mail servers say that a letter did not arrive."""

from __future__ import annotations

import re

_I = re.IGNORECASE

DAEMON = re.compile(
    r"\b(?:mailer[-_.]?daemon|mail[-_.]?daemon|postmaster|microsoftexchange[0-9a-f]{20,40}"
    r"|mdaemon|mail[-_.]delivery|bounce[-_.]?daemon|maildaemon)\b[^\s<>@]{0,60}@",
    _I,
)
"""Senders that are a server: the local part decides, a display name can be anybody's."""

SUBJECT = re.compile(
    r"\s*(?:undeliverable\b|undelivered mail\b|undelivered message\b|non[- ]delivery"
    r"|returned (?:mail|message|to sender)\b|mail delivery (?:failed|failure|problem|subsystem"
    r"|system|error)|mail (?:system error|failure)|message delivery (?:failure|failed|problem)"
    r"|delivery (?:status notification|failure|failed|has failed|problem|report|unsuccessful"
    r"|delayed|notification)|failure (?:notice|notification|delivery)|delayed mail\b"
    r"|(?:could not|cannot) (?:be )?deliver|message (?:not delivered|delayed|undeliverable)"
    r"|warning: (?:message|could not send|mail)|permanent delivery (?:failure|error)"
    r"|undeliver(?:able|ed):|non remis|unzustellbar|nicht zustellbar"
    r"|(?:письмо|сообщение|почта) (?:\w+ )?не (?:было |может быть )?доставлен"
    r"|не (?:удалось доставить|доставлено|доставляется)\b|недоставлен\w{0,5}(?: (?:письм|сообщ"
    r"|поч)|:)"
    r"|невозможно доставить|невозможность доставки|(?:ошибка|сбой|неудача|отказ|проблема)"
    r"(?: при)? достав|уведомление о (?:не)?достав|отч[её]т о (?:не)?достав|задержка доставки"
    r"|доставка (?:письма |сообщения )?(?:не удалась|невозможна|задерж|отложена)"
    r"|недоставк\w|возврат письма|не вдалося доставити|лист не доставлено)",
    _I,
)

BODY = re.compile(
    r"this is the (?:\S{1,40} )?(?:qmail-send program|mail system at host|mail delivery system)"
    r"|i'm afraid i wasn't able to deliver|this message was created automatically by (?:the )?mail"
    r"|a message that you (?:have )?sent (?:could not|has not|was not)"
    r"|message that you sent (?:could|has) not (?:yet )?be"
    r"|could not be delivered to (?:one or more|all|the following|some|its|your)"
    r"|(?:your message|the message|message|mail|e-?mail) (?:\S{1,80} ){0,4}(?:wasn't|was not"
    r"|could not be|couldn't be|cannot be|can't be|has not been|hasn't been|is not) (?:yet )?"
    r"(?:been )?delivered|the following address(?:es)?(?:\(es\))? (?:had|failed)"
    r"|delivery to the following recipients? (?:has been delayed|failed|was delayed)"
    r"|delivery has failed to these|did not reach (?:some or all of )?the (?:intended|following)"
    r"|the following (?:recipient|message)(?:s|\(s\))? (?:to|could|cannot|can not|was|were)"
    r"|undeliverable (?:to|mail|message)|returned (?:below|to sender)|permanent (?:fatal )?error"
    r"|not able to deliver|unable to deliver|failed to deliver|address couldn't be found"
    r"|(?:письмо|сообщение)[^.\n]{0,120}(?:не доставлено|не было доставлено|не может быть"
    r" доставлено|не удалось доставить)|не удалось доставить[^.\n]{0,80}(?:письм|сообщ|адрес"
    r"|получат)"
    r"|доставить (?:ваше |это )?(?:письмо|сообщение)[^.\n]{0,80}не удалось|невозможно доставить"
    r"|доставка[^.\n]{0,80}(?:не удалась|невозможна|не выполнена|задерж)"
    r"|(?:это )?(?:письмо|сообщение) (?:создано|отправлено|сгенерировано) автоматически"
    r"|konnte nicht zugestellt werden|не вдалося доставити",
    _I,
)

DELAYED = re.compile(
    r"\(delay\)|\bdelayed\b|\bdelivery delay|still being retried|will (?:keep|continue) (?:to )?"
    r"(?:try|be|trying|attempt)|will be (?:re-?tried|attempted)|not yet been delivered"
    r"|you do not need to resend|temporary (?:problem|failure)[^.\n]{0,80}(?:retr|again)"
    r"|warning: (?:message|could not send)[^\n]{0,80}(?:hours|still|delayed)"
    r"|задерж|отложен|попытки (?:доставки|доставить)[^.\n]{0,60}(?:продолж|будут|повтор)"
    r"|(?:будет|будут) (?:предприн|повтор)|повторн\w{1,4} попытк",
    _I,
)

GAVE_UP = re.compile(
    r"\bgiv(?:en|ing) up\b|permanent|no longer|\bfailed\b|has expired|окончательн|прекращен", _I
)

COPY = re.compile(
    r"^[->\s]{0,6}(?:-{2,} ?(?:below this line|this is a copy|original message|original mail"
    r"|исходное|оригинал|копия|the header|transcript of session follows)|return-path:|received:"
    r"|reporting-mta:|original message headers|исходные заголовки|заголовки исходного"
    r"|message headers follow)",
    _I | re.MULTILINE,
)
"""Where the copy of the original letter begins."""

SERVER_LINE = re.compile(r"(?<![\d.])(?:[45]\d\d[ -]|[45]\.\d{1,3}\.\d{1,3}(?![\d.]))")

BY_STATUS = {
    "1.0": "the address was refused",
    "1.1": "mailbox does not exist",
    "1.2": "the mail domain does not exist",
    "1.3": "the address is written wrongly",
    "1.4": "the address is ambiguous",
    "1.6": "the mailbox has moved",
    "1.7": "our sender address was refused",
    "1.8": "our sender address was refused",
    "1.10": "the domain takes no mail",
    "2.0": "the mailbox has a problem",
    "2.1": "the mailbox is switched off",
    "2.2": "mailbox is full",
    "2.3": "the letter is too large",
    "2.4": "the mailing list has a problem",
    "3.0": "the receiving server has a problem",
    "3.1": "the receiving server's disk is full",
    "3.2": "the receiving server takes no mail now",
    "3.4": "the letter is too large",
    "4.0": "the receiving server could not be reached",
    "4.1": "the receiving server does not answer",
    "4.2": "the connection to the receiving server broke",
    "4.3": "the mail domain could not be looked up",
    "4.4": "the mail domain could not be looked up",
    "4.5": "the receiving server is overloaded",
    "4.6": "the letter went round in a loop",
    "4.7": "the receiving server did not take it in time",
    "5.3": "too many recipients",
    "6.0": "the letter's content was refused",
    "7.0": "refused by the receiving server's rules",
    "7.1": "refused by the receiving server's rules",
    "7.23": "our server is not trusted (SPF)",
    "7.25": "our server is not trusted (reverse DNS)",
    "7.26": "our server is not trusted (SPF, DKIM)",
    "7.27": "our sender address was refused",
}
VAGUE = {"", "0.0", "1.0", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0", "7.1", "7.12", "4.1", "1.8"}
"""Subject and detail that servers use for anything: their words tell more."""

BY_WORDS = [
    (
        (
            r"mailbox (?:is )?(?:full|over quota)|over ?quota|quota (?:is )?exceeded"
            r"|exceeded.{0,30}quota"
            r"|insufficient (?:system )?storage|out of storage|ящик\w? (?:\w+ )?(?:переполнен"
            r"|полон)"
            r"|переполнен|превышен\w? квот|квот\w (?:\w+ )?превышен"
        ),
        "mailbox is full",
    ),
    (
        (
            r"user (?:is )?unknown|unknown (?:user|recipient|mailbox|address)|no such (?:user"
            r"|mailbox"
            r"|recipient|person|address)|(?:user|mailbox|account|recipient"
            r"|address)\b.{0,60}(?:does not|"
            r"doesn't|not) (?:exist|found)|couldn't be found|invalid (?:mailbox|recipient|user)"
            r"|no mailbox"
            r"|mailbox (?:unavailable|not found)|recipient (?:address )?rejected: user"
            r"|not a valid mailbox"
            r"|(?:ящик|адрес|пользовател|получател|учетн)\w{0,4} (?:\S{1,80} )?не (?:существует"
            r"|найден"
            r"|зарегистрирован)|нет такого (?:пользователя|адреса|ящика)|несуществующ|no user"
            r"|recipientnotfound|unrouteable address|unroutable address"
        ),
        "mailbox does not exist",
    ),
    (
        (
            r"(?:account|mailbox|user|address)\b.{0,40}(?:disabled|suspended|inactive|blocked"
            r"|locked"
            r"|deactivated)|(?:ящик|уч[её]тн\w{1,3} запис\w|пользовател\w)\b.{0,40}(?:заблокирован"
            r"|отключ[её]н|неактив|удал[её]н)"
        ),
        "the mailbox is switched off",
    ),
    (
        (
            r"host (?:or domain name )?(?:unknown|not found)|domain (?:not found|does not exist"
            r"|couldn't be found)|no (?:mx|such host|such domain)|nxdomain|name service error"
            r"|name or "
            r"service not known|bad destination|домен\w? (?:\S{1,80} )?не (?:существует|найден)"
        ),
        "the mail domain does not exist",
    ),
    (
        (
            r"too (?:large|big)|size (?:limit|exceed)|exceeds.{0,40}size|maximum.{0,20}size"
            r"|слишком большо|превышает.{0,40}размер|превышен.{0,20}размер"
        ),
        "the letter is too large",
    ),
    (
        r"spf\b|dkim|dmarc|unauthenticated|not authenticated",
        "our server is not trusted (SPF, DKIM)",
    ),
    (
        (
            r"\bspam|blacklist|blocklist|black list|block list|\brbl\b|spamhaus|reputation"
            r"|спам|ч[её]рн\w{1,3} спис"
        ),
        "taken for spam",
    ),
    (r"greylist|grey-list|gray ?list|серы\w спис", "asked to come again later (greylisting)"),
    (
        (
            r"timed out|time-?out|no answer|connection refused|did not respond|unreachable"
            r"|не отвеча|превышено время|недоступ"
        ),
        "the receiving server does not answer",
    ),
    (r"loop|too many hops|зациклен", "the letter went round in a loop"),
    (
        (r"relay(?:ing)? (?:access )?(?:denied|not permitted)|unable to relay"
        r"|not permitted to relay"),
        "the receiving server does not serve this address",
    ),
    (
        (
            r"access denied|policy|not (?:allowed|permitted|authorized)|denied|rejected|refused"
            r"|отклон|запрещ|отказ"
        ),
        "refused by the receiving server's rules",
    ),
]
WORDS = [(re.compile(pattern, _I), reason) for pattern, reason in BY_WORDS]
