-- Ids are never used again (AUTOINCREMENT): letters and events name them for ever.
-- Times are milliseconds since 1970 in UTC. JSON columns hold arrays or objects.

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- A merge points a contact to another; `root` is where all pointers end, itself without any.
-- `merge` is the event that did it.
CREATE TABLE contact (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    company    TEXT NOT NULL DEFAULT '',
    merged_into INTEGER REFERENCES contact,
    root       INTEGER NOT NULL REFERENCES contact DEFERRABLE INITIALLY DEFERRED,
    merge      INTEGER,
    wish       TEXT,
    created_at INTEGER NOT NULL
);
CREATE INDEX contact_root ON contact (root);
CREATE INDEX contact_merged ON contact (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX contact_name ON contact (name);

-- Two contacts, or two conversations, that may be one; a decision is remembered.
CREATE TABLE suggestion (
    what    TEXT NOT NULL,
    one     INTEGER NOT NULL,
    other   INTEGER NOT NULL,
    reason  TEXT NOT NULL,
    score   REAL NOT NULL,
    at      INTEGER NOT NULL,
    decided TEXT,
    PRIMARY KEY (what, one, other)
) WITHOUT ROWID;
CREATE INDEX suggestion_other ON suggestion (what, other);
CREATE INDEX suggestion_open ON suggestion (what, score) WHERE decided IS NULL;

CREATE TABLE handle (
    id         INTEGER PRIMARY KEY,
    scheme     TEXT NOT NULL,
    value      TEXT NOT NULL,
    contact    INTEGER NOT NULL REFERENCES contact,
    known      TEXT NOT NULL,
    name       TEXT NOT NULL DEFAULT '',
    first_seen INTEGER NOT NULL,
    UNIQUE (scheme, value)
);
CREATE INDEX handle_contact ON handle (contact);

-- Handles that stood in a contact's messages when nobody had them; an agent may add them.
CREATE TABLE offered (
    contact INTEGER NOT NULL REFERENCES contact,
    scheme  TEXT NOT NULL,
    value   TEXT NOT NULL,
    message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    PRIMARY KEY (contact, scheme, value)
) WITHOUT ROWID;
CREATE INDEX offered_message ON offered (message);
CREATE INDEX offered_handle ON offered (scheme, value);

-- What finds a contact as one types: the words of names and handles, numbers in each spelling.
-- The functions come from the connection.
CREATE VIEW findable AS
    SELECT k.id, fold_yo(k.name || ' ' || coalesce(
        (SELECT group_concat(handle_words(h.scheme, h.value, h.name), ' ')
         FROM handle h WHERE h.contact = k.id), '')) AS words
    FROM contact k;

CREATE VIRTUAL TABLE people USING fts5 (
    words, prefix = '1 2 3 4', tokenize = "unicode61 remove_diacritics 2"
);

CREATE TRIGGER contact_found AFTER INSERT ON contact BEGIN
    INSERT INTO people (rowid, words) SELECT id, words FROM findable WHERE id = new.id;
END;

CREATE TRIGGER contact_renamed AFTER UPDATE OF name ON contact WHEN old.name <> new.name BEGIN
    DELETE FROM people WHERE rowid = new.id;
    INSERT INTO people (rowid, words) SELECT id, words FROM findable WHERE id = new.id;
END;

CREATE TRIGGER contact_gone AFTER DELETE ON contact BEGIN
    DELETE FROM people WHERE rowid = old.id;
END;

CREATE TRIGGER handle_found AFTER INSERT ON handle BEGIN
    DELETE FROM people WHERE rowid = new.contact;
    INSERT INTO people (rowid, words) SELECT id, words FROM findable WHERE id = new.contact;
END;

CREATE TRIGGER handle_changed AFTER UPDATE OF value, name, contact ON handle
WHEN old.value <> new.value OR old.name <> new.name OR old.contact <> new.contact BEGIN
    DELETE FROM people WHERE rowid IN (old.contact, new.contact);
    INSERT INTO people (rowid, words)
        SELECT id, words FROM findable WHERE id IN (old.contact, new.contact);
END;

CREATE TRIGGER handle_gone AFTER DELETE ON handle BEGIN
    DELETE FROM people WHERE rowid = old.contact;
    INSERT INTO people (rowid, words) SELECT id, words FROM findable WHERE id = old.contact;
END;

-- Which handle wrote on which channel, and the way back to it.
CREATE TABLE reached (
    channel    TEXT NOT NULL,
    handle     INTEGER NOT NULL REFERENCES handle,
    last_in    INTEGER NOT NULL,
    reply_path TEXT,
    PRIMARY KEY (handle, channel)
) WITHOUT ROWID;

-- `rank` orders every list: longest wait first, then newest. `apart` holds the columns that a
-- conversation would have without what was merged into it, `aside` those of a merged one,
-- `split_from` the one whose messages it was made for.
CREATE TABLE conversation (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    contact       INTEGER NOT NULL REFERENCES contact,
    subject       TEXT NOT NULL,
    state         TEXT NOT NULL,
    assignee      TEXT,
    priority      INTEGER NOT NULL DEFAULT 0,
    unread        INTEGER NOT NULL DEFAULT 0,
    waiting_since INTEGER,
    snoozed_until INTEGER,
    last_at       INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    closed_at     INTEGER,
    merged_into   INTEGER REFERENCES conversation,
    apart         TEXT,
    aside         TEXT,
    split_from    INTEGER REFERENCES conversation,
    channel       TEXT NOT NULL,
    snippet       TEXT NOT NULL,
    failed        INTEGER NOT NULL DEFAULT 0,
    tags          TEXT NOT NULL DEFAULT '[]',
    active        INTEGER NOT NULL GENERATED ALWAYS AS (state IN ('open', 'waiting')) VIRTUAL,
    rank          INTEGER NOT NULL GENERATED ALWAYS AS
                  (coalesce(waiting_since, 9007199254740992 - last_at)) STORED
);
CREATE INDEX conversation_all ON conversation (rank, number) WHERE state <> 'merged';
CREATE INDEX conversation_inbox ON conversation (rank, number) WHERE state IN ('open', 'waiting');
CREATE INDEX conversation_mine ON conversation (assignee, rank, number)
    WHERE state IN ('open', 'waiting');
CREATE INDEX conversation_aside ON conversation (state, rank, number)
    WHERE state IN ('waiting', 'snoozed', 'closed');
CREATE INDEX conversation_failed ON conversation (rank, number) WHERE failed > 0;
CREATE INDEX conversation_contact ON conversation (contact, last_at);
CREATE INDEX conversation_merged ON conversation (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX conversation_snoozed ON conversation (snoozed_until) WHERE state = 'snoozed';

-- Narrows a list that no view's index serves, without a look at the rows themselves.
CREATE INDEX conversation_narrow ON conversation (rank, number, state, assignee, channel, unread,
    failed, priority, waiting_since, last_at, contact, tags);

-- The tags of conversations once more, by tag.
CREATE TABLE tagged (
    tag          TEXT NOT NULL,
    conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
    PRIMARY KEY (tag, conversation)
) WITHOUT ROWID;
CREATE INDEX tagged_conversation ON tagged (conversation);

CREATE TRIGGER conversation_tagged AFTER INSERT ON conversation WHEN new.tags <> '[]' BEGIN
    INSERT OR IGNORE INTO tagged SELECT value, new.number FROM json_each(new.tags);
END;

CREATE TRIGGER conversation_retagged AFTER UPDATE OF tags ON conversation
WHEN old.tags <> new.tags BEGIN
    DELETE FROM tagged WHERE conversation = new.number;
    INSERT OR IGNORE INTO tagged SELECT value, new.number FROM json_each(new.tags);
END;

-- Who looks at a conversation, or writes in it; stale after half a minute.
CREATE TABLE presence (
    conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
    agent        TEXT NOT NULL,
    writing      INTEGER NOT NULL DEFAULT 0,
    at           INTEGER NOT NULL,
    PRIMARY KEY (conversation, agent)
) WITHOUT ROWID;

CREATE TABLE link (
    a INTEGER NOT NULL REFERENCES conversation,
    b INTEGER NOT NULL REFERENCES conversation,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE INDEX link_b ON link (b);

-- `home` is the conversation that a message belongs to without any merge.
CREATE TABLE message (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversation,
    home         INTEGER NOT NULL REFERENCES conversation,
    channel      TEXT NOT NULL,
    direction    TEXT NOT NULL,
    external_id  TEXT,
    message_id   TEXT,
    handle       INTEGER REFERENCES handle,
    sender_name  TEXT,
    sender_address TEXT,
    author       TEXT,
    recipients   TEXT NOT NULL DEFAULT '{}',
    subject      TEXT NOT NULL DEFAULT '',
    text         TEXT NOT NULL DEFAULT '',
    folded       TEXT NOT NULL DEFAULT '[]',
    refs         TEXT NOT NULL DEFAULT '[]',
    answers      TEXT,
    reply_path   TEXT,
    sent_at      INTEGER,
    received_at  INTEGER NOT NULL,
    automatic    TEXT,
    bounce       TEXT,
    unreadable   TEXT,
    why          TEXT NOT NULL DEFAULT '',
    marked       TEXT,
    copy_of      INTEGER REFERENCES message,
    version      INTEGER NOT NULL DEFAULT 1,
    raw          TEXT,
    files        TEXT NOT NULL DEFAULT '',
    UNIQUE (channel, external_id)
);
CREATE INDEX message_conversation ON message (conversation, id);
CREATE INDEX message_out ON message (handle, id) WHERE direction = 'out';
CREATE INDEX message_message_id ON message (message_id) WHERE message_id IS NOT NULL;

-- The ids of the messages of each day (in days since 1970): between them are all of that day.
CREATE TABLE day (
    day   INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL
);

CREATE TRIGGER message_dated AFTER INSERT ON message BEGIN
    INSERT INTO day VALUES (new.received_at / 86400000, new.id, new.id)
        ON CONFLICT DO UPDATE SET first = min(first, new.id), last = max(last, new.id);
END;

-- Messages that an agent wants seen first.
CREATE TABLE pinned (
    message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    agent   TEXT NOT NULL,
    at      INTEGER NOT NULL
);

-- Where a message stood before each move that is not taken back; `event` is the move.
CREATE TABLE moved (
    message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    event   INTEGER NOT NULL,
    home    INTEGER NOT NULL REFERENCES conversation,
    why     TEXT NOT NULL,
    PRIMARY KEY (message, event)
) WITHOUT ROWID;
CREATE INDEX moved_event ON moved (event);

-- What was written lately, by the marks that nearly the same words share.
CREATE TABLE echo (
    mark    INTEGER NOT NULL,
    message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    PRIMARY KEY (mark, message)
) WITHOUT ROWID;
CREATE INDEX echo_message ON echo (message);
CREATE INDEX echo_at ON echo (at);

-- Further external ids of one message: an album's other pictures, a long reply's other pieces.
CREATE TABLE part (
    channel     TEXT NOT NULL,
    external_id TEXT NOT NULL,
    message     INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    PRIMARY KEY (channel, external_id)
) WITHOUT ROWID;
CREATE INDEX part_message ON part (message);

CREATE TABLE html (
    message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    source  TEXT NOT NULL
);

-- Earlier versions of an edited message.
CREATE TABLE version (
    message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    version INTEGER NOT NULL,
    text    TEXT NOT NULL,
    raw     TEXT,
    at      INTEGER NOT NULL,
    PRIMARY KEY (message, version)
) WITHOUT ROWID;

CREATE TABLE attachment (
    id         INTEGER PRIMARY KEY,
    message    INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size       INTEGER NOT NULL,
    sha256     TEXT,
    inline     INTEGER NOT NULL DEFAULT 0,
    content_id TEXT,
    missing    TEXT
);
CREATE INDEX attachment_message ON attachment (message);

CREATE TABLE delivery (
    message     INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    conversation INTEGER NOT NULL REFERENCES conversation,
    channel     TEXT NOT NULL,
    state       TEXT NOT NULL,
    key         TEXT NOT NULL UNIQUE,
    attempt     INTEGER NOT NULL DEFAULT 0,
    due_at      INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    holder      TEXT,
    reason      TEXT,
    sent_parts  TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX delivery_due ON delivery (channel, due_at) WHERE state IN ('held', 'queued');
CREATE INDEX delivery_sending ON delivery (channel) WHERE state = 'sending';
CREATE INDEX delivery_conversation ON delivery (conversation) WHERE state IN ('held', 'queued', 'sending');

CREATE TABLE event (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    at           INTEGER NOT NULL,
    actor        TEXT NOT NULL,
    kind         TEXT NOT NULL,
    conversation INTEGER,
    message      INTEGER,
    contact      INTEGER,
    channel      TEXT,
    data         TEXT NOT NULL DEFAULT '{}',
    undoes       INTEGER
);
CREATE INDEX event_conversation ON event (conversation, seq) WHERE conversation IS NOT NULL;
CREATE INDEX event_by_agent ON event (actor, seq) WHERE actor <> 'omnidesk';
CREATE INDEX event_ringing ON event (at) WHERE kind = 'call.ringing';
CREATE INDEX event_undoes ON event (undoes) WHERE undoes IS NOT NULL;

-- What was erased with its author and must not come in again: a keyed hash of its channel and
-- external id, and nothing else.
CREATE TABLE erased (
    mark BLOB PRIMARY KEY
) WITHOUT ROWID;

-- One row a channel: where it stands at its provider, how it is doing, what it can do.
CREATE TABLE channel (
    name         TEXT PRIMARY KEY,
    kind         TEXT NOT NULL DEFAULT '',
    capabilities TEXT NOT NULL DEFAULT '{}',
    addresses    TEXT NOT NULL DEFAULT '[]',
    configured   INTEGER NOT NULL DEFAULT 0,
    cursor       TEXT,
    state        TEXT NOT NULL DEFAULT 'starting',
    reason       TEXT,
    until        INTEGER,
    last_good    INTEGER,
    changed_at   INTEGER
) WITHOUT ROWID;

CREATE TABLE lease (
    name   TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE draft (
    conversation INTEGER NOT NULL REFERENCES conversation,
    agent        TEXT NOT NULL,
    note         INTEGER NOT NULL DEFAULT 0,
    text         TEXT NOT NULL,
    channel      TEXT,
    files        TEXT NOT NULL DEFAULT '[]',
    changed_at   INTEGER NOT NULL,
    PRIMARY KEY (conversation, agent)
) WITHOUT ROWID;

-- Counters of the views, kept by the write that changes them.
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER conversation_added AFTER INSERT ON conversation BEGIN
    INSERT INTO counter VALUES ('state:' || new.state, 1)
        ON CONFLICT DO UPDATE SET value = value + 1;
    INSERT INTO counter VALUES ('assignee:' || coalesce(new.assignee, ''), new.active)
        ON CONFLICT DO UPDATE SET value = value + excluded.value;
    INSERT INTO counter VALUES ('failed', new.failed > 0)
        ON CONFLICT DO UPDATE SET value = value + excluded.value;
END;

CREATE TRIGGER conversation_removed AFTER DELETE ON conversation BEGIN
    UPDATE counter SET value = value - 1 WHERE name = 'state:' || old.state;
    UPDATE counter SET value = value - old.active
        WHERE name = 'assignee:' || coalesce(old.assignee, '');
    UPDATE counter SET value = value - (old.failed > 0) WHERE name = 'failed';
END;

CREATE TRIGGER conversation_moved AFTER UPDATE OF state, assignee, failed ON conversation
WHEN old.state <> new.state OR old.assignee IS NOT new.assignee
    OR (old.failed > 0) <> (new.failed > 0)
BEGIN
    UPDATE counter SET value = value - 1 WHERE name = 'state:' || old.state;
    INSERT INTO counter VALUES ('state:' || new.state, 1)
        ON CONFLICT DO UPDATE SET value = value + 1;
    UPDATE counter SET value = value - old.active
        WHERE name = 'assignee:' || coalesce(old.assignee, '');
    INSERT INTO counter VALUES ('assignee:' || coalesce(new.assignee, ''), new.active)
        ON CONFLICT DO UPDATE SET value = value + excluded.value;
    UPDATE counter SET value = value + (new.failed > 0) - (old.failed > 0)
        WHERE name = 'failed';
END;

-- What search sees: ё folded to е, quoted text left out, the channel as a word that nobody types.
-- The functions come from the connection.
CREATE VIEW searchable AS
    SELECT id, fold_yo(subject) AS subject, fold_yo(visible(text, folded)) AS body,
           fold_yo(coalesce(sender_name, '') || ' ' || coalesce(sender_address, '') || ' '
                   || coalesce(author, '')) AS people,
           fold_yo(files) AS files, 'zzchannel' || hex(channel) AS channel
    FROM message;

CREATE VIRTUAL TABLE search USING fts5 (
    subject, body, people, files, channel,
    content = 'searchable', content_rowid = 'id',
    tokenize = "unicode61 remove_diacritics 2"
);
-- Of type `instance`: a `row` of it would count all hits of its word before it is given.
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (search, instance);

CREATE TRIGGER message_indexed AFTER INSERT ON message BEGIN
    INSERT INTO search (rowid, subject, body, people, files, channel)
        SELECT id, subject, body, people, files, channel FROM searchable WHERE id = new.id;
END;

CREATE TRIGGER message_unindexed BEFORE DELETE ON message BEGIN
    INSERT INTO search (search, rowid, subject, body, people, files, channel)
        SELECT 'delete', id, subject, body, people, files, channel
        FROM searchable WHERE id = old.id;
END;

CREATE TRIGGER message_reindexing BEFORE UPDATE OF subject, text, folded, files
ON message BEGIN
    INSERT INTO search (search, rowid, subject, body, people, files, channel)
        SELECT 'delete', id, subject, body, people, files, channel
        FROM searchable WHERE id = old.id;
END;

CREATE TRIGGER message_reindexed AFTER UPDATE OF subject, text, folded, files
ON message BEGIN
    INSERT INTO search (rowid, subject, body, people, files, channel)
        SELECT id, subject, body, people, files, channel FROM searchable WHERE id = new.id;
END;
