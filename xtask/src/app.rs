//! Builds the app: cargo's wasm is cut into a main part and lazily loaded ones, bound to JavaScript and laid out in `dist/`.

use crate::files::{self, Stamp};
use crate::parts;
use crate::project::{Profile, Project, WASM, run, run_quietly, step};
use crate::setup;
use anyhow::{Context, Result, anyhow};
use std::ffi::OsStr;
use std::path::Path;
use std::thread;
use std::{fs, mem};
use walrus::{ConstExpr, Element, ElementItems, Module};
use wasm_bindgen_cli_support::{Bindgen, Output};

/// Builds it into `dist/`.
pub fn build(project: &Project, profile: Profile) -> Result<()> {
    if profile == Profile::Release {
        setup::standard_library(project)?;
    }
    let wasm = step("App: compile", || compile(project, profile))?;
    let bound = project.kept(&format!("app-{}", profile.folder()));
    let made_from = Stamp::new(
        bound.with_extension("stamp"),
        files::fingerprint(&[&wasm, project.version.as_bytes()]),
    );
    if !made_from.holds() {
        files::emptied(&bound)?;
        let parts = step("App: split and bind", || {
            bind(project, profile, &wasm, &bound)?;
            parts::rewire(&bound.join("split.js"))
        })?;
        if profile == Profile::Release {
            step("App: shrink", || shrink(project, &bound))?;
        }
        parts::pack(&parts, &bound)?;
        made_from.set()?;
    }
    let base = project.kept("app-base");
    files::emptied(&base)?;
    files::copy_all(&bound, &base)?;
    bundle_styles(project, profile, &base)?;
    publish(project, profile, &base)
}

/// Compiles the standard library anew, with all that a panic would say left out: nobody reads it in what ships, and it is
/// a tenth of what a page loads. The flags are unstable, and the compiler is pinned.
const WITHOUT_PANICS: [&str; 4] = [
    "-Zbuild-std=std,panic_abort",
    "-Zbuild-std-features=optimize_for_size",
    "--config",
    r#"target.wasm32-unknown-unknown.rustflags=["-Zunstable-options","-Cpanic=immediate-abort","-Zlocation-detail=none","-Zfmt-debug=none"]"#,
];

fn compile(project: &Project, profile: Profile) -> Result<Vec<u8>> {
    let mut cargo = project.cargo();
    cargo.args([
        "build",
        "--package",
        "latchkey-app",
        "--bin",
        "app",
        "--target",
        WASM,
    ]);
    cargo.args(profile.cargo_flag());
    if profile == Profile::Release {
        cargo.env("RUSTC_BOOTSTRAP", "1").args(WITHOUT_PANICS);
    }
    run(&mut cargo)?;
    let wasm = project
        .target
        .join(WASM)
        .join(profile.folder())
        .join("app.wasm");
    fs::read(&wasm).with_context(|| wasm.display().to_string())
}

fn bind(project: &Project, profile: Profile, wasm: &[u8], to: &Path) -> Result<()> {
    let main = project.kept("app-main.wasm");
    let mut split = wasm_split_cli_support::Options::new(wasm);
    split.output_dir = to;
    split.main_out_path = &main;
    split.main_module = "./app.js";
    split.link_name = "./split.js";
    wasm_split_cli_support::transform(split).map_err(|error| anyhow!("{error:?}"))?;

    let release = profile == Profile::Release;
    let mut bound = Bindgen::new()
        .input_path(&main)
        .out_name("app")
        .web(true)?
        .typescript(false)
        // Without a default path `init()` would have to be given one by every caller.
        .omit_default_module_path(false)
        // The parts find one another by the linker's names.
        .keep_lld_exports(true)
        .demangle(false)
        .keep_debug(!release)
        .remove_name_section(release)
        .remove_producers_section(release)
        .generate_output()?;
    let renamed = if release {
        drop_empty_elements(bound.wasm_mut());
        number_imports(&mut bound)
    } else {
        Vec::new()
    };
    bound.emit(to)?;
    rename(&to.join("app.js"), &renamed)
}

/// Drops the entries of the function table that say only that there is nothing yet, as there is without them: wasm-split
/// keeps the places of the parts with them, from tools that might add to the table, and the last of these has run.
fn drop_empty_elements(wasm: &mut Module) {
    let is_empty = |element: &&Element| match &element.items {
        ElementItems::Functions(_) => false,
        ElementItems::Expressions(_, items) => items
            .iter()
            .all(|item| matches!(item, ConstExpr::RefNull(_))),
    };
    let empty: Vec<_> = wasm
        .elements
        .iter()
        .filter(is_empty)
        .map(Element::id)
        .collect();
    for element in empty {
        wasm.elements.delete(element);
    }
}

