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

/// A part of a page in a chunk of its own.
#[derive(Clone, Copy)]
pub struct Later {
    fetch: Fetch,
    render: RwSignal<Option<Render>>,
    missed: Callback<()>,
    toaster: Toaster,
}

impl Later {
    /// A part that `fetch` brings. Who wants it is told why it does not come, and then `missed` is called.
    pub fn new(fetch: Fetch, missed: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            fetch,
            render: RwSignal::new(None),
            missed: Callback::new(move |()| missed()),
            toaster: expect_context(),
        }
    }

    /// Fetches the part unless it is there. Called when somebody seems about to want it.
    pub fn prefetch(self) {
        self.bring(false);
    }

    /// The part, once it is there.
    pub fn view(self) -> Option<AnyView> {
        self.bring(true);
        self.render.get().map(|render| untrack(render))
    }

    fn bring(self, wanted: bool) {
        if self.render.with_untracked(Option::is_some) {
            return;
        }
        spawn_local(async move {
            match (self.fetch)().await {
                Ok(render) => self.render.set(Some(render)),
                Err(Missing) if wanted => {
                    self.toaster.complain(Missing::MESSAGE.into());
                    self.missed.run(());
                }
                Err(Missing) => {}
            }
        });
    }
}
