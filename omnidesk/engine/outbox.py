"""What is due is sent: claimed, journaled, tried once, settled."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from omnidesk.core.channel import (
    Channel,
    Deferred,
    Outcome,
    Outgoing,
    OutgoingFile,
    Rejected,
    Sent,
    Unknown,
)
from omnidesk.core.errors import Blocked, Unreachable
from omnidesk.core.events import SYSTEM, Event, What
from omnidesk.core.language import _, ngettext
from omnidesk.core.model import Delivery, DeliveryState, Message
from omnidesk.core.settling import settle
from omnidesk.core.store import Reads, Store, Transaction

_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(minutes=5)
_MOST_TRIES = 300
"""So many times `not now`, about a day of it, and a reply comes back to its author as failed."""


class Outbox:
    """Sends for one channel, under the lease of whoever serves it."""

    def __init__(
        self,
        store: Store,
        channel: Channel,
        *,
        holder: str,
        signature: Callable[[str | None], str],
        now: Callable[[], datetime],
        fence: Callable[[Transaction], None],
        patience: float,
    ) -> None:
        self._store = store
        self._channel = channel
        self._holder = holder
        self._signature = signature
        self._now = now
        self._fence = fence
        self._patience = patience
        self._unwritten: tuple[Delivery, Outcome] | None = None

    async def recover(self) -> None:
        """Settle what was left in `sending`, before anything is claimed.

        Where the store only refused to write an outcome down, that is known; of what a departed
        engine left nobody knows whether it went out.
        """
        await self._write_down()
        await self._store.write(self._recover)

    async def send_one(self) -> bool:
        """Send the next due reply; False where nothing is due."""
        claimed = await self._store.write(self._claim)
        if claimed is None:
            return False
        delivery, outgoing = claimed
        try:
            outcome = await self._attempt(outgoing)
        except (Blocked, Unreachable) as error:
            wait = error.retry_after if isinstance(error, Unreachable) else None
            await self._settled(delivery, Deferred(reason=str(error), retry_after=wait))
            raise
        except Exception:
            reason = _("omnidesk failed while it was being sent; it may have gone out")
            await self._settled(delivery, Unknown(reason=reason))
            raise
        await self._settled(delivery, outcome)
        return True

    async def next_due(self) -> datetime | None:
        """When the next reply is due."""
        return await self._store.read(lambda reads: reads.next_due([self._channel.name]))

    async def _settled(self, delivery: Delivery, outcome: Outcome) -> None:
        self._unwritten = delivery, outcome
        await self._write_down()

    async def _write_down(self) -> None:
        """Write the last attempt's outcome; kept for later where the store refuses."""
        if self._unwritten is None:
            return
        delivery, outcome = self._unwritten
        await self._store.write(lambda tx: self._settle(tx, delivery, outcome))
        self._unwritten = None

    async def _attempt(self, outgoing: Outgoing) -> Outcome:
        """One attempt; a time-out of ours, after which nobody knows, is Unknown."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._channel.send(outgoing)
        except TimeoutError:
            return Unknown(
                reason=_("no answer within {n:.0f} s; it may have gone out").format(
                    n=self._patience
                )
            )

    def _recover(self, tx: Transaction) -> None:
        self._fence(tx)
        now = self._now()
        for delivery in tx.orphaned(self._channel.name, holder=""):  # our own: cut off, too
            if self._channel.capabilities.idempotent_send:
                tx.change_delivery(delivery.message, at=now, state=DeliveryState.QUEUED, due_at=now)
            else:
                reason = _("omnidesk stopped while it was being sent; it may have gone out")
                settle(tx, delivery.message, DeliveryState.UNKNOWN, reason, now)

    def _claim(self, tx: Transaction) -> tuple[Delivery, Outgoing] | None:
        self._fence(tx)
        delivery = tx.claim(self._channel.name, self._holder, self._now())
        if delivery is None:
            return None
        message = tx.message(delivery.message)
        assert message is not None
        tx.append(self._event(message, delivery, "queued", "sending"))
        return delivery, self._outgoing(tx, message, delivery)

    def _outgoing(self, tx: Reads, message: Message, delivery: Delivery) -> Outgoing:
        files = tuple(
            OutgoingFile(
                name=file.name,
                media_type=file.media_type,
                size=file.size,
                path=self._store.blobs.path(file.sha256),
            )
            for file in message.attachments
            if file.sha256
        )
        conversation = tx.conversation(message.conversation)
        signature = "" if message.automatic else self._signature(message.author)
        text, below = signed(message, signature)
        return Outgoing(
            key=delivery.key,
            number=message.conversation,
            to=message.to,
            cc=message.cc,
            bcc=message.bcc,
            text=text,
            author=message.sender.name if message.sender else "",
            sender=message.sender.address if message.sender else None,
            subject=message.subject or (conversation.subject if conversation else ""),
            signature=below,
            files=files,
            answers=message.answers,
            references=message.references,
            reply_path=message.reply_path,
            sent_parts=delivery.sent_parts,
            automatic=message.automatic is not None,
            written_at=message.received_at,
        )

    def _settle(self, tx: Transaction, delivery: Delivery, outcome: Outcome) -> None:
        """Write down what became of the attempt, even where another took over meanwhile.

        That it went out is true whoever holds the lease now, so this write is not fenced. That
        it did not is no news where another attempt has begun since.
        """
        now = self._now()
        if not (isinstance(outcome, Sent) or self._is_ours(tx, delivery)):
            return
        if tx.delivery(delivery.message) is None:  # erased while it was on its way
            return
        match outcome:
            case Sent():
                self._sent(tx, delivery, outcome, now)
            case Deferred():
                self._deferred(tx, delivery, outcome, now)
            case Rejected():
                self._parts(tx, delivery, outcome.sent_parts, now)
                settle(tx, delivery.message, DeliveryState.FAILED, outcome.reason, now)
            case Unknown():
                self._parts(tx, delivery, outcome.sent_parts, now)
                settle(tx, delivery.message, DeliveryState.UNKNOWN, outcome.reason, now)

    def _is_ours(self, tx: Transaction, delivery: Delivery) -> bool:
        """Whether nobody has taken the delivery over since we claimed it."""
        present = tx.delivery(delivery.message)
        if present is None or present.state is not DeliveryState.SENDING:
            return False
        others = tx.orphaned(delivery.channel, self._holder)
        return all(other.message != delivery.message for other in others)

    def _sent(self, tx: Transaction, delivery: Delivery, sent: Sent, now: datetime) -> None:
        if tx.seen_external(delivery.channel, sent.external_id) is None:
            tx.change_message(delivery.message, external_id=sent.external_id)
        tx.change_message(delivery.message, sent_at=now)
        if sent.message_id:
            tx.change_message(delivery.message, message_id=sent.message_id)
        for part in sent.parts:
            tx.add_part(delivery.channel, part, delivery.message)
        reason = None
        if sent.refused:
            reason = _("not accepted for {addresses}").format(addresses=", ".join(sent.refused))
        state = DeliveryState.FAILED if sent.refused else DeliveryState.SENT
        settle(tx, delivery.message, state, reason, now)

    def _deferred(
        self, tx: Transaction, delivery: Delivery, deferred: Deferred, now: datetime
    ) -> None:
        self._parts(tx, delivery, deferred.sent_parts, now)
        if delivery.attempt >= _MOST_TRIES:
            reason = ngettext(
                "given up after {n} try: {why}", "given up after {n} tries: {why}", delivery.attempt
            ).format(n=delivery.attempt, why=deferred.reason)
            settle(tx, delivery.message, DeliveryState.FAILED, reason, now)
            return
        wait = wait_after(delivery.attempt)
        if deferred.retry_after is not None:
            wait = max(wait, timedelta(seconds=deferred.retry_after))
        tx.change_delivery(
            delivery.message,
            at=now,
            state=DeliveryState.QUEUED,
            due_at=now + wait,
            reason=deferred.reason,
        )
        message = tx.message(delivery.message)
        assert message is not None
        tx.append(self._event(message, delivery, "sending", "queued", deferred.reason))

    def _parts(
        self, tx: Transaction, delivery: Delivery, parts: tuple[str, ...], now: datetime
    ) -> None:
        if not parts:
            return
        for part in parts:
            tx.add_part(delivery.channel, part, delivery.message)
        tx.change_delivery(delivery.message, at=now, sent_parts=parts)

    def _event(
        self,
        message: Message,
        delivery: Delivery,
        before: str,
        after: str,
        reason: str | None = None,
    ) -> Event:
        return Event(
            at=self._now(),
            actor=SYSTEM,
            kind=What.DELIVERY_CHANGED,
            conversation=message.conversation,
            message=message.id,
            channel=delivery.channel,
            data={"before": before, "after": after, "reason": reason},
        )


def signed(message: Message, signature: str) -> tuple[str, str]:
    """The text, and the signature that the channel puts below it.

    What is passed on stands below the agent's signature: he signs his own words. It has no
    `-- ` then, at which programs hide all that follows.
    """
    if message.forwards is None or not message.folded or not signature.strip():
        return message.text, signature
    start = message.folded[-1][0]
    words, passed = message.text[:start].rstrip(), message.text[start:]
    return "\n\n".join(part for part in (words, signature.strip(), passed) if part), ""


def wait_after(attempt: int) -> timedelta:
    """How long to wait before the next try: full jitter, doubling, at most five minutes."""
    ceiling = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempt, 10))
    return timedelta(seconds=ceiling.total_seconds() * random.uniform(0.5, 1.0))  # noqa: S311
