-- Consents that are to be given back at Slack: whatever removes a connection, or puts one to another workspace in its
-- place, leaves the token here until Slack has revoked it.
CREATE TABLE slack_revocations (
    -- Encrypted, each in its own way.
    bot_token TEXT PRIMARY KEY,
    -- For whom it was encrypted: they may be gone.
    whose     TEXT NOT NULL,
    team_id   TEXT NOT NULL,
    left_at   TEXT NOT NULL,
    -- Not to be tried before.
    due_at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX slack_revocations_due ON slack_revocations (due_at);

CREATE TRIGGER slack_connections_leave AFTER DELETE ON slack_connections
BEGIN
    INSERT INTO slack_revocations (bot_token, whose, team_id, left_at, due_at)
    SELECT OLD.bot_token, OLD.user_id, OLD.team_id, at, at FROM (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now') AS at);
END;
-- In the same workspace a new consent takes the place of the one before by itself.
CREATE TRIGGER slack_connections_move AFTER UPDATE OF team_id ON slack_connections WHEN NEW.team_id <> OLD.team_id
BEGIN
    INSERT INTO slack_revocations (bot_token, whose, team_id, left_at, due_at)
    SELECT OLD.bot_token, OLD.user_id, OLD.team_id, at, at FROM (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now') AS at);
END;
