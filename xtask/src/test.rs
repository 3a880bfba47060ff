//! Everything that has to hold before a change goes in.

use crate::project::{Profile, Project, WASM, run, run_quietly, step};
use crate::{app, files, openapi, setup, worker};
use anyhow::{Context, Result, anyhow, bail, ensure};
use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The variables that tell the tests where to listen.
const PORTS: [&str; 4] = ["PORT", "UPSTREAM_PORT", "SLACK_PORT", "SLACK_EMULATOR_PORT"];

/// What the Worker is bound to wherever it runs: an environment inherits none of them.
const BINDINGS: [&str; 8] = [
    "ASSETS",
    "DB",
    "EMAIL",
    "OUTBOX",
    "OUTBOX_SLACK",
    "PHOTOS",
    "PUBLIC_URL",
    "MAIL_TRANSPORT",
];

/// What may be written in one place only: the phrase, the folder it is looked for in, and that place.
const CONFINED: [(&str, &str, &str); 2] = [
    (".prepare(", "worker/src", "db.rs"),
    ("gloo_net", "app/src", "api.rs"),
];

/// What `wrangler.toml` deploys.
const ENVIRONMENTS: [&str; 2] = ["production", "staging"];

/// Format, lints, unit tests, and the built product tested from outside; `fast` leaves the browser out.
pub fn all(project: &Project, fast: bool, long: bool, to_playwright: &[String]) -> Result<()> {
    setup::all(project)?;
    python(project)?;
    let schemathesis = setup::schemathesis(project)?;
    components(project)?;
    let chromium = if fast { None } else { Some(chromium(project)?) };
    nginx(project)?;

    step("Format", || {
        run(project.cargo().args(["fmt", "--all", "--check"]))
    })?;
    step("Borders", || confined(project))?;
    let deny = ["--", "--deny", "warnings"];
    step("Lints, native", || {
        let all = ["clippy", "--quiet", "--workspace", "--all-targets"];
        run(project.cargo().args(all).args(deny))
    })?;
    step("Lints, WebAssembly", || {
        let shipped = [
            "clippy",
            "--quiet",
            "--package",
            "latchkey-app",
            "--package",
            "latchkey-worker",
            "--target",
            WASM,
        ];
        run(project.cargo().args(shipped).args(deny))
    })?;
    step("Types of the tests", || {
        run(project
            .command("tsc")
            .args(["--noEmit", "--project", "e2e"]))
    })?;
    step("Unit tests", || {
        run(project
            .cargo()
            .args(["test", "--quiet", "--workspace", "--exclude", "xtask"]))
    })?;

    openapi::lint(project)?;

    let profile = Profile::release_if(!fast);
    app::build(project, profile)?;
    worker::build(project, profile)?;
    step("Command line", || {
        let build = ["build", "--quiet", "--package", "latchkey-cli"];
        run(project.cargo().args(build))
    })?;
    for environment in ENVIRONMENTS {
        step(&format!("Deploy, dry run: {environment}"), || {
            dry_run(project, environment)
        })?;
    }
    let tested = step("Product tests", || {
        files::remove(&report(project))?;
        playwright(project, profile, |command| {
            match chromium {
                Some(chromium) => command.env("CHROMIUM", chromium),
                None => command.args(["--project", "api"]),
            };
            command.args(to_playwright);
        })
    });
    let tested = tested.and_then(|()| {
        // Who chose some tests wants those.
        if !to_playwright.is_empty() {
            return Ok(());
        }
        step("Made-up calls", || {
            fuzz(project, profile, &schemathesis, long)
        })
    });
    println!("{}", tally(project)?);
    tested
}

/// Calls that nobody thought of, made of the document of the API.
fn fuzz(project: &Project, profile: Profile, schemathesis: &Path, long: bool) -> Result<()> {
    playwright(project, profile, |command| {
        command
            .args(["--reporter", "list"])
            .env("SCHEMATHESIS", schemathesis)
            .env("FUZZ", if long { "long" } else { "short" });
    })
}

/// What makes calls up is written in Python.
fn python(project: &Project) -> Result<()> {
    if project.has("python3") {
        return Ok(());
    }
    from_debian(
        project,
        &["python3", "python3-venv"],
        "or install Python 3 otherwise",
    )
}

/// A minimal toolchain comes without them.
fn components(project: &Project) -> Result<()> {
    if project.has("cargo-fmt") && project.has("cargo-clippy") {
        return Ok(());
    }
    run(project
        .command("rustup")
        .args(["component", "add", "clippy", "rustfmt"]))
}

/// The browser's path; on Debian it is installed where that is allowed.
fn chromium(project: &Project) -> Result<PathBuf> {
    if let Some(chosen) = env::var_os("CHROMIUM") {
        return Ok(chosen.into());
    }
    let usual = PathBuf::from("/usr/bin/chromium-headless-shell");
    if !usual.exists() {
        from_debian(
            project,
            &["chromium-headless-shell", "fonts-liberation"],
            "or name another in CHROMIUM, or use --fast",
        )?;
    }
    Ok(usual)
}

