"""Letters as customers write them, and what of each stays visible: (sentence, letter, visible)."""

from __future__ import annotations

Q = "> Когда вас ждать?\n> Анна\n"
OUTLOOK = "Отправлено: вторник, 16 сентября 2026 г. 10:42\nКому: Склад\nТема: RE: Лампа\n"
OLD = "Лампа будет завтра.\nСклад\n"

ATTRIBUTIONS = [
    ("gmail in english", "On Wed, Sep 16, 2026 at 10:42 AM Anna <anna@example.org> wrote:"),
    (
        "gmail in english, day first",
        "On Wed, 16 Sept 2026 at 10:42, Anna <anna@example.org> wrote:",
    ),
    (
        "gmail in english over two lines",
        "On Wed, Sep 16, 2026 at 10:42 AM Anna Petrova\n<anna@example.org> wrote:",
    ),
    (
        "gmail in english over three lines",
        "On Wed, Sep 16, 2026 at 10:42 AM\nAnna Petrova of the Shop\n<anna@example.org> wrote:",
    ),
    (
        "gmail with a narrow no-break space",
        "On Wed, Sep 16, 2026 at 10:42\u202fAM Anna <anna@example.org> wrote:",
    ),
    ("gmail in russian", "вт, 16 сент. 2026 г. в 10:42, Анна <anna@example.org>:"),
    (
        "gmail in russian over two lines",
        "вт, 16 сент. 2026 г. в 10:42, Анна Сергеевна Петрова\n<anna@example.org>:",
    ),
    ("gmail in russian, older", "16 сентября 2026 г., 10:42 пользователь Анна <a@b.ru> написал:"),
    ("gmail in ukrainian", "вт, 16 вер. 2026 р. о 10:42 Анна <anna@example.org> пише:"),
    ("gmail in german", "Am Di., 16. Sept. 2026 um 10:42 Uhr schrieb Anna <anna@example.org>:"),
    (
        "gmail in german over two lines",
        "Am Mi., 16. Sept. 2026 um 10:42 Uhr schrieb Anna Petrova <\nanna@example.org>:",
    ),
    ("gmail in belarusian", "аўт, 16 вер. 2026 г. у 10:42 Ганна <anna@example.org> піша:"),
    ("apple mail in english", "On 16 Sep 2026, at 10:42, Anna Petrova <a@example.org> wrote:"),
    ("apple mail without an address", "On Sep 16, 2026, at 10:42 AM, Anna Petrova wrote:"),
    ("apple mail in russian", "16 сент. 2026 г., в 10:42, Анна Петрова написал(а):"),
    (
        "apple mail in russian with an address",
        "16 сент. 2026 г., в 10:42, Анна <a@b.ru> написал(а):",
    ),
    ("apple mail in german", "Am 16.09.2026 um 10:42 schrieb Anna Petrova <a@b.de>:"),
    ("thunderbird in russian", "16.09.2026 10:42, Анна Петрова пишет:"),
    ("thunderbird in english", "On 16/09/2026 10:42, Anna Petrova wrote:"),
    ("thunderbird with an iso date", "On 2026-09-16 10:42, Anna Petrova wrote:"),
    ("yandex", '16.09.2026, 10:42, "Анна Петрова" <anna@example.org>:'),
    ("yandex with the hour before the date's comma", "16.09.2026, 10:42, Анна <a@b.ru>:"),
    ("mail.ru", "Вторник, 16 сентября 2026, 10:42 +03:00 от Анна <anna@example.org>:"),
    ("yahoo in russian", "среда, 16 сентября 2026 г. в 10:42:00 GMT+3, Анна <a@b.ru> написал(а):"),
    ("proton", "On Wednesday, September 16th, 2026 at 10:42, Anna <a@b.com> wrote:"),
    ("roundcube in russian", "Анна Петрова писал(а) 2026-09-16 10:42:"),
    ("the old web mail of gmail", "2026-09-16 10:42 GMT+03:00 Анна <anna@example.org>:"),
]

