//! Builds the Worker into `worker/build/`.

use crate::files::{self, Stamp};
use crate::project::{Profile, Project, WASM, run, step};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// Which of the workspace's profiles ships.
const RELEASE: [&str; 2] = ["--profile", "worker"];
/// What the script imports.
const BINARY: &str = "index_bg.wasm";

/// Builds it.
pub fn build(project: &Project, profile: Profile) -> Result<()> {
    let wasm = step("Worker: compile", || compile(project, profile))?;
    let entry = fs::read(project.root.join("worker/entry.js"))?;
    let output = project.root.join("worker/build");
    // One stamp for both profiles: they share the output folder.
    let made_from = Stamp::new(
        project.kept("worker.stamp"),
        files::fingerprint(&[&wasm, &entry, project.version.as_bytes()]),
    );
    if made_from.holds() && output.join("index.js").is_file() {
        return Ok(());
    }
    let bound = project.kept("worker");
    files::emptied(&bound)?;
    fs::write(bound.join("entry.js"), entry)?;
    step("Worker: bind", || bind(profile, wasm, &bound))?;
    // wrangler, where it runs, looks at this folder: the script last, when all is there that it names.
    fs::create_dir_all(&output)?;
    if profile == Profile::Release {
        // Some hundredths of a call that the compiler does not gain.
        step("Worker: optimise", || {
            run(&mut project.wasm_opt("speed", [&bound.join(BINARY)]))
        })?;
    }
    fs::copy(bound.join(BINARY), output.join(BINARY)).context(BINARY)?;
    bundle(project, profile, &bound, &output)?;
    made_from.set()
}

fn compile(project: &Project, profile: Profile) -> Result<Vec<u8>> {
    let mut cargo = project.cargo();
    cargo.args([
        "build",
        "--package",
        "latchkey-worker",
        "--lib",
        "--target",
        WASM,
    ]);
    if profile == Profile::Release {
        cargo.args(RELEASE);
    }
    // What the crate `worker` is written for: promises of `js-sys`.
    run(cargo.env("WASM_BINDGEN_USE_JS_SYS", "1"))?;
    let folder = project.target.join(WASM).join(match profile {
        Profile::Dev => "debug",
        Profile::Release => "worker",
    });
    let wasm = folder.join("latchkey_worker.wasm");
    fs::read(&wasm).with_context(|| wasm.display().to_string())
}

fn bind(profile: Profile, wasm: Vec<u8>, to: &Path) -> Result<()> {
    let release = profile == Profile::Release;
    Bindgen::new()
        .input_bytes("index", wasm)
        .module(true)?
        .typescript(false)
        .demangle(false)
        // Has traps noticed, after which the crate `worker` asks for WebAssembly that begins anew.
        .force_enable_abort_handler(true)
        .keep_debug(!release)
        .remove_name_section(release)
        .remove_producers_section(release)
        .generate(to)
}

/// Makes one script of the entry, what wasm-bindgen made, and what the crate `worker` brings.
fn bundle(project: &Project, profile: Profile, bound: &Path, to: &Path) -> Result<()> {
    // The runtime takes a compiled module by an ordinary import.
    let script = bound.join("index.js");
    let text = fs::read_to_string(&script)?;
    fs::write(&script, text.replace("import source ", "import "))?;
    let mut esbuild = project.command("esbuild");
    esbuild
        .arg(bound.join("entry.js"))
        .args(["--bundle", "--format=esm", "--log-level=warning"]);
    esbuild.arg(format!("--external:./{BINARY}"));
    esbuild.arg(format!("--outfile={}", to.join("index.js").display()));
    if profile == Profile::Release {
        esbuild.arg("--minify");
    }
    run(&mut esbuild)
}
