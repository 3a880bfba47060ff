//! The parts of the app: their loader, and as one file what a page needs that is the first to be opened, or is often
//! opened after another; see `loader.js`.

use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// How a WebAssembly module begins.
const MODULE: &[u8; 8] = b"\0asm\x01\0\0\0";

/// Where the loader that comes with the parts begins to load; before that it shares memory and table with them.
const LOADS: &str = "function wrapAsyncCb";
/// What the name of a file begins with that several parts share.
const CHUNK: &str = "chunk_";

/// What is often wanted after a part: the pages beside it, and its dialogs.
const AFTER: [(&str, &[&str]); 13] = [
    (
        "identity",
        &[
            "second_factor",
            "profile",
            "security",
            "api_access",
            "notifications",
        ],
    ),
    (
        "profile",
        &[
            "security",
            "api_access",
            "notifications",
            "profile_extras",
            "emails",
            "account",
        ],
    ),
    (
        "security",
        &[
            "profile",
            "api_access",
            "notifications",
            "second_factor",
            "end_others",
            "identity",
        ],
    ),
    (
        "api_access",
        &[
            "profile",
            "security",
            "notifications",
            "token_dialogs",
            "token_insight",
            "manage",
            "users",
            "service_accounts",
            "roles",
            "policy",
            "audit",
            "reference",
            "identity",
        ],
    ),
    (
        "notifications",
        &[
            "profile",
            "security",
            "api_access",
            "events",
            "slack_workspace",
        ],
    ),
    (
        "manage",
        &["users", "service_accounts", "roles", "policy", "audit"],
    ),
    (
        "users",
        &[
            "service_accounts",
            "roles",
            "policy",
            "audit",
            "invite",
            "person",
        ],
    ),
    ("person", &["person_tokens", "person_sessions", "deeds"]),
    (
        "service_accounts",
        &[
            "users",
            "roles",
            "policy",
            "audit",
            "service_account_dialogs",
            "service_account_tokens",
        ],
    ),
    (
        "service_account_tokens",
        &["token_dialogs", "token_insight"],
    ),
    (
        "roles",
        &[
            "users",
            "service_accounts",
            "policy",
            "audit",
            "role_dialogs",
        ],
    ),
    ("policy", &["policy_form"]),
    ("audit", &["audit_fields", "audit_details"]),
];

/// A lazily loaded part of the app, with the files that it shares with others.
pub struct Part {
    name: String,
    shared: Vec<String>,
}

/// Puts a loader in the place of the one that comes with the parts, which spells out every file of each and is larger
/// than most of them. Tells what the files of parts that are loaded first are to hold.
pub fn rewire(loader: &Path) -> Result<Vec<Part>> {
    let text = fs::read_to_string(loader).context("the loader")?;
    let parts = parts(&text);
    ensure!(!parts.is_empty(), "the loader loads nothing");
    let (sharing, _) = text
        .split_once(LOADS)
        .with_context(|| format!("the loader has no `{LOADS}`"))?;
    let table = [table(&parts)?, after(&parts)?].concat();
    let loads: Vec<_> = parts
        .iter()
        .map(|Part { name, .. }| format!("__wasm_split_load_{name}"))
        .collect();
    let exports = format!("export const [{}] = PARTS.map(part);\n", loads.join(", "));
    let code = include_str!("loader.js");
    fs::write(loader, [sharing, &table, code, &exports].concat())?;
    Ok(parts)
}

/// For each chunk the parts that need it: a bit for each, in hexadecimal.
fn table(parts: &[Part]) -> Result<String> {
    let mut chunks = BTreeMap::<usize, u64>::new();
    for (place, part) in parts.iter().enumerate() {
        let bit = bit(place)?;
        for file in &part.shared {
            let number = file.strip_prefix(CHUNK).context("a file of another name")?;
            *chunks.entry(number.parse()?).or_default() |= bit;
        }
    }
    let first = chunks.keys().next().copied().unwrap_or_default();
    let last = chunks.keys().last().copied().unwrap_or_default();
    let masks = (first..=last).map(|chunk| format!("{:x}", chunks.get(&chunk).unwrap_or(&0)));
    let masks: Vec<_> = masks.collect();
    let names: Vec<_> = parts.iter().map(|part| part.name.as_str()).collect();
    Ok(format!(
        "const PARTS = '{}'.split(' ');\nconst FIRST_CHUNK = {first};\nconst CHUNKS = '{}'.split(' ');\n",
        names.join(" "),
        masks.join(" "),
    ))
}

/// For each part, by its place, those that come in one file after it: a bit for each, in hexadecimal.
fn after(parts: &[Part]) -> Result<String> {
    let place = |name: &str| {
        let place = parts.iter().position(|part| part.name == name);
        place.with_context(|| format!("no part {name}"))
    };
    let masks = AFTER.iter().map(|(from, all)| {
        let mask = all
            .iter()
            .map(|name| bit(place(name)?))
            .sum::<Result<u64>>()?;
        Ok(format!("{}: '{mask:x}'", place(from)?))
    });
    let masks = masks.collect::<Result<Vec<_>>>()?;
    Ok(format!("const AFTER = {{ {} }};\n", masks.join(", ")))
}

