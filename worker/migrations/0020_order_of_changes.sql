-- Which of two changes of address came first, also within a second.
ALTER TABLE email_changes ADD COLUMN id TEXT NOT NULL DEFAULT '';
