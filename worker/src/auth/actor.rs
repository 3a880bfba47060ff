//! Who did something, for the audit trail.

use contract::{
    ids::{SessionId, UserId},
    tokens::TokenOwner,
    users::User,
};

/// Who did something.
#[derive(Clone, Debug)]
pub struct Actor {
    kind: &'static str,
    id: Option<String>,
    /// Their name at that time.
    pub name: String,
    /// The id of the session or token that was used, or what kind of thing it was.
    pub credential: String,
}

impl Actor {
    /// A person in a browser.
    pub fn in_session(user: &User, session: &SessionId) -> Self {
        Self {
            kind: "user",
            id: Some(user.id.as_str().into()),
            name: full_name(user),
            credential: session.as_str().into(),
        }
    }

    /// Somebody who followed a link that was mailed to them.
    pub fn by_link(user: &UserId, name: &str) -> Self {
        Self {
            kind: "user",
            id: Some(user.as_str().into()),
            name: name.into(),
            credential: "link".into(),
        }
    }

    /// A machine that acts for `owner`, known by `credential`.
    pub fn machine(owner: &TokenOwner, credential: &str) -> Self {
        let kind = match owner {
            TokenOwner::User { .. } => "user",
            TokenOwner::ServiceAccount { .. } => "service_account",
        };
        Self {
            kind,
            id: Some(owner.id().into()),
            name: owner.name().into(),
            credential: credential.into(),
        }
    }

    /// Whoever reported a secret that they found.
    pub fn reporter() -> Self {
        Self {
            kind: "anonymous",
            id: None,
            name: "Leak report".into(),
            credential: "secret".into(),
        }
    }

    /// Whoever showed a secret that had been replaced: its holder is not to be blamed.
    pub fn reuser() -> Self {
        Self {
            name: "Reuse detection".into(),
            ..Self::reporter()
        }
    }

    /// What the actor is.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The actor's id; of nobody known there is none.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

/// First and last name.
pub fn full_name(user: &User) -> String {
    format!("{} {}", user.first_name, user.last_name)
}
