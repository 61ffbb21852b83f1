"""One person's handles have one spelling, and two persons are never one by themselves."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.core.identity import Profile, handles_in, normalise, suggest
from omnidesk.core.model import Handle, Known, KnownHandle

SCHEMES = ("mailto", "tel", "telegram", "web", "x-form", "")


def known(text: str, how: Known = Known.SEEN) -> KnownHandle:
    at = datetime(2026, 9, 12, tzinfo=UTC)
    return KnownHandle(handle=Handle.parse(text), known=how, name="", first_seen=at)


@pytest.mark.parametrize(
    ("says", "raw", "value"),
    [
        ("case is folded on both sides", "Ann@EXAMPLE.org", "ann@example.org"),
        ("a name around it is stripped", '"Ann, B" <ann@example.org>', "ann@example.org"),
        ("the URI's scheme is stripped", "mailto:ann@example.org", "ann@example.org"),
        ("space around it is stripped", " ann@example.org\t", "ann@example.org"),
        ("dots are kept", "a.n.n@gmail.com", "a.n.n@gmail.com"),
        ("a plus part is kept", "ann+shop@example.org", "ann+shop@example.org"),
        ("needless quotes go", '"ann"@example.org', "ann@example.org"),
        ("needed quotes stay", '"Ann B"@example.org', '"ann b"@example.org'),
        ("the root dot goes", "ann@example.org.", "ann@example.org"),
        ("an IDN becomes its A-label", "Анна@ПОЧТА.рф", "анна@xn--80a1acny.xn--p1ai"),
        ("an A-label stays", "a@xn--80a1acny.xn--p1ai", "a@xn--80a1acny.xn--p1ai"),
        ("an ideographic dot is a dot", "a@почта。рф", "a@xn--80a1acny.xn--p1ai"),
        ("composed and decomposed are one", "e\u0301@example.org", "\u00e9@example.org"),
        ("a host without dots serves", "root@localhost", "root@localhost"),
        ("a literal host serves", "a@[127.0.0.1]", "a@[127.0.0.1]"),
        ("no person", "@example.org", None),
        ("no host", "ann@", None),
        ("no at", "ann", None),
        ("two ats", "a@b@example.org", None),
        ("a line break is refused", "a\r\nBcc: b@example.org", None),
        ("a line break in quotes is refused", '"a\nb"@example.org', None),
        ("a bidi override is refused", "a\u202eb@example.org", None),
        ("a space in the host is refused", "a@ex ample.org", None),
        ("an endless host is refused", "a@" + "b." * 300 + "org", None),
        ("an empty label is refused", "a@example..org", None),
        ("an endless IDN is refused at once", "a@" + "ё" * 400, None),
    ],
)
def test_mail_addresses_have_one_spelling(says: str, raw: str, value: str | None) -> None:
    assert normalise("mailto", raw) == (value and Handle("mailto", value)), says


@pytest.mark.parametrize(
    ("says", "raw", "region", "value"),
    [
        ("an international number", "+7 916 123-45-67", "RU", "+79161234567"),
        ("the trunk prefix", "8 (916) 123-45-67", "RU", "+79161234567"),
        ("the bare national number", "9161234567", "RU", "+79161234567"),
        ("the country without its plus", "7 916 123 45 67", "RU", "+79161234567"),
        ("the URI with a parameter", "tel:+7-916-123-45-67;ext=5", "RU", "+79161234567"),
        ("an extension in words", "8 495 123-45-67 доб. 12", "RU", "+74951234567"),
        ("full-width digits", "＋７９１６１２３４５６７", "RU", "+79161234567"),
        ("no-break spaces", "+7\u00a0916\u00a0123\u00a045\u00a067", None, "+79161234567"),
        ("another region's national number", "020 7946 0958", "GB", "+442079460958"),
        ("without a region a plus is enough", "+442079460958", None, "+442079460958"),
        ("without a region a national number says nothing", "8 916 1234567", None, None),
        ("a region that does not exist", "9161234567", "XX", None),
        ("too short", "112", "RU", None),
        ("too long", "+7916123456789012345", "RU", None),
        ("letters", "call me", "RU", None),
        ("nothing", "", "RU", None),
    ],
)
def test_phone_numbers_have_one_spelling(
    says: str, raw: str, region: str | None, value: str | None
) -> None:
    assert normalise("tel", raw, region=region) == (value and Handle("tel", value)), says


@pytest.mark.parametrize(
    ("says", "scheme", "raw", "value"),
    [
        ("a person", "telegram", " 1234 ", "1234"),
        ("a group is negative", "telegram", "-1001234567890", "-1001234567890"),
        ("zeros in front go", "telegram", "007", "7"),
        ("zero is nobody", "telegram", "0", None),
        ("a user name is no id", "telegram", "@ann", None),
        ("foreign digits are no id", "telegram", "١٢٣", None),
        ("an endless id is no id", "telegram", "1" * 400, None),
        ("others are only stripped", "web", " Session-1 ", "Session-1"),
        ("others refuse control characters", "web", "a\x1b[2J", None),
        ("others refuse nothing at all", "web", "  ", None),
        ("a scheme without a name", "", "x", None),
        ("a scheme with a colon", "a:b", "x", None),
    ],
)
def test_other_handles_are_only_stripped(
    says: str, scheme: str, raw: str, value: str | None
) -> None:
    assert normalise(scheme, raw) == (value and Handle(scheme, value)), says


@given(st.sampled_from(SCHEMES), st.text(max_size=600), st.sampled_from([None, "RU", "??", ""]))
def test_no_text_makes_normalising_raise(scheme: str, raw: str, region: str | None) -> None:
    handle = normalise(scheme, raw, region=region)
    if handle is not None:
        assert normalise(scheme, handle.value, region=region) == handle
        assert Handle.parse(str(handle)) == handle


@given(
    st.text(min_size=1, max_size=20),
    st.sampled_from(["example.org", "ПОЧТА.рф", "straße.de", "[::1]", "a_b.example"]),
)
def test_normalising_an_address_twice_changes_nothing(local: str, host: str) -> None:
    for raw in (f"{local}@{host}", f'"{local}"@{host}', f"Ann <{local}@{host}>"):
        handle = normalise("mailto", raw)
        assert handle is None or normalise("mailto", handle.value) == handle


@given(st.integers(min_value=9_000_000_000, max_value=9_999_999_999))
def test_every_russian_spelling_of_a_number_is_one(number: int) -> None:
    spelled = {normalise("tel", f"{start}{number}", region="RU") for start in ("+7", "8", "7", "")}
    assert spelled == {Handle("tel", f"+7{number}")}


@pytest.mark.parametrize(
    ("says", "text", "found"),
    [
        (
            "an address and a number, in their order",
            "Пишите на Ann.B@example.org, или 8 (916) 123-45-67.",
            ("mailto:ann.b@example.org", "tel:+79161234567"),
        ),
        ("a full stop ends it", "I am ann@example.org.", ("mailto:ann@example.org",)),
        ("brackets end it", "<ann@example.org>", ("mailto:ann@example.org",)),
        ("the same twice is one", "A@b.org a@B.org", ("mailto:a@b.org",)),
        (
            "digits of an address are no phone",
            "89161234567@mail.ru",
            ("mailto:89161234567@mail.ru",),
        ),
        ("an IDN host", "мы: инфо@почта.рф", ("mailto:инфо@xn--80a1acny.xn--p1ai",)),
        ("an order number is no phone", "order 12345, room 7", ()),
        ("a nickname is no address", "write to @ann or a@b", ()),
        ("nothing", "", ()),
    ],
)
def test_handles_typed_into_a_text_are_offered(
    says: str, text: str, found: tuple[str, ...]
) -> None:
    assert tuple(str(handle) for handle in handles_in(text, "RU")) == found, says


@given(st.text(max_size=3_000))
def test_no_text_makes_the_search_for_handles_raise(text: str) -> None:
    for handle in handles_in(text, "RU"):
        assert normalise(handle.scheme, handle.value, region="RU") == handle


@pytest.mark.parametrize("piece", ["a@", "a.", "+7 ", "8916123456 ", "(1", "1-", "a@b.", "+", "@"])
def test_a_hostile_text_is_searched_in_bounded_time(piece: str) -> None:
    started = time.perf_counter()
    assert len(handles_in(piece * 500_000, "RU")) <= 20
    assert time.perf_counter() - started < 2


ANN = Profile(contact=1, name="Анна Петрова", handles=(known("mailto:ann@acme.example"),))


@pytest.mark.parametrize(
    ("says", "a", "b", "score", "reason"),
    [
        (
            "the same verified phone is nearly certain",
            Profile(contact=1, handles=(known("tel:+79161234567", Known.VERIFIED),)),
            Profile(contact=2, handles=(known("tel:+79161234567", Known.VERIFIED),)),
            0.95,
            "the same verified +79161234567",
        ),
        (
            "a claimed address is likely",
            ANN,
            Profile(contact=2, handles=(known("mailto:ann@acme.example", Known.CLAIMED),)),
            0.8,
            "one claims ann@acme.example, which the other has",
        ),
        (
            "what both only claim is less",
            Profile(contact=1, handles=(known("tel:+79161234567", Known.CLAIMED),)),
            Profile(contact=2, handles=(known("tel:+79161234567", Known.CLAIMED),)),
            0.6,
            "both claim +79161234567",
        ),
        (
            "an address in a signature is a hint",
            Profile(contact=2, typed=(Handle("mailto", "ann@acme.example"),)),
            ANN,
            0.7,
            "ann@acme.example stands in a message of the other",
        ),
        (
            "the same name in another order, and the same firm",
            ANN,
            Profile(contact=2, name="петрова  анна", handles=(known("mailto:ap@acme.example"),)),
            0.5,
            "the same name and company: Анна Петрова, acme.example",
        ),
        (
            "a letter and its yo are one",
            Profile(contact=1, name="Пётр Семёнов", company="ООО Ромашка"),
            Profile(contact=2, name="Семенов Петр", company="Ромашка, ООО"),
            0.5,
            None,
        ),
        (
            "the strongest reason is named",
            ANN,
            Profile(
                contact=2,
                name=ANN.name,
                handles=(known("mailto:ap@acme.example"),),
                typed=(Handle("mailto", "ann@acme.example"),),
            ),
            0.7,
            None,
        ),
    ],
)
def test_two_who_may_be_one_are_suggested_with_a_reason(
    says: str, a: Profile, b: Profile, score: float, reason: str | None
) -> None:
    found = suggest(a, b)
    assert found is not None, says
    assert found.score == score, says
    assert reason is None or found.reason == reason, says
    assert (found.one, found.other) == (1, 2), says


@pytest.mark.parametrize(
    ("says", "b"),
    [
        ("nobody is suggested to himself", ANN),
        ("the same name alone says nothing", Profile(contact=2, name=ANN.name)),
        (
            "the same first name in one firm says nothing",
            Profile(contact=2, name="Анна", handles=(known("mailto:x@acme.example"),)),
        ),
        (
            "another name in one firm says nothing",
            Profile(contact=2, name="Иван Петров", handles=(known("mailto:x@acme.example"),)),
        ),
        ("two without a name are not one", Profile(contact=2)),
    ],
)
def test_two_who_are_not_one_are_not_suggested(says: str, b: Profile) -> None:
    assert suggest(ANN, b) is None, says


def test_the_same_name_at_a_free_mail_provider_says_nothing() -> None:
    a = Profile(contact=1, name="Анна Петрова", handles=(known("mailto:a@gmail.com"),))
    b = Profile(contact=2, name="Анна Петрова", handles=(known("mailto:b@gmail.com"),))
    assert suggest(a, b) is None


handles = st.builds(
    Handle, st.sampled_from(["tel", "mailto"]), st.sampled_from(["a@x.org", "b@x.org", "+7"])
)
profiles = st.builds(
    Profile,
    contact=st.integers(1, 3),
    name=st.sampled_from(["", "Ann B", "B Ann", "Ann"]),
    company=st.sampled_from(["", "Acme"]),
    handles=st.lists(
        st.builds(
            KnownHandle,
            handle=handles,
            known=st.sampled_from(Known),
            name=st.just(""),
            first_seen=st.just(datetime(2026, 9, 12, tzinfo=UTC)),
        ),
        max_size=3,
    ).map(tuple),
    typed=st.lists(handles, max_size=2).map(tuple),
)


@given(profiles, profiles)
def test_a_suggestion_does_not_depend_on_who_is_named_first(a: Profile, b: Profile) -> None:
    one, other = suggest(a, b), suggest(b, a)
    assert (one and (one.score, one.one, one.other)) == (
        other and (other.score, other.one, other.other)
    )
    assert one is None or (0 < one.score < 1 and a.contact != b.contact)