LEADERS = [
    (
        "original message",
        "-----Original Message-----\nFrom: Anna\nSent: Monday\nTo: Shop\nSubject: x",
    ),
    ("original message in russian", "-----Исходное сообщение-----\nОт: Анна\nКому: Я\nТема: Лампа"),
    ("original message without a block", "-----Original Message-----"),
    ("outlook in russian", "От: Анна <anna@example.org>\n" + OUTLOOK),
    ("outlook in russian without an address", "От: Анна Петрова\n" + OUTLOOK),
    (
        "outlook in english",
        "From: Anna Petrova\nSent: Wednesday, September 16, 2026 10:42 AM\nTo: Us\nSubject: Lamp\n",
    ),
    (
        "outlook with a rule drawn above",
        (
            "________________________________\nFrom: Anna <a@b.com>\n"
            "Sent: Wednesday, September 16, 2026 10:42:11 AM\nTo: Shop <s@b.com>\nSubject: Lamp\n"
        ),
    ),
    (
        "outlook with bold keys",
        "*From:* Anna <a@b.com>\n*Sent:* 16 September 2026 10:42\n*To:* Shop\n*Subject:* Lamp\n",
    ),
    (
        "outlook with recipients over two lines",
        (
            "From: Anna <a@b.com>\nSent: 16 September 2026 10:42\nTo: Shop <s@b.com>;\n"
            "Store <t@b.com>\nCc: Boss <x@b.com>\nSubject: Lamp\n"
        ),
    ),
    (
        "outlook in german",
        (
            "Von: Anna <a@b.de>\nGesendet: Mittwoch, 16. September 2026 10:42\nAn: Laden\n"
            "Betreff: Lampe\n"
        ),
    ),
    (
        "outlook in ukrainian",
        "Від: Анна <a@b.ua>\nНадіслано: 16 вересня 2026 р. 10:42\nКому: Склад\nТема: Лампа\n",
    ),
    (
        "apple's block",
        (
            "From: Anna <a@b.com>\nSubject: Lamp\nDate: 16 September 2026 at 10:42:00 GMT+3\n"
            "To: Shop <s@b.com>\n"
        ),
    ),
    ("gmail without a quote's mark", "вт, 16 сент. 2026 г. в 10:42, Анна <anna@example.org>:"),
    ("thunderbird without a quote's mark", "16.09.2026 10:42, Анна Петрова пишет:"),
]

PHONES = [
    "Sent from my iPhone",
    "Sent from my Galaxy",
    "Sent from Yandex.Mail for mobile",
    "Sent from Mail for Windows",
    "Sent from Outlook for Android<https://aka.ms/x>",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Отправлено с iPhone",
    "Отправлено из мобильной Яндекс.Почты",
    "Отправлено из мобильной Яндекс Почты: http://m.ya.ru/ymail",
    "Отправлено из Mail.ru для Android",
    "-- \nОтправлено из Mail.ru для Android",
    "--\nОтправлено из мобильной Почты Mail",
    "Отправлено со смартфона Samsung Galaxy.",
    "Отправлено с устройства Huawei",
    "Надіслано з iPhone",
    "Von meinem iPhone gesendet",
    "Gesendet von Outlook für Android",
]

