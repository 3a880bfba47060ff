-- Of messages alike that come close together the first go out by themselves; those behind them gather in one that waits,
-- says what the latest would have said, and counts the others.
DROP INDEX outbox_fold;
ALTER TABLE outbox ADD COLUMN gathers INTEGER NOT NULL DEFAULT 0 CHECK (gathers IN (0, 1));
CREATE UNIQUE INDEX outbox_gathering ON outbox (user_id, channel, fold) WHERE gathers = 1;
