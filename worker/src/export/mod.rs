//! Everything about oneself as one file: what is kept, what it was used for, what one did. Never a secret, nor its hash.

pub mod http;
mod parts;
mod store;
