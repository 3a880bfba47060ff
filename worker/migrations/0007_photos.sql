-- Photos of people. Their bytes lie in R2, under a key made of tenant, person, hash and upload.

-- SHA-256 in hex.
ALTER TABLE users ADD COLUMN photo_hash TEXT;
ALTER TABLE users ADD COLUMN photo_type TEXT CHECK (photo_type IN ('image/png', 'image/jpeg', 'image/webp'));
-- Tells uploads of the same bytes apart, so that taking one away cannot take another with it.
ALTER TABLE users ADD COLUMN photo_upload TEXT;