/// The reverse proxy that asks Latchkey in a test; on Debian it is installed where that is allowed.
fn nginx(project: &Project) -> Result<()> {
    if project.has("nginx") || Path::new("/usr/sbin/nginx").exists() {
        return Ok(());
    }
    from_debian(project, &["nginx-light"], "or put another into PATH")
}

fn from_debian(project: &Project, packages: &[&str], otherwise: &str) -> Result<()> {
    let name = packages.first().copied().unwrap_or_default();
    let root = project.command("id").arg("-u").output()?.stdout == b"0\n";
    if !root || !project.has("apt-get") {
        bail!("missing: {name}: `sudo apt-get install {name}`, {otherwise}");
    }
    step(&format!("{name} from Debian"), || {
        run(project.command("apt-get").args(["update", "--quiet=2"]))?;
        let mut install = project.command("apt-get");
        install
            .env("DEBIAN_FRONTEND", "noninteractive")
            // As in maintenance, so that no service is started.
            .env("RUNLEVEL", "1")
            .args(["install", "--quiet=2", "--yes", "--no-install-recommends"]);
        run(install.args(packages))
    })
}

fn confined(project: &Project) -> Result<()> {
    let mut strays = Vec::new();
    for (phrase, folder, home) in CONFINED {
        let folder = Path::new(folder);
        for file in files::below(&project.root.join(folder))? {
            let file = folder.join(file);
            if file != folder.join(home)
                && fs::read_to_string(project.root.join(&file))?.contains(phrase)
            {
                strays.push(format!(
                    "{}: `{phrase}` belongs in {home} only",
                    file.display()
                ));
            }
        }
    }
    ensure!(strays.is_empty(), "{}", strays.join("\n"));
    Ok(())
}

/// Everything of a deployment but the upload; says how large that would be.
fn dry_run(project: &Project, environment: &str) -> Result<()> {
    let output = project.kept("upload");
    let mut deploy = project.command("wrangler");
    deploy
        .args(["deploy", "--dry-run", "--env", environment, "--outdir"])
        .arg(&output)
        .env("CI", "1")
        .env("WRANGLER_HIDE_BANNER", "true")
        .env("WRANGLER_SEND_METRICS", "false")
        .env("WRANGLER_WRITE_LOGS", "false");
    let told = run_quietly(&mut deploy)?;
    let size = told.lines().find(|line| line.starts_with("Total Upload:"));
    eprintln!("  {}", size.context("it did not say how large it is")?);
    let missing = BINDINGS
        .into_iter()
        .filter(|name| !told.contains(&format!("env.{name} ")));
    let missing: Vec<_> = missing.collect();
    ensure!(missing.is_empty(), "not bound: {}", missing.join(", "));
    Ok(())
}

/// Starts a server of its own, on a free port and with an empty database.
fn playwright(
    project: &Project,
    profile: Profile,
    describe: impl FnOnce(&mut Command),
) -> Result<()> {
    let state = env::temp_dir().join(format!("latchkey-test-{}", std::process::id()));
    files::emptied(&state)?;
    // Held until all are known, so that no two are the same.
    let free = PORTS.map(|_| TcpListener::bind("127.0.0.1:0"));
    let mut ports = vec![];
    for (name, free) in PORTS.into_iter().zip(&free) {
        let free = free
            .as_ref()
            .map_err(|error| anyhow!("no free port: {error}"))?;
        ports.push((name, free.local_addr()?.port().to_string()));
    }
    drop(free);
    let serve = project.tools.join("xtask");
    let serve = serve
        .to_str()
        .context("the path of this program is not Unicode")?;

    let mut command = project.command("playwright");
    command.args(["test", "--config", "e2e/playwright.config.ts"]);
    describe(&mut command);
    command
        .env(
            "LATCHKEY_SERVE",
            match profile {
                Profile::Dev => format!("'{serve}' dev"),
                Profile::Release => format!("'{serve}' dev --release"),
            },
        )
        .env("LATCHKEY_STATE", &state)
        .env("LATCHKEY_CLI", project.target.join("debug/latchkey"))
        .envs(ports);
    let tested = run(&mut command);
    files::remove(&state)?;
    tested
}

fn report(project: &Project) -> PathBuf {
    project.root.join("e2e/report/results.json")
}

/// The closing line, by Playwright's own count.
fn tally(project: &Project) -> Result<String> {
    let text = fs::read(report(project)).context("Playwright left no report")?;
    let report: serde_json::Value = serde_json::from_slice(&text)?;
    let count = |name: &str| {
        let number = report.pointer(&format!("/stats/{name}"));
        number
            .and_then(serde_json::Value::as_u64)
            .unwrap_or_default()
    };
    // There are no retries, so none is flaky; a skipped one has not passed and is said.
    let (passed, failed, skipped) = (count("expected"), count("unexpected"), count("skipped"));
    Ok(match skipped {
        0 => format!("{passed} passed, {failed} failed"),
        _ => format!("{passed} passed, {failed} failed, {skipped} skipped"),
    })
}
