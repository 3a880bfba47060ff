-- Notifications that may be chosen in two places at once.

-- Counts the changes of what somebody chose. Without a row it is 0.
ALTER TABLE notification_preferences ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
