-- Who invited, so that they hear of it when the invitation is accepted.
ALTER TABLE invitations ADD COLUMN inviter_id TEXT REFERENCES users (id) ON DELETE SET NULL;
CREATE INDEX invitations_of_inviter ON invitations (inviter_id);
