"""Conversations are joined and parted, messages moved, and every one of these is taken back.

Joins are pointers: what is joined keeps what was its own, and a message remembers the
conversation that it belongs to without any merge (`home`). So a join is taken back by
dropping its pointer, weeks later and in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from omnidesk.core.errors import CannotJoin, CannotUndo, NotFound
from omnidesk.core.events import Event, What
from omnidesk.core.language import _, ngettext
from omnidesk.core.model import Direction, Message
from omnidesk.core.store import Reads, Seen, Transaction
from omnidesk.desk import standing
from omnidesk.desk.opening import find

_LOOKED_AT = 300
"""So many of the newest messages tell whether a customer knows the number."""


def merge(tx: Transaction, keep: int, other: int, actor: str, now: datetime) -> str:
    """Make two conversations one; what comes later to either stands in the one that is kept."""
    keep, other = find(tx, keep)[0], find(tx, other)[0]
    if keep == other:
        raise CannotJoin(
            _("[#{keep}] is one conversation already; nothing was merged").format(keep=keep)
        )
    data = {
        "kept": keep,
        "merged": other,
        "number": tx.last_message(),
        "decided": tx.decided("conversation", keep, other),
    }
    merged = Event(at=now, actor=actor, kind=What.CONVERSATION_MERGED, conversation=keep, data=data)
    standing.put_inside(tx, other, keep, tx.append(merged))
    tx.decide("conversation", keep, other, "joined", now)
    return _("[#{other}] is now part of [#{keep}]").format(other=other, keep=keep)


def join(tx: Transaction, one: int, other: int, actor: str, now: datetime) -> str:
    """Make two conversations one; the one whose number the customer knows is kept.

    That is the one whose number we have told him; else, and where he knows both, the older one.
    """
    one, other = find(tx, one)[0], find(tx, other)[0]
    keep, gone = sorted((one, other), key=lambda number: (not _is_told(tx, number), number))
    return merge(tx, keep, gone, actor, now)


def _is_told(tx: Reads, number: int) -> bool:
    """Whether a message of ours has named the number to the customer."""
    if tx.acknowledged(number):
        return True
    ours = (m for m in tx.messages(number, limit=_LOOKED_AT) if m.direction is Direction.OUT)
    return any(f"[#{number}]" in m.subject for m in ours if m.forwards is None)


def unmerge(
    tx: Transaction, number: int, actor: str, now: datetime, *, undoing: bool = False
) -> str:
    """Take a conversation out of the one that it was merged into, with what came to it since."""
    pointers = tx.pointers(number)
    if pointers is None or pointers.merged_into is None or pointers.aside is None:
        raise CannotJoin(_("[#{number}] is not merged into another").format(number=number))
    whole, order = pointers.merged_into, int(pointers.aside["order"])
    merged = tx.event(order)
    assert merged is not None, "a merge is journaled"
    since = int(merged.data["number"])
    theirs = tx.belongs_to(number, since)
    came = _said(tx, theirs)
    stays = _said(tx, [id_ for id_ in tx.belongs_to(whole, since) if id_ not in theirs])
    urgency = standing.urgency(tx, tx.kept_by(number))
    tx.append(
        Event(
            at=now,
            actor=actor,
            kind=What.UNDONE if undoing else What.CONVERSATION_UNMERGED,
            conversation=whole,
            data={"what": merged.kind.value, "kept": whole, "merged": number, "order": order},
            undoes=order,
        )
    )
    standing.take_out(tx, number)
    if came:
        tx.change_conversation(number, **urgency)
    if stays:
        standing.bring(tx, whole, urgency)
    tx.decide("conversation", whole, number, merged.data["decided"], now)
    fold(tx, whole)
    fold(tx, number)
    return _("[#{number}] stands on its own again").format(number=number)


def merge_back(tx: Transaction, event: Event, now: datetime) -> str:
    """Undo an unmerge."""
    number, whole = int(event.data["merged"]), int(event.data["kept"])
    pointers = tx.pointers(number)
    if pointers is None or pointers.merged_into is not None or tx.kept_by(whole) == number:
        raise CannotUndo(
            _("[#{number}] was merged otherwise since; unmerge that first").format(number=number)
        )
    standing.put_inside(tx, number, whole, int(event.data["order"]))
    tx.decide("conversation", whole, number, "joined", now)
    return _("[#{number}] is part of [#{kept}] again").format(number=number, kept=tx.kept_by(whole))


def split(tx: Transaction, number: int, message: int, actor: str, now: datetime) -> str:
    """Put a message and all that follow it into a new, linked conversation."""
    number = find(tx, number)[0]
    there = tx.placed_in(number)
    if message not in there:
        raise NotFound(
            _("message {message} does not stand in [#{number}]; omnidesk show {number}").format(
                message=message, number=number
            )
        )
    if message == there[0]:
        raise CannotJoin(
            _("[#{number}] begins with message {message}; nothing was split").format(
                number=number, message=message
            )
        )
    made = beside(tx, number)
    _move(tx, [id_ for id_ in there if id_ >= message], number, made, actor, now)
    return _("[#{made}] was split from [#{number}]").format(made=made, number=number)


def move_message(tx: Transaction, message: int, to: int | None, actor: str, now: datetime) -> str:
    """Put one message into another conversation, or (`to` None) into a new, linked one."""
    found = tx.message(message)
    if found is None:
        raise NotFound(
            _("there is no message {message}; omnidesk show prints their ids").format(
                message=message
            )
        )
    stood = found.conversation
    target = find(tx, to)[0] if to is not None else None
    if target == stood:
        raise CannotJoin(
            _("message {message} stands in [#{stood}] already").format(message=message, stood=stood)
        )
    if tx.placed_in(stood) == [message]:
        raise CannotJoin(
            _("message {message} is all that [#{stood}] has; merge [#{stood}] instead").format(
                message=message, stood=stood
            )
        )
    target = beside(tx, stood) if target is None else target
    _move(tx, [message], stood, target, actor, now)
    return _("message {message} stands in [#{target}] now").format(message=message, target=target)


def _move(
    tx: Transaction, ids: Iterable[int], stood: int, to: int, actor: str, now: datetime
) -> None:
    event = Event(
        at=now,
        actor=actor,
        kind=What.MESSAGE_MOVED,
        conversation=stood,
        data={"to": to, "moved": list(ids), "number": tx.last_message()},
    )
    seq = tx.append(event)
    for id_ in event.data["moved"]:
        found = tx.message(id_)
        assert found is not None
        why = _("moved here by {agent}; before: {why}").format(agent=actor, why=found.why)
        tx.move_message(id_, to, seq, why)
    for number in (stood, to):
        tx.refresh(number)


def move_back(tx: Transaction, event: Event) -> str:
    """Take a move or a split back, also where the messages were moved again since."""
    moved = tx.moved_by(event.seq)
    touched = {number for id_ in moved for number in _standing(tx, id_)}
    followers = _followers(tx, event, moved)
    for id_ in moved:
        _return(tx, id_, event.seq)
    for id_, home in followers:
        if tx.was_moved(id_):
            tx.came_from(id_, home)
            continue
        before = tx.message(id_)
        assert before is not None
        urgent = standing.urgency(tx, before.conversation)
        tx.stand(id_, home, before.why)
        standing.bring(tx, home, urgent)
    touched |= {number for id_ in moved for number in _standing(tx, id_)}
    for number in touched:
        tx.refresh(number)
    for number in touched | {int(event.data.get("to", 0))}:
        fold(tx, number)
    return ngettext("the message stands as before", "the messages stand as before", len(moved))


def _return(tx: Transaction, id: int, event: int) -> None:
    """Take a message back; a conversation that was settled without it wakes for it."""
    before = tx.message(id)
    assert before is not None
    urgent = standing.urgency(tx, before.conversation)
    tx.move_back(id, event)
    after = tx.message(id)
    assert after is not None
    assert after.home is not None
    home = tx.pointers(after.home)
    if home and home.merged_into is not None and home.aside is None:
        standing.bring(tx, after.conversation, urgent)
    elif not tx.was_moved(id) and _came_later(tx, after, after.home):
        standing.bring(tx, after.home, urgent)


def _came_later(tx: Reads, message: Message, number: int) -> bool:
    """Whether a customer wrote after his conversation was closed: it was merged just then."""
    if message.direction is not Direction.IN or message.automatic or message.bounce:
        return False
    closed = standing.urgency(tx, number)["closed_at"]
    return closed is not None and message.received_at > closed


def _followers(tx: Reads, event: Event, moved: Iterable[int]) -> list[tuple[int, int]]:
    """What came after a move into the same place because it answers what was moved.

    As (id, where the move took from what it answers), oldest first; both may have been moved
    again since.
    """
    paths = {id_: path for id_ in moved if (path := tx.path_of(id_, event.seq))}
    found = []
    for to in dict.fromkeys(to for _rest, to in paths.values()):
        for id_ in tx.came_to(to, int(event.data["number"])):
            said = tx.message(id_)
            answers = answered_by(tx, said) if said else None
            path = paths.get(answers.id) if answers else None
            if path is not None and path[1] == to:
                paths[id_] = path
                found.append((id_, path[0]))
    return found


def answered_by(tx: Reads, said: Message) -> Seen | None:
    """The message that this one answers, where it is here."""
    if said.answers:
        return tx.seen_external(said.channel, said.answers)
    if not said.references:
        return None
    known = tx.seen_message_ids(said.references[-1:])
    return next((seen for found in known.values() for seen in found), None)


def move_again(tx: Transaction, event: Event, actor: str, now: datetime) -> str:
    """Redo a move or a split; where a conversation was made for it, another one is."""
    there = [m for id_ in event.data["moved"] if (m := tx.message(int(id_)))]
    if not there or len({m.conversation for m in there}) > 1:
        raise CannotUndo(_("those messages stand elsewhere by now; move them anew"))
    stood, to = there[0].conversation, tx.kept_by(int(event.data["to"]))
    to = beside(tx, stood) if to == stood else to
    _move(tx, [m.id for m in there], stood, to, actor, now)
    count = len(there)
    said = ngettext(
        "{n} message moved to [#{to}] again", "{n} messages moved to [#{to}] again", count
    )
    return said.format(n=count, to=to)


def _standing(tx: Reads, message: int) -> set[int]:
    found = tx.message(message)
    return set() if found is None else {found.conversation}


def beside(tx: Transaction, number: int, contact: int | None = None) -> int:
    """A new conversation linked to another, that stands as that one does."""
    found = tx.conversation(number)
    assert found is not None
    made = tx.add_conversation(
        contact=found.contact if contact is None else contact,
        subject=found.subject,
        channel="",
        snippet="",
        at=found.last_at,
        state=found.state,
        assignee=found.assignee,
        waiting_since=found.waiting_since,
        unread=found.unread,
        snoozed_until=found.snoozed_until,
        closed_at=found.closed_at,
        priority=found.priority,
        tags=found.tags,
        split_from=number,
    )
    tx.link(made, number)
    return made


def fold(tx: Transaction, number: int) -> None:
    """Put a conversation that was made for moved messages away once they have gone back.

    Its number goes on leading to where it was split from: customers may have it in a subject.
    """
    pointers = tx.pointers(number)
    if pointers is None or pointers.split_from is None or pointers.merged_into is not None:
        return
    inside = [p for other in tx.inside(number) if (p := tx.pointers(other)) and p.aside]
    if inside or tx.belongs_to(number):
        return
    tx.unlink(number, pointers.split_from)
    tx.point_conversation(number, pointers.split_from)
    tx.change_conversation(number, state="merged", failed=0)


def _said(tx: Reads, ids: Iterable[int]) -> bool:
    """Whether something was said among messages, by either side."""
    found = map(tx.message, ids)
    return any(
        m is not None and m.direction is not Direction.NOTE and not m.automatic for m in found
    )
