//! What is typed about a service account, new or not.

use contract::{
    check::{Check, Invalid},
    service_accounts::{CreateServiceAccount, ServiceAccount, UpdateServiceAccount},
    time::Timestamp,
};
use serde::{Serialize, Serializer};

/// What is typed about a service account.
#[derive(Clone, Default)]
pub struct Draft {
    /// Its name, which only a new one is given.
    pub name: String,
    /// What it does.
    pub description: String,
    /// The id of its role.
    pub role_id: String,
    /// The id of whoever looks after it.
    pub owner_id: String,
    /// Whether it is let in.
    pub enabled: bool,
    /// Addresses that it may call from, one in a line.
    pub ip_ranges: String,
    /// What it was before; nothing for a new one.
    pub before: Option<Box<ServiceAccount>>,
}

/// What is sent.
#[derive(Serialize)]
#[serde(untagged)]
enum Request {
    New(CreateServiceAccount),
    Change(UpdateServiceAccount),
}

impl Draft {
    /// An account as it is.
    pub fn of(account: &ServiceAccount) -> Self {
        Self {
            name: account.name.clone(),
            description: account.description.clone().unwrap_or_default(),
            role_id: account.role.id.as_str().to_owned(),
            owner_id: account
                .owner
                .as_ref()
                .map(|owner| owner.id.as_str().to_owned())
                .unwrap_or_default(),
            enabled: account.enabled,
            ip_ranges: account.ip_allowlist.join("\n"),
            before: Some(Box::new(account.clone())),
        }
    }

    /// Whether there is nothing to send.
    pub fn is_unchanged(&self) -> bool {
        matches!(self.request(), Request::Change(change) if change == UpdateServiceAccount::default())
    }

    /// A new account as a whole; of another what is different.
    fn request(&self) -> Request {
        let Some(before) = self.before.as_deref().map(Self::of) else {
            return Request::New(CreateServiceAccount {
                name: self.name.clone(),
                description: Some(self.description.clone()),
                role_id: self.role_id.clone(),
                owner_id: Some(self.owner_id.clone()),
                ip_allowlist: lines(&self.ip_ranges),
            });
        };
        let changed = |new: &String, old: &String| (new != old).then(|| new.clone());
        Request::Change(UpdateServiceAccount {
            name: None,
            description: changed(&self.description, &before.description).map(Some),
            role_id: changed(&self.role_id, &before.role_id),
            owner_id: changed(&self.owner_id, &before.owner_id),
            enabled: (self.enabled != before.enabled).then_some(self.enabled),
            ip_allowlist: changed(&self.ip_ranges, &before.ip_ranges).map(|text| lines(&text)),
        })
    }
}

impl Check for Draft {
    type Checked = ();

    fn check(self, now: Timestamp) -> Result<(), Invalid> {
        match self.request() {
            Request::New(new) => new.check(now).map(drop),
            Request::Change(change) => change.check(now).map(drop),
        }
    }
}

impl Serialize for Draft {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.request().serialize(serializer)
    }
}

/// The lines that say something.
fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn account() -> ServiceAccount {
        serde_json::from_value(json!({
            "id": "svc_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF", "name": "sync", "description": null,
            "role": {"id": "rol_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF", "name": "API writer"}, "role_has_api_access": true,
            "owner": null, "enabled": true, "api_key": "lkk_x", "key_created_at": "2026-11-22T20:01:35Z", "secret_revoked": false,
            "old_pair": null, "last_used_at": null, "last_used_ip": null, "updated_at": "2026-11-22T20:01:35Z",
            "created_at": "2026-11-22T20:01:35Z", "ip_allowlist": ["10.0.0.0/8", "192.0.2.7"],
        }))
        .unwrap()
    }

    #[test]
    fn of_an_account_only_what_is_different_is_sent() {
        let draft = Draft::of(&account());
        assert!(draft.is_unchanged());
        assert_eq!(json!(draft), json!({}));
        let changed = Draft {
            ip_ranges: " 192.0.2.7 \n\n".into(),
            enabled: false,
            ..draft
        };
        assert!(!changed.is_unchanged());
        assert_eq!(
            json!(changed),
            json!({"enabled": false, "ip_allowlist": ["192.0.2.7"]})
        );
    }

    #[test]
    fn a_new_one_is_never_unchanged_and_every_complaint_comes() {
        let draft = Draft::default();
        assert!(!draft.is_unchanged());
        let Err(Invalid(complaints)) = draft.check(Timestamp::from_seconds(0)) else {
            panic!("accepted")
        };
        let pointers: Vec<_> = complaints.iter().map(|c| c.pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/role_id", "/owner_id"]);
    }
}
