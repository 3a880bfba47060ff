//! Folders, fingerprints and stamps.

use anyhow::{Context, Result};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Every file below a folder, sorted, relative to it.
pub fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(inner) = open.pop() {
        let entries = fs::read_dir(folder.join(&inner))
            .with_context(|| folder.join(&inner).display().to_string())?;
        for entry in entries {
            let entry = entry?;
            let path = inner.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Copies a folder's files into another, over what is there.
pub fn copy_all(from: &Path, to: &Path) -> Result<()> {
    for file in below(from)? {
        let target = to.join(&file);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        let bytes = fs::read(from.join(&file))?;
        write_if_changed(&target, &bytes)?;
    }
    Ok(())
}

/// Leaves a file alone that is already right, so that whoever watches it is not woken.
pub fn write_if_changed(file: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(file).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(file, bytes).with_context(|| file.display().to_string())
}

/// An empty folder, whatever was there before.
pub fn emptied(folder: &Path) -> Result<()> {
    remove(folder)?;
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())
}

/// Removes a file or a folder that may or may not be there.
pub fn remove(path: &Path) -> Result<()> {
    let gone = match fs::symlink_metadata(path) {
        Err(_) => return Ok(()),
        Ok(it) if it.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    gone.with_context(|| path.display().to_string())
}

/// Names contents; not a defence against anybody.
pub fn fingerprint(parts: &[&[u8]]) -> String {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Names the contents of a folder.
pub fn fingerprint_of(folder: &Path) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in below(folder)? {
        file.hash(&mut hasher);
        fs::read(folder.join(&file))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Remembers from what something was made, so that it is made again only when that changes.
pub struct Stamp {
    file: PathBuf,
    text: String,
}

impl Stamp {
    /// A stamp kept in `file`, saying `text`.
    pub fn new(file: PathBuf, text: String) -> Self {
        Self { file, text }
    }

    /// Whether the last one set says the same.
    pub fn holds(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|old| old == self.text)
    }

    /// Sets it; to be called when the work is done.
    pub fn set(&self) -> Result<()> {
        if let Some(parent) = self.file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&self.file, &self.text).with_context(|| self.file.display().to_string())
    }
}
