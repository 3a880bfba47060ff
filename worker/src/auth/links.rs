//! What a link proves that was mailed: that whoever follows it reads the mail of this person.

use super::{Actor, Owner, store};
use crate::{
    call::Call,
    db::Statement,
    error::{Error, Result},
    rekey,
    secret::{Digest, Prefix, is_well_formed},
};
use contract::{
    ids::{InvitationId, UserId},
    roles::RoleRef,
    time::Timestamp,
    users::User,
};

/// A link to set a new password.
pub struct ResetLink {
    /// The key to the person's rows.
    pub owner: Owner,
    /// Who it is.
    pub user: User,
    /// The name of their company.
    pub tenant_name: String,
    /// What the link is kept as.
    pub digest: Digest,
}

/// A link about a change of address.
pub struct EmailLink {
    /// The key to the person's rows.
    pub owner: Owner,
    /// For the audit trail.
    pub actor: Actor,
    /// The address before the change.
    pub old_email: String,
    /// The address after it.
    pub new_email: String,
    /// Whether the change was confirmed before this link was followed.
    pub confirmed: bool,
    /// Whether the link takes the change back.
    pub undoes: bool,
    /// What the link is kept as.
    pub digest: Digest,
}

/// A link by which somebody comes into a tenant.
pub struct InvitationLink {
    /// Which invitation it is.
    pub id: InvitationId,
    /// The key to the rows of the person whom it will bring.
    pub owner: Owner,
    /// Their address.
    pub email: String,
    /// The role that they will hold.
    pub role: RoleRef,
    /// The name of the company.
    pub tenant_name: String,
    /// Who invited them.
    pub invited_by: String,
    /// The same person by id, while they are there.
    pub inviter: Option<UserId>,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// What the link is kept as.
    pub digest: Digest,
}

/// The invitation whose link holds `secret`.
pub async fn follow_invitation(call: &Call, secret: &str) -> Result<InvitationLink> {
    let dead = || {
        Error::gone(
            "This invitation was used or cancelled, or is too old. Ask whoever invited you for a new one.",
        )
    };
    if !is_well_formed(Prefix::InvitationLink, secret) {
        return Err(dead());
    }
    let digest = call.digest(secret)?;
    let find = async || {
        call.db
            .first(store::find_invitation(&digest, call.now))
            .await
    };
    let found = rekey::found(call, Prefix::InvitationLink, secret, find);
    let row: store::InvitationRow = found.await?.ok_or_else(dead)?;
    Ok(InvitationLink {
        id: row.id,
        owner: Owner::new(row.tenant_id, UserId::from_ulid(&call.ulid()?)),
        email: row.email,
        role: RoleRef {
            id: row.role_id,
            name: row.role_name,
        },
        tenant_name: row.tenant_name,
        invited_by: row.invited_by,
        inviter: row.inviter_id,
        expires_at: row.expires_at,
        digest,
    })
}

/// The link to set a new password that holds `secret`.
pub async fn follow_reset_link(call: &Call, secret: &str) -> Result<ResetLink> {
    if !is_well_formed(Prefix::ResetLink, secret) {
        return Err(dead());
    }
    let digest = call.digest(secret)?;
    let find = async || call.db.first(store::find_reset(&digest, call.now)).await;
    let found = rekey::found(call, Prefix::ResetLink, secret, find);
    let row: store::ResetRow = found.await?.ok_or_else(dead)?;
    let user = User::from(row.user);
    Ok(ResetLink {
        owner: Owner::new(row.tenant_id, user.id.clone()),
        user,
        tenant_name: row.tenant_name,
        digest,
    })
}

/// The link about a change of address that holds `secret`.
pub async fn follow_email_link(call: &Call, secret: &str) -> Result<EmailLink> {
    let undoes = is_well_formed(Prefix::UndoLink, secret);
    if !undoes && !is_well_formed(Prefix::EmailLink, secret) {
        return Err(dead());
    }
    let digest = call.digest(secret)?;
    let (kind, statement): (_, fn(&Digest, Timestamp) -> Statement) = if undoes {
        (Prefix::UndoLink, store::find_email_undo)
    } else {
        (Prefix::EmailLink, store::find_email_confirmation)
    };
    let find = async || call.db.first(statement(&digest, call.now)).await;
    let found = rekey::found(call, kind, secret, find);
    let row: store::EmailChangeRow = found.await?.ok_or_else(dead)?;
    Ok(EmailLink {
        actor: Actor::by_link(&row.user_id, &row.user_name),
        owner: Owner::new(row.tenant_id, row.user_id),
        old_email: row.old_email,
        new_email: row.new_email,
        confirmed: row.confirmed == 1,
        undoes,
        digest,
    })
}

/// Never told apart: a link that never was, was used, or came too late.
fn dead() -> Error {
    Error::gone("This link does not work any more. Ask for a new one.")
}