/// Numbers what the wasm imports from its JavaScript, and gives the old names with the new ones: the hashes that tell
/// the old ones apart do not compress, and stand in both files.
fn number_imports(bound: &mut Output) -> Vec<(String, String)> {
    let imports = bound.wasm_mut().imports.iter_mut();
    imports
        .filter(|import| import.name.starts_with("__wb"))
        .enumerate()
        .map(|(number, import)| {
            let short = format!("w{number}");
            (mem::replace(&mut import.name, short.clone()), short)
        })
        .collect()
}

/// Replaces names in a file wherever they stand.
fn rename(file: &Path, names: &[(String, String)]) -> Result<()> {
    let mut text = fs::read_to_string(file)?;
    for (old, new) in names {
        text = text.replace(old, new);
    }
    Ok(fs::write(file, text)?)
}

/// Makes every file smaller in place, in a process for each processor.
fn shrink(project: &Project, folder: &Path) -> Result<()> {
    let mut wasm = Vec::new();
    for file in files::below(folder)? {
        let file = folder.join(file);
        match file.extension().and_then(OsStr::to_str) {
            Some("js") => minify(project, &file)?,
            Some("wasm") => wasm.push((file.metadata()?.len(), file)),
            _ => {}
        }
    }
    // Dealt out by size, so that each has as much to do.
    wasm.sort();
    let at_once = thread::available_parallelism().map_or(1, usize::from);
    let shares = (0..at_once).map(|share| wasm.iter().skip(share).step_by(at_once));
    thread::scope(|scope| {
        let workers: Vec<_> = shares
            .map(|share| project.wasm_opt("size", share.map(|(_, file)| file)))
            // Quietly: it wonders about names that wasm-split left, and strips them.
            .map(|mut command| scope.spawn(move || run_quietly(&mut command).map(drop)))
            .collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| anyhow!("a thread panicked"))?)
    })
}

fn minify(project: &Project, script: &Path) -> Result<()> {
    let mut esbuild = project.command("esbuild");
    esbuild.args([
        "--minify",
        "--format=esm",
        "--log-level=warning",
        "--allow-overwrite",
    ]);
    esbuild
        .arg(script)
        .arg(format!("--outfile={}", script.display()));
    run_quietly(&mut esbuild).map(drop)
}

fn bundle_styles(project: &Project, profile: Profile, to: &Path) -> Result<()> {
    let mut esbuild = project.command("esbuild");
    esbuild.args([
        "app=style/main.css",
        "administration=style/administration.css",
        "reference=style/reference.css",
        "password=style/password.css",
        "scopes=style/scopes.css",
        "token_dialogs=style/token_dialogs.css",
        "--bundle",
        "--log-level=warning",
        "--loader:.woff2=file",
    ]);
    esbuild.arg(format!("--outdir={}", to.display()));
    if profile == Profile::Release {
        esbuild.arg("--minify");
    }
    run(&mut esbuild)
}

/// A folder named after its contents may be kept by browsers for ever; the page, which names it, may not.
fn publish(project: &Project, profile: Profile, base: &Path) -> Result<()> {
    let dist = project.root.join("dist");
    let hash = files::fingerprint_of(base)?;
    files::copy_all(base, &dist.join("a").join(&hash))?;

    let public = project.kept("app-public");
    files::emptied(&public)?;
    files::copy_all(&project.root.join("public"), &public)?;
    if profile == Profile::Release {
        minify(project, &public.join("boot.js"))?;
    }
    files::copy_all(&public, &dist)?;

    let template =
        fs::read_to_string(project.root.join("app/index.html")).context("app/index.html")?;
    // Without comments and indentation, which nobody reads there.
    let lines = template
        .lines()
        .map(str::trim_start)
        .filter(|line| !line.starts_with("<!--"));
    let page = lines.collect::<Vec<_>>().join("\n");
    let page = page.replace("{{base}}", &format!("/a/{hash}"));
    files::write_if_changed(&dist.join("index.html"), page.as_bytes())?;

    // Last, so that a page which is open meanwhile finds either the old files or the new.
    for file in files::below(&dist)? {
        let wanted = file.starts_with(Path::new("a").join(&hash))
            || file == Path::new("index.html")
            || public.join(&file).is_file();
        if !wanted {
            files::remove(&dist.join(file))?;
        }
    }
    for folder in fs::read_dir(dist.join("a"))? {
        let folder = folder?;
        if folder.file_name() != hash.as_str() {
            files::remove(&folder.path())?;
        }
    }
    Ok(())
}
