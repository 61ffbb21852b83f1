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
