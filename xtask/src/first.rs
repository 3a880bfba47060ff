//! What a page needs when it is the first to be opened, as one file; see `first.js`.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;

/// How a WebAssembly module begins.
const MODULE: &[u8; 8] = b"\0asm\x01\0\0\0";

/// A lazily loaded part of the app, with the parts that it shares with others.
pub struct Part {
    name: String,
    shared: Vec<String>,
}

/// Makes the loader of the parts take them from such files, and tells what they are to hold.
pub fn rewire(loader: &Path) -> Result<Vec<Part>> {
    let text = fs::read_to_string(loader).context("the loader")?;
    let parts = parts(&text);
    ensure!(!parts.is_empty(), "the loader loads nothing");
    // The part itself is asked for before what it shares, so that it is known what comes first.
    let before =
        "const parallelStuff = deps.map(d => d());\n        const instantiate = fetcher();";
    let after = "const instantiate = fetcher();\n        const parallelStuff = deps.map(d => d());";
    let fetch = "fetch(new URL(";
    for known in [before, fetch] {
        ensure!(text.contains(known), "the loader has no `{known}`");
    }
    let text = text
        .replace(before, after)
        .replace(fetch, "source(new URL(");
    fs::write(loader, text + include_str!("first.js"))?;
    Ok(parts)
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

/// Makes the file of each part.
pub fn pack(parts: &[Part], folder: &Path) -> Result<()> {
    for Part { name, shared } in parts {
        let mut module = MODULE.to_vec();
        let own = format!("split_{name}");
        for file in shared.iter().chain([&own]).map(|it| format!("{it}.wasm")) {
            let bytes = fs::read(folder.join(&file)).with_context(|| file.clone())?;
            let mut section = leb128(file.len());
            section.extend(file.as_bytes());
            section.extend(bytes);
            // Custom sections have the id 0.
            module.push(0);
            module.extend(leb128(section.len()));
            module.extend(section);
        }
        fs::write(folder.join(format!("first_{name}.wasm")), module)?;
    }
    Ok(())
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
