-- What Slack gave leave for, so that a person can choose between the two.
ALTER TABLE slack_connections ADD COLUMN direct INTEGER NOT NULL DEFAULT 0 CHECK (direct IN (0, 1));
-- The channel of the webhook.
ALTER TABLE slack_connections ADD COLUMN hook_id TEXT;
ALTER TABLE slack_connections ADD COLUMN hook_name TEXT;
UPDATE slack_connections SET direct = 1 WHERE via = 'direct';
UPDATE slack_connections SET hook_id = destination, hook_name = channel_name WHERE via = 'channel';
