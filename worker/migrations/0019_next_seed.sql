-- The seed of an app that is to take the place of this one, encrypted like it; nothing until a code of it is confirmed.
ALTER TABLE totps ADD COLUMN next_seed TEXT;
