//! Widgets. They know no feature.

pub mod avatar;
pub mod badge;
pub mod button;
pub mod copy_button;
pub mod dialog;
pub mod empty;
pub mod failed;
pub mod filter;
pub mod icon;
pub mod leave;
pub mod menu;
pub mod notice;
pub mod search;
pub mod secret;
pub mod segmented;
pub mod select;
pub mod selection;
pub mod skeleton;
pub mod slip;
pub mod tabs;
pub mod text_area;
pub mod text_field;
pub mod time_ago;
pub mod toast;
pub mod typed;