SIGNATURES = [
    ("a closing, name and telephone on one line", "С уважением, Анна Петрова, тел. +7 916 1234567"),
    ("a closing that begins with a latin letter", "C уважением,\nАнна"),
    ("initials behind the name", "С уважением\n\nИванов И.И.\nООО «Лампа»\nИНН 7712345678"),
    ("regards without a comma", "Regards\nBob Smith\nIT Manager | ACME Inc.\nM: 07911 123456"),
    ("a closing in russian with a name", "С уважением,\nАнна Петрова"),
    ("a closing and name on one line", "С уважением, Анна Петрова"),
    ("a closing without a comma", "С уважением\nАнна"),
    (
        "a closing with firm, telephone and site",
        (
            "С уважением,\nПетрова Анна Сергеевна\nменеджер отдела закупок\nООО «Ромашка»\n"
            "тел. +7 916 123-45-67\nwww.romashka.ru"
        ),
    ),
    (
        "a closing, a blank line, a name",
        "С наилучшими пожеланиями,\n\nАнна Петрова\n+7 916 1234567",
    ),
    ("a closing in english", "Best regards,\nAnna Petrova\nACME Ltd\nPhone: +44 20 7946 0000"),
    ("kind regards on one line", "Kind regards, Anna"),
    ("sincerely", "Yours sincerely,\n\nA. Petrova"),
    ("thanks with a comma and a name", "Thanks,\nAnna"),
    ("a closing in german", "Mit freundlichen Grüßen\nAnna Petrova"),
    ("a closing in ukrainian", "З повагою,\nАнна"),
    ("a closing in belarusian", "З павагай,\nГанна"),
    ("the delimiter", "-- \nAnna Petrova\nACME Ltd\n+44 20 7946 0000"),
    ("the delimiter without its space", "--\nАнна Петрова\nООО Ромашка"),
    ("a delimiter and a closing", "-- \nС уважением,\nАнна Петрова\nmailto:anna@example.org"),
    (
        "a lawyer's text",
        (
            "This e-mail and any attachments are confidential and intended solely for the\n"
            "addressee. If you are not the intended recipient, please delete it."
        ),
    ),
    (
        "a lawyer's text in russian",
        (
            "Настоящее сообщение содержит конфиденциальную информацию и предназначено только\n"
            "для адресата. Если вы получили его по ошибке, пожалуйста, сообщите отправителю."
        ),
    ),
    (
        "a closing and a lawyer's text",
        "Best regards,\nAnna\n\nCONFIDENTIALITY NOTICE: this message is privileged.",
    ),
    ("a word for the forest", "Please consider the environment before printing this e-mail."),
    ("an antivirus", "Это письмо проверено на вирусы, сообщение предназначено для адресата."),
]

