//! Builds the Worker into `worker/build/`.

use crate::files::{self, Stamp};
use crate::project::{Profile, Project, WASM, WASM_FEATURES, run, run_quietly, step};
use anyhow::{Context, Result};
use std::fs;

/// Which of the workspace's profiles ships.
const RELEASE: [&str; 2] = ["--profile", "worker"];

/// Builds it.
pub fn build(project: &Project, profile: Profile) -> Result<()> {
    let wasm = step("Worker: compile", || compile(project, profile))?;
    let output = project.root.join("worker/build");
    // One stamp for both profiles: they share the output folder.
    let made_from = Stamp::new(
        project.kept("worker.stamp"),
        files::fingerprint(&[&wasm, project.version.as_bytes()]),
    );
    if made_from.holds() && output.join("index.js").is_file() {
        return Ok(());
    }
    step("Worker: bind", || bundle(project, profile))?;
    if profile == Profile::Release {
        let file = output.join("index_bg.wasm");
        let mut strip = project.command("wasm-opt");
        // worker-build keeps the names of functions, a quarter of the file.
        strip
            .args(WASM_FEATURES)
            .arg("--strip-debug")
            .arg(&file)
            .arg("-o")
            .arg(&file);
        step("Worker: strip", || run(&mut strip))?;
    }
    made_from.set()
}

/// Compiles just as worker-build will, which then finds it done; only to see whether anything changed.
fn compile(project: &Project, profile: Profile) -> Result<Vec<u8>> {
    let mut cargo = project.cargo();
    cargo
        .current_dir(project.root.join("worker"))
        .args(["build", "--lib", "--target", WASM]);
    if profile == Profile::Release {
        cargo.args(RELEASE);
    }
    run(cargo.env("WASM_BINDGEN_USE_JS_SYS", "1"))?;
    let folder = project.target.join(WASM).join(match profile {
        Profile::Dev => "debug",
        Profile::Release => "worker",
    });
    let wasm = folder.join("latchkey_worker.wasm");
    fs::read(&wasm).with_context(|| wasm.display().to_string())
}

fn bundle(project: &Project, profile: Profile) -> Result<()> {
    let mut build = project.command("worker-build");
    build
        .current_dir(project.root.join("worker"))
        // It would download these.
        .env("WASM_BINDGEN_BIN", project.tools.join("wasm-bindgen"))
        .env("WASM_OPT_BIN", project.npm_tool("wasm-opt"))
        .env("ESBUILD_BIN", project.npm_tool("esbuild"));
    match profile {
        Profile::Dev => build.arg("--dev"),
        Profile::Release => build.args(RELEASE),
    };
    run_quietly(&mut build).map(drop)
}
