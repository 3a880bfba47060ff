//! A new key in the place of the one before: while both are set, what is kept under the previous one is found still, and
//! from then on kept under the present one.
//!
//! What is hashed can be moved only when its secret is shown; what is encrypted, at any time.

use crate::{
    call::{self, Call},
    db::{Db, Outcome, Statement},
    error::Result,
    mfa, outbox,
    secret::{Digest, Prefix},
    slack,
};
use worker::Env;

/// How many rows are encrypted anew at once, and how often a job does that: a run takes a few seconds at most.
pub const ROWS: u32 = 100;
const ROUNDS: u32 = 20;

/// What is found by a secret. While keys change, what is not found is looked for under the previous one too.
pub async fn found<T>(
    call: &Call,
    kind: Prefix,
    secret: &str,
    find: impl AsyncFn() -> Result<Option<T>>,
) -> Result<Option<T>> {
    match find().await? {
        None if carry_over(call, kind, secret).await? => find().await,
        found => Ok(found),
    }
}

/// Moves what is kept under the previous key's hash of a secret, if anything, to that of the present one. Without a
/// previous key it costs nothing.
pub async fn carry_over(call: &Call, kind: Prefix, secret: &str) -> Result<bool> {
    let statements = moves(call, kind, secret)?;
    if statements.is_empty() {
        return Ok(false);
    }
    let outcomes = call.db.commit_all(statements).await?;
    Ok(outcomes.iter().map(Outcome::changed).any(|rows| rows > 0))
}

/// What does that, to be run with others; nothing without a previous key. It takes no tenant, since the secret is what
/// proves the right.
pub fn moves(call: &Call, kind: Prefix, secret: &str) -> Result<Vec<Statement>> {
    let Some(old) = call.previous_digest(secret)? else {
        return Ok(vec![]);
    };
    let new = call.digest(secret)?;
    Ok(of_kind(kind, &old, &new))
}

fn of_kind(kind: Prefix, old: &Digest, new: &Digest) -> Vec<Statement> {
    let retired = || {
        Statement::new(
            "UPDATE retired_secrets SET digest = ?2 WHERE digest = ?1",
            [old, new],
        )
    };
    match kind {
        Prefix::AccessToken => vec![
            Statement::new(
                "UPDATE tokens SET digest = ?2 WHERE digest = ?1",
                [old, new],
            ),
            retired(),
        ],
        Prefix::RefreshToken => vec![
            Statement::new(
                "UPDATE tokens SET refresh_digest = ?2 WHERE refresh_digest = ?1",
                [old, new],
            ),
            retired(),
        ],
        Prefix::ApiSecret => vec![
            Statement::new(
                "UPDATE service_accounts SET secret_digest = ?2 WHERE secret_digest = ?1",
                [old, new],
            ),
            Statement::new(
                "UPDATE service_accounts SET old_secret_digest = ?2 WHERE old_secret_digest = ?1",
                [old, new],
            ),
        ],
        Prefix::OAuthToken => vec![Statement::new(
            "UPDATE oauth_tokens SET digest = ?2 WHERE digest = ?1",
            [old, new],
        )],
        Prefix::Session => vec![Statement::new(
            "UPDATE sessions SET digest = ?2 WHERE digest = ?1",
            [old, new],
        )],
        Prefix::ResetLink => vec![Statement::new(
            "UPDATE password_resets SET digest = ?2 WHERE digest = ?1",
            [old, new],
        )],
        Prefix::EmailLink => vec![Statement::new(
            "UPDATE email_changes SET confirm_digest = ?2 WHERE confirm_digest = ?1",
            [old, new],
        )],
        Prefix::UndoLink => vec![Statement::new(
            "UPDATE email_changes SET undo_digest = ?2 WHERE undo_digest = ?1",
            [old, new],
        )],
        Prefix::InvitationLink => vec![Statement::new(
            "UPDATE invitations SET digest = ?2 WHERE digest = ?1",
            [old, new],
        )],
        Prefix::Consent => vec![Statement::new(
            "UPDATE slack_states SET digest = ?2 WHERE digest = ?1",
            [old, new],
        )],
        // The one is no secret; the other is looked for under both by whoever asks for it.
        Prefix::ApiKey | Prefix::Device => vec![],
    }
}

/// Some rows of a table that were encrypted under another key, told anew.
pub struct SealedAnew {
    /// What puts each in its place.
    statements: Vec<Statement>,
    /// The last row that was looked at, if there was any.
    last: Option<String>,
}

impl SealedAnew {
    /// Takes each of `rows`, which come in the order of their `id`. One that nothing opens stays as it is, and keeps none of
    /// the others from it.
    pub fn of<Row>(
        rows: &[Row],
        id: impl Fn(&Row) -> &str,
        anew: impl Fn(&Row) -> Result<Statement>,
    ) -> Self {
        Self {
            statements: rows.iter().map(anew).filter_map(Result::ok).collect(),
            last: rows.last().map(|row| id(row).to_owned()),
        }
    }
}

/// Encrypts anew what is still encrypted under the previous key, if there is one.
pub async fn seal_anew(env: &Env) -> Result<()> {
    let key = call::key(env)?;
    if !key.has_previous() {
        return Ok(());
    }
    let db = Db::of(env)?;
    walk(&db, async |after| mfa::seal_anew(&db, key, after).await).await?;
    walk(&db, async |after| slack::seal_anew(&db, key, after).await).await?;
    walk(&db, async |after| {
        slack::seal_left_anew(&db, key, after).await
    })
    .await?;
    walk(&db, async |after| outbox::seal_anew(&db, key, after).await).await
}

/// Goes through a table, some rows at a time.
async fn walk(db: &Db, next: impl AsyncFn(&str) -> Result<SealedAnew>) -> Result<()> {
    let mut after = String::new();
    for _ in 0..ROUNDS {
        let SealedAnew { statements, last } = next(&after).await?;
        let Some(last) = last else { break };
        after = last;
        if !statements.is_empty() {
            db.commit_all(statements).await?;
        }
    }
    Ok(())
}
