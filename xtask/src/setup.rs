//! Makes a machine that has rustup, Node and npm ready: everything else lands in ignored folders of the repository.

use crate::files::Stamp;
use crate::project::{Project, WASM, run, run_quietly, step};
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// What installs the npm packages.
const NODE_FOR_NPM: (u32, u32) = (20, 0);
/// What wrangler runs on.
const NODE_FOR_WRANGLER: (u32, u32) = (22, 12);

/// Brings in whatever is missing; costs next to nothing when nothing is.
pub fn all(project: &Project) -> Result<()> {
    prerequisites(project)?;
    wasm_target(project)?;
    npm_packages(project)?;
    node_for_wrangler(project)
}

/// Schemathesis in a Python environment of its own.
pub fn schemathesis(project: &Project) -> Result<PathBuf> {
    let wanted = project.root.join("e2e/fuzz/requirements.txt");
    let folder = project.root.join(".tools/schemathesis");
    let program = folder.join("bin/schemathesis");
    let stamp = Stamp::new(folder.join(".installed"), fs::read_to_string(&wanted)?);
    if !stamp.holds() {
        step("schemathesis from PyPI", || {
            let venv = ["-m", "venv", "--clear"];
            run(project.command("python3").args(venv).arg(&folder))?;
            let mut install = project.command(folder.join("bin/pip"));
            install.args(["install", "--quiet", "--disable-pip-version-check"]);
            run(install.arg("--requirement").arg(&wanted))
        })
        .context("on Debian it needs `apt-get install python3-venv`")?;
        stamp.set()?;
    }
    Ok(program)
}

fn prerequisites(project: &Project) -> Result<()> {
    let missing: Vec<&str> = [
        ("rustup", "rustup: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"),
        ("node", "Node.js 20 or newer: https://nodejs.org/en/download, or on Debian `apt-get install nodejs`"),
        ("npm", "npm: comes with Node.js, or on Debian `apt-get install npm`"),
    ]
    .into_iter()
    .filter(|(program, _)| !project.has(program))
    .map(|(_, how)| how)
    .collect();
    ensure!(missing.is_empty(), "missing:\n  {}", missing.join("\n  "));
    Ok(())
}

fn wasm_target(project: &Project) -> Result<()> {
    let ask = ["--print", "target-libdir", "--target", WASM];
    let library = run_quietly(project.command("rustc").args(ask))?;
    if Path::new(library.trim()).is_dir() {
        return Ok(());
    }
    step("Rust for WebAssembly", || {
        run(project.command("rustup").args(["target", "add", WASM]))
    })
}

/// The source of the standard library, of which the release build of the app compiles its own.
pub fn standard_library(project: &Project) -> Result<()> {
    let sysroot = run_quietly(project.command("rustc").args(["--print", "sysroot"]))?;
    let source = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.lock");
    if source.is_file() {
        return Ok(());
    }
    step("Source of Rust's standard library", || {
        run(project
            .command("rustup")
            .args(["component", "add", "rust-src"]))
    })
}

fn npm_packages(project: &Project) -> Result<()> {
    let wanted = fs::read_to_string(project.root.join("package.json"))?
        + &fs::read_to_string(project.root.join("package-lock.json"))?;
    // In the folder that it speaks of, so that both go together.
    let stamp = Stamp::new(project.root.join("node_modules/.installed"), wanted);
    if stamp.holds() {
        return Ok(());
    }
    let (major, minor) = node_version(project)?;
    ensure!(
        (major, minor) >= NODE_FOR_NPM,
        "Node.js is {major}.{minor}; install 20 or newer: https://nodejs.org/en/download"
    );
    step("Tools from npm", || {
        // Errors only: npm warns that wrangler wants a newer Node, which is among what it installs.
        let quiet = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
        run(project.command("npm").args(quiet))
    })?;
    stamp.set()
}

/// On the platforms that `package.json` names, npm has just brought it.
fn node_for_wrangler(project: &Project) -> Result<()> {
    let (major, minor) = node_version(project)?;
    if (major, minor) >= NODE_FOR_WRANGLER {
        return Ok(());
    }
    let (want_major, want_minor) = NODE_FOR_WRANGLER;
    bail!(
        "wrangler needs Node.js {want_major}.{want_minor} or newer. On Linux x64 npm installs one; on this platform \
         install it yourself (here is {major}.{minor}): https://nodejs.org/en/download"
    )
}

fn node_version(project: &Project) -> Result<(u32, u32)> {
    let text = run_quietly(project.command("node").arg("--version"))?;
    let mut numbers = text
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
        _ => bail!("`node --version` said {text:?}"),
    }
}
