-- The other order of every list: what happened last comes first.
ALTER TABLE conversation ADD COLUMN
    newest INTEGER NOT NULL GENERATED ALWAYS AS (9007199254740992 - last_at) VIRTUAL;
CREATE INDEX conversation_newest ON conversation (newest, number, state, assignee)
    WHERE state IN ('open', 'waiting');
CREATE INDEX conversation_all_newest ON conversation (newest, number, state)
    WHERE state <> 'merged';

-- The id of the message that one of ours passes on: whom it went to takes no part in the
-- conversation.
ALTER TABLE message ADD COLUMN forwards INTEGER;
CREATE INDEX message_forwards ON message (forwards) WHERE forwards IS NOT NULL;

-- What has not arrived, as the outbox shows it.
CREATE INDEX delivery_open ON delivery (due_at, message)
    WHERE state IN ('held', 'queued', 'sending', 'failed', 'unknown');

-- Whom a draft is for. `handle` is the one that the agent chose, as scheme:value; it may be
-- nobody's yet.
ALTER TABLE draft ADD COLUMN everyone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN handle TEXT;
ALTER TABLE draft ADD COLUMN recipients TEXT NOT NULL DEFAULT '{}';
ALTER TABLE draft ADD COLUMN forward INTEGER;

-- A version that took the place of this one told the same event to its end: nobody edited it.
ALTER TABLE version ADD COLUMN completed INTEGER NOT NULL DEFAULT 0;

-- How many characters of a letter its HTML conceals from whoever reads it.
ALTER TABLE message ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
