//! A typed client of Latchkey's API, of the same types and rules as the Worker: the crate `contract`.
//!
//! ```no_run
//! use latchkey_cli::{Client, Credentials};
//!
//! let token = std::env::var("LATCHKEY_TOKEN")?;
//! let client = Client::new("https://latchkey.example")?.with(Credentials::Token(token));
//! println!("{}", client.whoami()?.token.name);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod client;
mod error;
mod server;
mod session;

pub use client::{Client, Credentials};
pub use error::{Error, Result, plain};
pub use session::Session;
