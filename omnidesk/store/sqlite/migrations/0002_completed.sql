-- A version that took the place of this one told the same event to its end: nobody edited it.
ALTER TABLE version ADD COLUMN completed INTEGER NOT NULL DEFAULT 0;
