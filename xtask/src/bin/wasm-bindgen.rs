//! A `wasm-bindgen` for worker-build, pinned by the workspace's own lock; the published one brings an HTTP server and TLS.

use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use wasm_bindgen_cli_support::{Bindgen, EncodeInto};

fn main() -> Result<()> {
    let mut bindgen = Bindgen::new();
    // The published program's defaults, which differ from the library's.
    bindgen.typescript(true).omit_default_module_path(false);
    let (mut input, mut out_dir, mut target) = (None, None, String::from("bundler"));

    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let (flag, mut given) = match arg.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (arg.as_str(), None),
        };
        let mut value = || {
            given
                .take()
                .or_else(|| args.next())
                .with_context(|| format!("{flag} needs a value"))
        };
        match flag {
            "--version" | "-V" => {
                println!("wasm-bindgen {}", env!("CARGO_PKG_VERSION"));
                return Ok(());
            }
            "--out-dir" => out_dir = Some(PathBuf::from(value()?)),
            "--out-name" => {
                bindgen.out_name(&value()?);
            }
            "--target" => target = value()?,
            "--encode-into" => {
                bindgen.encode_into(match value()?.as_str() {
                    "always" => EncodeInto::Always,
                    "never" => EncodeInto::Never,
                    _ => EncodeInto::Test,
                });
            }
            _ if flag.starts_with('-') => switch(&mut bindgen, flag)?,
            _ => input = Some(PathBuf::from(&arg)),
        }
    }

    match target.as_str() {
        "bundler" => bindgen.bundler(true)?,
        "module" => bindgen.module(true)?,
        "web" => bindgen.web(true)?,
        other => bail!("unknown target {other}"),
    };
    bindgen
        .input_path(input.context("which .wasm?")?)
        .generate(out_dir.context("--out-dir is missing")?)
}

fn switch(bindgen: &mut Bindgen, flag: &str) -> Result<()> {
    match flag {
        "--debug" => bindgen.debug(true),
        "--experimental-reset-state-function" => bindgen.reset_state_function(true),
        "--force-enable-abort-handler" => bindgen.force_enable_abort_handler(true),
        "--keep-debug" => bindgen.keep_debug(true),
        "--keep-lld-exports" => bindgen.keep_lld_exports(true),
        "--no-demangle" => bindgen.demangle(false),
        "--no-typescript" => bindgen.typescript(false),
        "--omit-default-module-path" => bindgen.omit_default_module_path(true),
        "--remove-name-section" => bindgen.remove_name_section(true),
        "--remove-producers-section" => bindgen.remove_producers_section(true),
        "--split-linked-modules" => bindgen.split_linked_modules(true),
        "--typescript" => bindgen.typescript(true),
        // On by default by now, but still asked for.
        "--reference-types" | "--weak-refs" => bindgen,
        other => bail!("unknown flag {other}"),
    };
    Ok(())
}
