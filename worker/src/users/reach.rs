//! The person that a route names, for themselves and for those who may look after them.

use super::store;
use crate::{
    auth::{Owner, SessionCaller},
    call::Call,
    error::{Error, Result},
};
use contract::{ids::UserId, users::User};

/// A person within reach of a session.
pub struct Person {
    /// The key to their rows.
    pub owner: Owner,
    /// Who it is.
    pub user: User,
    /// Which state of their profile that is.
    pub version: u32,
    /// Whether it is another than the one in the session.
    pub is_other: bool,
}

/// The person named by `me` or by an id: oneself, or with permission another of the tenant. To everybody else there is
/// no such person.
pub async fn reach(call: &Call, session: &SessionCaller, name: &str) -> Result<Person> {
    if name == "me" || name == session.user.id.as_str() {
        return Ok(Person {
            owner: session.owner.clone(),
            user: session.user.clone(),
            version: session.user_version,
            is_other: false,
        });
    }
    let missing = || Error::not_found("person");
    let id = UserId::parse(name).ok_or_else(missing)?;
    let owner = session.person(&id).ok_or_else(missing)?;
    let row = store::find(&call.db, owner.tenant(), &id)
        .await?
        .ok_or_else(missing)?;
    Ok(Person {
        owner,
        version: row.version(),
        user: row.into(),
        is_other: true,
    })
}
