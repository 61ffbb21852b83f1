"""A recalled reply keeps its files: nothing has to be attached again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnidesk.core.errors import CannotReply
from omnidesk.core.model import Address, Attachment, Handle
from omnidesk.core.stored import StoredFile, read_stored, stored_entry
from tests.desk.office import Office, office

PDF = b"a price list " * 1000


@pytest.fixture
async def desks(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path / "data") as built:
        yield built


async def recalled(desks: Office, tmp_path: Path) -> tuple[int, str]:
    """A reply with a file to Ann, taken back; the file itself is gone since."""
    came = await desks.comes("support", "ann@e.org", "hello", subject="Lamp")
    file = tmp_path / "счёт 7.pdf"
    file.write_bytes(PDF)
    await desks.anna.reply(came.conversation, "here", files=[file])
    file.unlink()
    assert await desks.anna.undo() == f"the reply in [#{came.conversation}] is a draft again"
    draft = (await desks.anna.open(came.conversation)).draft
    assert draft is not None
    (entry,) = draft.attachments
    return came.conversation, entry


async def test_the_draft_names_the_file_of_the_store_and_sends_it(
    desks: Office, tmp_path: Path
) -> None:
    number, entry = await recalled(desks, tmp_path)
    file = read_stored(entry)
    assert file is not None
    assert (file.name, file.media_type) == ("счёт 7.pdf", "application/pdf")
    assert await desks.anna.stored_size(entry) == len(PDF)
    blob = desks.store.blobs.path(file.sha256)
    written = blob.stat().st_mtime_ns
    more = tmp_path / "more.txt"
    more.write_text("more")
    sent = await desks.anna.reply(number, "here", files=[Path(entry), more])
    assert [(f.name, f.size, f.media_type) for f in sent.attachments] == [
        ("счёт 7.pdf", len(PDF), "application/pdf"),
        ("more.txt", 4, "text/plain"),
    ]
    assert sent.attachments[0].sha256 == file.sha256
    assert blob.stat().st_mtime_ns == written, "it was not copied"
    assert list(desks.store.spool.iterdir()) == []


async def test_the_draft_has_the_recipients_of_the_reply(desks: Office, tmp_path: Path) -> None:
    number, _ = await recalled(desks, tmp_path)
    draft = (await desks.anna.open(number)).draft
    assert draft is not None
    assert (draft.channel, str(draft.to), draft.cc) == ("support", "mailto:ann@e.org", ())


async def test_what_a_draft_names_outlives_the_erasure_of_others(
    desks: Office, tmp_path: Path
) -> None:
    number, entry = await recalled(desks, tmp_path)
    other = await desks.comes("support", "bob@e.org", "hi", subject="Chair")
    same = tmp_path / "same.pdf"
    same.write_bytes(PDF)
    await desks.anna.reply(other.conversation, "the same list", files=[same])
    bob = (await desks.anna.open(other.conversation)).contact
    await desks.store.erase(bob.id, actor="anna", at=desks.now())
    assert (await desks.anna.reply(number, "here", files=[Path(entry)])).attachments
    assert await desks.anna.stored_size(entry) == len(PDF)


async def test_the_erasure_of_the_customer_takes_the_files_of_his_draft(
    desks: Office, tmp_path: Path
) -> None:
    number, entry = await recalled(desks, tmp_path)
    ann = (await desks.anna.open(number)).contact
    await desks.store.erase(ann.id, actor="anna", at=desks.now())
    assert await desks.anna.stored_size(entry) is None
    other = await desks.comes("support", "bob@e.org", "hi", subject="Chair")
    with pytest.raises(CannotReply, match=r"счёт 7\.pdf is no longer here; nothing was sent"):
        await desks.anna.reply(other.conversation, "x", files=[Path(entry)])


async def test_what_came_from_an_erased_person_leaves_the_drafts_to_others(desks: Office) -> None:
    came = await desks.comes("support", "ann@e.org", "hi", {"ann.png": b"Ann"}, subject="Lamp")
    other = await desks.comes("support", "bob@e.org", "hi", subject="Chair")
    entry = stored_entry(came.attachments[0])
    assert entry is not None

    ann, dan = Address("Ann", "Ann@e.org"), Address("", "dan@e.org")
    await desks.anna.save_draft(
        other.conversation,
        "look",
        attachments=[entry, "/home/a.txt"],
        cc=(ann, dan),
        to=Handle("mailto", "ann@e.org"),
    )
    contact = (await desks.anna.open(came.conversation)).contact
    await desks.store.erase(contact.id, actor="anna", at=desks.now())
    draft = (await desks.anna.open(other.conversation)).draft
    assert draft is not None
    assert (draft.attachments, draft.cc, draft.to) == (("/home/a.txt",), (dan,), None)
    assert await desks.anna.stored_size(entry) is None


def test_an_entry_survives_as_a_path_and_a_path_is_no_entry() -> None:
    for name in ("счёт 7.pdf", "a b", "stored:x"):
        file = StoredFile(sha256="0" * 64, name=name, media_type="image/svg+xml")
        assert read_stored(str(Path(str(file)))) == file
    hostile = Attachment(id=0, name="../../x/..", media_type="a/../b", size=1, sha256="1" * 64)
    entry = stored_entry(hostile)
    assert entry is not None
    assert str(Path(entry)) == entry
    assert read_stored(entry) is not None
    for path in ("/home/a.txt", "stored:12/a", "stored:", "~/stored:a"):
        assert read_stored(path) is None


async def test_what_was_begun_since_is_not_lost_by_undo(desks: Office) -> None:
    came = await desks.comes("support", "ann@e.org", "hello", subject="Lamp")
    number = came.conversation
    await desks.anna.reply(number, "It left today.")
    await desks.anna.save_draft(number, "ask Boris about the lid", True, attachments=["/home/a"])
    await desks.anna.undo()
    draft = (await desks.anna.open(number)).draft
    assert draft is not None
    assert draft.text == "It left today.\n\nask Boris about the lid"
    assert draft.note, "what was written for the team must not go to the customer by itself"
    assert draft.attachments == ("/home/a",)