/// The bit that stands for the part at a place. A number of JavaScript holds 53 of them.
fn bit(place: usize) -> Result<u64> {
    ensure!(place < 53, "more parts than bits");
    Ok(1 << place)
}

fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    AFTER
        .iter()
        .flat_map(|(from, all)| all.iter().map(move |to| (*from, *to)))
}

/// Reads `export const __wasm_split_load_NAME = …, [__chunk_1, __chunk_2]));`.
fn parts(loader: &str) -> Vec<Part> {
    let loads = loader.split("export const __wasm_split_load_").skip(1);
    loads
        .filter_map(|load| {
            let (name, rest) = load.split_once(" = ")?;
            let (_, rest) = rest.split_once("\n, [")?;
            let (shared, _) = rest.split_once(']')?;
            let shared = shared
                .split(", ")
                .filter_map(|name| name.strip_prefix("__"));
            Some(Part {
                name: name.to_owned(),
                shared: shared.map(str::to_owned).collect(),
            })
        })
        .collect()
}

/// Makes the file of each part, and of each that comes after another.
pub fn pack(parts: &[Part], folder: &Path) -> Result<()> {
    for part in parts {
        let file = format!("first-{}.wasm", part.name);
        fs::write(folder.join(file), module(&part.files(), folder)?)?;
    }
    let files = |name| {
        let part = parts.iter().find(|part| part.name == name);
        Ok::<_, anyhow::Error>(part.with_context(|| format!("no part {name}"))?.files())
    };
    for (from, to) in pairs() {
        let (there, mut missing) = (files(from)?, files(to)?);
        missing.retain(|file| !there.contains(file));
        fs::write(
            folder.join(format!("{from}-{to}.wasm")),
            module(&missing, folder)?,
        )?;
    }
    Ok(())
}

impl Part {
    /// The names of its files, of which its own is the last.
    fn files(&self) -> Vec<String> {
        let own = format!("split_{}", self.name);
        self.shared
            .iter()
            .chain([&own])
            .map(|it| format!("{it}.wasm"))
            .collect()
    }
}

/// A module that holds files.
fn module(files: &[String], folder: &Path) -> Result<Vec<u8>> {
    let mut module = MODULE.to_vec();
    for file in files {
        let bytes = fs::read(folder.join(file)).with_context(|| file.clone())?;
        let mut section = leb128(file.len());
        section.extend(file.as_bytes());
        section.extend(bytes);
        // Custom sections have the id 0.
        module.push(0);
        module.extend(leb128(section.len()));
        module.extend(section);
    }
    Ok(module)
}

/// A length as WebAssembly writes it: seven bits in each byte, the lowest first.
fn leb128(mut length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(length % 128).unwrap_or_default();
        length /= 128;
        if length == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 128);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_in_seven_bits() {
        assert_eq!(leb128(0), [0]);
        assert_eq!(leb128(127), [127]);
        assert_eq!(leb128(624_485), [0xE5, 0x8E, 0x26]);
    }

    #[test]
    fn there_are_no_more_parts_than_bits() {
        assert_eq!(bit(52).ok(), Some(1 << 52));
        assert!(bit(53).is_err());
    }

    #[test]
    fn the_table_tells_of_each_chunk_which_parts_need_it() {
        let part = |name: &str, shared: &[&str]| Part {
            name: name.to_owned(),
            shared: shared.iter().map(|file| (*file).to_owned()).collect(),
        };
        let parts = [
            part("one", &["chunk_9", "chunk_12"]),
            part("two", &["chunk_9", "chunk_11"]),
        ];
        assert_eq!(
            table(&parts).ok().as_deref(),
            Some(
                "const PARTS = 'one two'.split(' ');\nconst FIRST_CHUNK = 9;\nconst CHUNKS = '3 0 2 1'.split(' ');\n"
            )
        );
    }

    #[test]
    fn parts_are_found_with_what_they_share() {
        let loader = "const __chunk_9 = makeLoad(() => {}\n, []);\n\
            export const __wasm_split_load_one = wrapAsyncCb(makeLoad(() => {\n}\n, [__chunk_9, __chunk_10]));\n\
            export const __wasm_split_load_two = wrapAsyncCb(makeLoad(() => {\n}\n, []));\n";
        let found: Vec<_> = parts(loader)
            .into_iter()
            .map(|part| (part.name, part.shared))
            .collect();
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(
            found,
            [
                ("one".to_owned(), owned(&["chunk_9", "chunk_10"])),
                ("two".to_owned(), owned(&[]))
            ]
        );
    }
}