KEPT = [
    ("From and To of a route", "From: Moscow\nTo: Riga\nWhen can you deliver?"),
    ("От and Кому of a parcel", "От: склада\nКому: мне\nГде посылка?"),
    ("a parcel's form with a date", "Сдал.\nОт: склада\nКому: мне\nДата: 16.09.2026\nВес 5 кг"),
    (
        "a route with a date and an hour",
        "From: Moscow\nTo: Riga\nDate: 16.09.2026 10:00\nPlease hurry",
    ),
    ("one key alone", "Тема: лампа не горит\nЧто делать?"),
    (
        "mail headers that a customer tells of",
        "Писал так:\nОт: я@я.рф\nКому: вам\nТема: тест\nи нет",
    ),
    ("a manager who wrote", "В понедельник в 10:00 менеджер написал:\nтовар будет завтра."),
    (
        "what your bot wrote on a day",
        "On 16 Sep 2026 at 10:42 your bot wrote:\nERROR 5\nWhat is that?",
    ),
    ("a date with a colon", "16.09.2026:\nпришла лампа, разбитая."),
    ("an agenda", "On 16.09.2026 at 10:42 we meet:\n1. lamp\n2. money"),
    ("a comparison", "Работает при температуре\n>30 градусов?"),
    ("a Python prompt", "See:\n>>> import desk\n>>> desk.open()\nTypeError"),
    ("where a parcel was sent from", "Отправлено из Москвы 16 сентября, где посылка?"),
    ("a phone in the text", "Sent from my old phone I could not attach it, so here it is again"),
    ("respect within a sentence", "С уважением отношусь к вашей фирме, но лампа не горит."),
    ("a request below a closing", "С уважением,\nпрошу вернуть деньги за лампу"),
    ("a complaint below a closing", "С уважением,\nлампа не горит"),
    ("thanks that end a letter", "Всё пришло.\nСпасибо!"),
    ("thanks as a sentence", "Спасибо, всё пришло."),
    ("a dash between paragraphs", "Первая лампа не горит.\n\n--\n\nВторая лампа горит, но мигает."),
    ("a list with dashes", "Нужно:\n- лампа\n- провод\n-- красный\n-- синий"),
    ("a statement below a drawn rule", "Одна лампа горит.\n---\nДве лампы мигают"),
    ("an outcry below a name", "Замените.\nС уважением,\nАнна\nСрочно! Лампа дымит"),
    ("an address announced", "Мой новый адрес:\n--\nИванов Иван\nРига, ул. Бривибас 5"),
    (
        "headers announced",
        "Вот:\n\nFrom: mx <a@b.com>\nDate: 16 Sep 2026 10:42\nSubject: x\nи?",
    ),
    ("a log announced", "Вот лог:\n16.09.2026 10:42:11 user a@b.com:\n  boom\nчто делать"),
    ("a phone with more to say", "Отправлено с телефона, поэтому коротко: лампа сгорела"),
    ("a rule", "Раз.\n----------\nДва."),
    ("confidence without a lawyer", "Привет.\n\nThis message is for Anna: call me."),
    (
        "a confidential beginning",
        "This e-mail is confidential: my name is Ann, and I need a doctor.",
    ),
    ("a number after a closing", "Верните.\nЗаказ 4512\nС уважением, прошу ответить сегодня"),
    ("an empty letter", ""),
    ("blank lines alone", "\n\n  \n"),
    ("only a device", "Sent from my iPhone"),
    ("only a closing", "С уважением,\nАнна"),
    ("only quoted lines", "> Да\n> Нет"),
    ("an attribution and a quote alone", "16.09.2026 10:42, Анна пишет:\n" + Q),
    ("a quoted letter without marks alone", "От: Анна <a@b.ru>\n" + OUTLOOK + "\n" + OLD),
    (
        "a forward by gmail",
        (
            "---------- Forwarded message ---------\nFrom: Anna <a@b.com>\nDate: Wed, 16 Sep 2026\n"
            "Subject: Lamp\nTo: <s@b.com>\n\nIt is broken.\n\nBest regards,\nAnna"
        ),
    ),
    (
        "a forward by gmail with a word above",
        "Смотрите.\n\n---------- Forwarded message ---------\nОт: Анна <a@b.ru>\n\nСломалась.",
    ),
    (
        "a forward by gmail in russian",
        "---------- Пересылаемое сообщение ---------\nОт: Анна <a@b.ru>\n\nСломалась.",
    ),
    (
        "a forward by mail.ru",
        (
            "-------- Пересылаемое сообщение --------\nОт: Анна <a@b.ru>\nКому: <s@b.ru>\n"
            "Дата: вторник, 16 сентября 2026, 10:42 +03:00\nТема: Лампа\n\n> Сломалась."
        ),
    ),
    (
        "a forward by yandex",
        (
            '-------- Пересылаемое сообщение --------\n16.09.2026, 10:42, "Анна" <a@b.ru>:\n\n'
            "Сломалась.\n\n-------- Завершение пересылаемого сообщения --------"
        ),
    ),
    (
        "a forward by thunderbird",
        (
            "FYI\n\n-------- Перенаправленное сообщение --------\nТема: Лампа\n"
            "Дата: Wed, 16 Sep 2026 10:42:00 +0300\nОт: Анна <a@b.ru>\nКому: s@b.ru\n\nСломалась."
        ),
    ),
    (
        "a forward by apple",
        (
            "Begin forwarded message:\n\n> From: Anna <a@b.com>\n"
            "> Date: 16 September 2026 at 10:42\n"
            "> To: s@b.com\n>\n> It is broken."
        ),
    ),
    (
        "a forward by apple in russian",
        "Начало переадресованного сообщения:\n\n> От: Анна <a@b.ru>\n> Тема: Лампа\n> Сломалась.",
    ),
    ("a forward by outlook with FYI", "FYI\n\nОт: Анна <a@b.ru>\n" + OUTLOOK + "\n" + OLD),
    (
        "answers below in an unmarked quote",
        "Мои ответы ниже, красным.\n\nОт: Анна <a@b.ru>\n" + OUTLOOK + "\nКогда?\nЗавтра.",
    ),
    (
        "a letter below that one should see",
        (
            "Please see the mail below.\n\nFrom: A <a@b.com>\nSent: 16 September 2026 10:42\n"
            "To: B\nSubject: C\n\nold"
        ),
    ),
    ("what somebody else says", "Ваш менеджер пишет:\nлампа будет завтра\nЭто правда?"),
]

