//! What the parts of the page share.

use crate::{
    api::{Api, Cargo, Failure, Method, Reply, parse},
    edit::Edit,
    form::Field,
    ui::leave::Guard,
};
use contract::users::{ME, UpdateUser, User};
use leptos::prelude::*;
use web_sys::File;

/// A profile as it was read.
#[derive(Clone)]
pub struct Read {
    /// Whose it is, and all of it.
    pub user: User,
    /// Its entity tag, which tells this state of it from others.
    pub tag: Option<String>,
}

impl Read {
    /// Takes an answer that is a profile.
    pub fn take(reply: Reply) -> Result<Self, Failure> {
        let user = parse(&reply.text)?;
        let tag = reply.tag;
        Ok(Self { user, tag })
    }

    /// Asks for the profile as it is now.
    pub async fn now(api: Api) -> Result<Self, Failure> {
        let reply = api.exchange(Method::GET, ME, &Cargo::default()).await?;
        let read = Self::take(reply)?;
        api.account.change(|user| user.clone_from(&read.user));
        Ok(read)
    }
}

/// What is being done about the photo.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Nothing.
    None,
    /// A file is being chosen.
    Choose,
    /// The file that was dropped is being opened.
    Open,
    /// A picture is being cropped.
    Crop,
    /// The photo is about to be removed.
    Remove,
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Makes the calls.
    pub api: Api,
    /// What a person says of themselves.
    pub form: Edit<UpdateUser>,
    /// What of it can be changed, in the order of [`LABELS`].
    pub fields: StoredValue<[Field; 4]>,
    /// The entity tag of what is kept.
    pub tag: RwSignal<Option<String>>,
    /// Whether it turned out that something else is kept.
    pub met: RwSignal<bool>,
    /// Asks before what was typed is lost.
    pub guard: Guard,
    /// What is being done about the photo.
    pub task: RwSignal<Task>,
    /// A file that was dropped.
    pub dropped: StoredValue<Option<File>, LocalStorage>,
    /// Why a file is no picture.
    pub trouble: RwSignal<Option<String>>,
}

/// What the fields are called.
pub const LABELS: [&str; 4] = ["First name", "Last name", "Phone", "Time zone"];

impl Desk {
    /// A desk with a profile on it.
    pub fn new(read: Read) -> Self {
        let form = Edit::new("profile-form", ME, UpdateUser::of(&read.user));
        let first_name = form.field(
            "first_name",
            |draft| draft.first_name.as_deref().unwrap_or_default(),
            |draft| draft.first_name.get_or_insert_default(),
        );
        let last_name = form.field(
            "last_name",
            |draft| draft.last_name.as_deref().unwrap_or_default(),
            |draft| draft.last_name.get_or_insert_default(),
        );
        let phone = form.field(
            "phone",
            |draft| draft.phone.as_deref().unwrap_or_default(),
            |draft| draft.phone.get_or_insert_default(),
        );
        let time_zone = form.field(
            "time_zone",
            |draft| draft.time_zone.as_deref().unwrap_or_default(),
            |draft| draft.time_zone.get_or_insert_default(),
        );
        Self {
            api: Api::in_use(),
            form,
            fields: StoredValue::new([first_name, last_name, phone, time_zone]),
            tag: RwSignal::new(read.tag),
            met: RwSignal::new(false),
            guard: Guard::start(Signal::derive(move || !form.changed().is_empty())),
            task: RwSignal::new(Task::None),
            dropped: StoredValue::new_local(None),
            trouble: RwSignal::new(None),
        }
    }

    /// The one that the page provides.
    pub fn in_use() -> Self {
        expect_context()
    }

    /// Whether there is something to save.
    pub fn is_edited(self) -> bool {
        !self.form.changed().is_empty()
    }

    /// Ends what is being done about the photo.
    pub fn close(self) {
        self.task.try_set(Task::None);
    }

    /// Ends whatever the extras were wanted for.
    pub fn do_without_extras(self) {
        self.close();
        self.met.set(false);
        self.guard.stay();
    }
}
