-- A link's half hour begins when the message that carries it is sent, which may be after an outage.
ALTER TABLE password_resets ADD COLUMN message TEXT;
CREATE INDEX password_resets_of_message ON password_resets (message);
