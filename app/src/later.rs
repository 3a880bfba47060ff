//! Parts of a page that are fetched when they are first wanted.

use leptos::{prelude::*, task::spawn_local};
use std::pin::Pin;

/// Renders a part. A plain function, so that it can be handed out of the chunk in which its code lies.
pub type Render = fn() -> AnyView;

/// A part of a page in a chunk of its own.
#[derive(Clone, Copy)]
pub struct Later {
    fetch: fn() -> Pin<Box<dyn Future<Output = Render>>>,
    render: RwSignal<Option<Render>>,
}

impl Later {
    /// A part that `fetch` brings.
    pub fn new(fetch: fn() -> Pin<Box<dyn Future<Output = Render>>>) -> Self {
        Self {
            fetch,
            render: RwSignal::new(None),
        }
    }

    /// Fetches the part unless it is there. Called when somebody seems about to want it.
    pub fn prefetch(self) {
        if self.render.with_untracked(Option::is_none) {
            spawn_local(async move {
                let render = (self.fetch)().await;
                self.render.set(Some(render));
            });
        }
    }

    /// The part, once it is there.
    pub fn view(self) -> Option<AnyView> {
        self.prefetch();
        self.render.get().map(|render| untrack(render))
    }
}