MIXED = [
    (
        "an address below the signature",
        "Замените.\n\nС уважением,\nАнна\n\nМой адрес: Рига, ул. Бривибас 5",
        "Замените.\nМой адрес: Рига, ул. Бривибас 5",
    ),
    (
        "a name with Your in an unmarked quote",
        "Да, ждём.\n\nOn Wed, Sep 16, 2026 at 10:42 AM Your Shop <a@b.com> wrote:\n\nold\n",
        "Да, ждём.",
    ),
    (
        "a phone's reply whose attribution is marked too",
        "ok\n\nSent from my iPhone\n\n> On 16 Sep 2026, at 10:42, A <a@b.com> wrote:\n>\n> old\n",
        "ok",
    ),
    (
        "a greeting above, the answer below an unmarked quote",
        "Hello,\n\nOn Wed, Sep 16, 2026 at 10:42 AM Anna <a@b.com> wrote:\nWhen?\n\nTomorrow.",
        "Hello,\nOn Wed, Sep 16, 2026 at 10:42 AM Anna <a@b.com> wrote:\nWhen?\nTomorrow.",
    ),
    ("a smile for an answer", "👍\n\n16.09.2026 10:42, Анна пишет:\n" + Q, "👍"),
    ("a plus for an answer", "+\n\n16.09.2026 10:42, Анна пишет:\n" + Q, "+"),
    ("text after a quote", Q + "\nЗавтра.", "Завтра."),
    ("text right after a quote", Q + "Завтра.", "Завтра."),
    (
        "text after an attributed quote",
        "16.09.2026 10:42, Анна пишет:\n" + Q + "\nЗавтра в три.",
        "Завтра в три.",
    ),
    (
        "text before and after a quote",
        "Добрый день.\n\n16.09.2026 10:42, Анна пишет:\n" + Q + "\nЗавтра в три.",
        "Добрый день.\nЗавтра в три.",
    ),
    ("answers between quotes", "> Цвет?\nБелый.\n> Размер?\n\nБольшой.\n", "Белый.\nБольшой."),
    (
        "answers between attributed quotes",
        "Hi,\n\nOn 16/09/2026 10:42, Anna wrote:\n> Colour?\n\nWhite.\n\n> Size?\n>\n\nBig.",
        "Hi,\nWhite.\nBig.",
    ),
    ("nested quotes", "Да.\n\n>> раз\n> > два\n>>> три\n> четыре", "Да."),
    ("quotes parted by a blank line", "Да.\n\n> раз\n\n> два", "Да."),
    ("an initialled quote", "Да.\n\nAP> Когда вас ждать?\nAP> Завтра?", "Да."),
    ("one line with initials", "Пишет:\nC> dir не найден", "Пишет:\nC> dir не найден"),
    ("windows line ends", "Да.\r\n\r\n16.09.2026 10:42, Анна пишет:\r\n> раз\r\n> два\r\n", "Да."),
    (
        "a word before the attribution's lines",
        "Спасибо, получили.\nOn Wed, Sep 16, 2026 at 10:42 Anna\n<a@b.com> wrote:\n> q",
        "Спасибо, получили.",
    ),
    (
        "a date before the attribution's lines",
        "16 сентября 2026 всё пришло.\n16.09.2026 10:42, Анна пишет:\n> q",
        "16 сентября 2026 всё пришло.",
    ),
    (
        "an attribution that needs its quote",
        "Да.\n\nАнна Петрова пишет:\n\n> Когда?",
        "Да.",
    ),
    ("the bat", "Да.\n\nВы писали 16 сентября 2026 г., 10:42:11:\n\n> Когда?", "Да."),
    (
        "a postscript below the signature",
        "Верните деньги.\n\nС уважением,\nАнна\n\nP.S. Чек во вложении, пришлите акт.",
        "Верните деньги.\nP.S. Чек во вложении, пришлите акт.",
    ),
    (
        "a request below the delimiter's signature",
        "Hello.\n-- \nAnna\n\nAnd please send me the invoice too.",
        "Hello.\nAnd please send me the invoice too.",
    ),
    (
        "a signature between text and quote",
        "Да.\n\n-- \nАнна\n+7 916 123-45-67\n\n16.09.2026 10:42, Бор пишет:\n> q\n",
        "Да.",
    ),
    (
        "a phone, a rule and outlook's block",
        (
            "Ok.\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\n"
            "From: A <a@b.com>\nSent: Wednesday, Sept 16, 2026 10:42:11 AM\nTo: B\nSubject: C\n"
            "\nold"
        ),
        "Ok.",
    ),
    (
        "a closing, then outlook's block",
        "Согласны.\n\nС уважением,\nАнна\n\nОт: Бор <b@b.ru>\n" + OUTLOOK + "\n" + OLD,
        "Согласны.",
    ),
    (
        "an original message with marks and text below",
        (
            "-----Original Message-----\nFrom: A <a@b.com>\nSent: 16 September 2026 10:42\nTo: B\n"
            "Subject: C\n\n> Colour?\n\nWhite."
        ),
        "White.",
    ),
    (
        "a forward below a signature",
        "Что это?\n\n-- \nАнна\n\n---------- Forwarded message ---------\nОт: Бор\n\nСчёт.",
        "Что это?\n---------- Forwarded message ---------\nОт: Бор\nСчёт.",
    ),
    (
        "a signature above an empty outlook forward",
        "С уважением,\nАнна\n\nОт: Бор <b@b.ru>\n" + OUTLOOK + "\nСчёт.",
        "От: Бор <b@b.ru>\n" + OUTLOOK + "Счёт.",
    ),
    ("a closing above a quote alone", "С уважением,\nАнна\n\n" + Q, "С уважением,\nАнна"),
    ("a device above a quote alone", "Sent from my iPhone\n\n" + Q, "Sent from my iPhone"),
    (
        "a forwarded letter within a quote",
        "Да.\n\n16.09.2026 10:42, Анна пишет:\n> ---------- Forwarded message ---------\n> Счёт\n",
        "Да.",
    ),
    (
        "an attribution whose quote was taken away",
        "Да.\n\nOn Wed, Sep 16, 2026 at 10:42 AM Anna <anna@example.org> wrote:\n",
        "Да.",
    ),
    (
        "a closing in the middle",
        "Раз.\n\nС уважением,\nАнна\n\nЗабыла: лампа была белая, а пришла чёрная.",
        "Раз.\nЗабыла: лампа была белая, а пришла чёрная.",
    ),
    (
        "an order's number below the closing",
        "Где лампа?\n\nС уважением,\nАнна\n\nЗаказ № 4512",
        "Где лампа?\nЗаказ № 4512",
    ),
    (
        "a question below the device's line",
        "Лампа пришла.\n\nОтправлено с iPhone\n\nА провод где?",
        "Лампа пришла.\nА провод где?",
    ),
]

CASES: list[tuple[str, str, str]] = [
    *(
        (f"{name}, with marks", f"Да, ждём.\n\n{head}\n\n{Q}", "Да, ждём.")
        for name, head in ATTRIBUTIONS
    ),
    *(
        (f"{name}, answered below", f"{head}\n{Q}\nДа, ждём.", "Да, ждём.")
        for name, head in ATTRIBUTIONS
    ),
    *(
        (f"{name} up to the end", f"Да, ждём.\n\n{head}\n\n{OLD}", "Да, ждём.")
        for name, head in LEADERS
    ),
    *((f"a phone's line: {line!r}", f"Да, ждём.\n\n{line}\n", "Да, ждём.") for line in PHONES),
    *((name, f"Да, ждём.\n\n{block}\n", "Да, ждём.") for name, block in SIGNATURES),
    *((f"{name} stays", letter, letter) for name, letter in KEPT),
    *MIXED,
]
