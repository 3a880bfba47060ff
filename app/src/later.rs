//! Parts of a page that are fetched when they are first wanted.

use crate::ui::toast::Toaster;
use leptos::{prelude::*, task::spawn_local, wasm_split::SplitLoaderError};
use std::pin::Pin;

/// Renders a part. A plain function, so that it can be handed out of the chunk in which its code lies.
pub type Render = fn() -> AnyView;

/// Brings the code of a part.
pub type Fetch = fn() -> Pin<Box<dyn Future<Output = Result<Render, Missing>>>>;

/// The code of a part could not be fetched. The next attempt begins anew.
pub struct Missing;

impl Missing {
    /// Why, in words for the person in front of it. A newer version may have taken the place of this one.
    pub const MESSAGE: &str =
        "A part of Latchkey could not be fetched. Check your connection, or reload the page.";
}

impl From<SplitLoaderError> for Missing {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// How far a part is.
#[derive(Clone, Copy)]
enum Part {
    Coming,
    Here(Render),
    Missed,
}

/// A part of a page in a chunk of its own.
#[derive(Clone, Copy)]
pub struct Later {
    fetch: Fetch,
    part: RwSignal<Part>,
    missed: Callback<()>,
    toaster: Toaster,
}

impl Later {
    /// A part that `fetch` brings. Who wants it is told why it does not come, and then `missed` is called.
    pub fn new(fetch: Fetch, missed: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            fetch,
            part: RwSignal::new(Part::Coming),
            missed: Callback::new(move |()| missed()),
            toaster: expect_context(),
        }
    }

    /// Fetches the part unless it is there. Called when somebody seems about to want it.
    pub fn prefetch(self) {
        self.bring(false);
    }

    /// How the part is rendered, once it is there.
    pub fn here(self) -> Option<Render> {
        match self.part.get() {
            Part::Here(render) => Some(render),
            Part::Coming | Part::Missed => None,
        }
    }

    /// The part, once it is there; until then, that it is coming.
    pub fn view(self) -> AnyView {
        self.bring(true);
        let view = move || match self.part.get() {
            Part::Coming => {
                Some(view! { <p class="coming" role="status">"Loading…"</p> }.into_any())
            }
            Part::Here(render) => Some(untrack(render)),
            Part::Missed => {
                let again = move |_| self.bring(true);
                Some(view! { <p class="coming"><button type="button" class="button button--secondary" on:click=again>"Try again"</button></p> }.into_any())
            }
        };
        view.into_any()
    }

    fn bring(self, wanted: bool) {
        match self.part.get_untracked() {
            Part::Here(_) => return,
            Part::Missed => self.part.set(Part::Coming),
            Part::Coming => {}
        }
        spawn_local(async move {
            let fetched = (self.fetch)().await;
            // Whoever is in it already is not to be disturbed by a fetch that began before.
            if matches!(self.part.try_get_untracked(), Some(Part::Here(_))) {
                return;
            }
            self.part.try_set(match &fetched {
                Ok(render) => Part::Here(*render),
                Err(Missing) => Part::Missed,
            });
            if wanted && fetched.is_err() {
                self.toaster.complain(Missing::MESSAGE.into());
                self.missed.run(());
            }
        });
    }
}
