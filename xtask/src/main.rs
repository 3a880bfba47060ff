//! `cargo xtask`: sets Latchkey up, builds it, serves it and tests it.

mod app;
mod bench;
mod files;
mod mail;
mod openapi;
mod parts;
mod project;
mod serve;
mod setup;
mod test;
mod worker;

use anyhow::{Result, bail};
use project::{Profile, Project};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask dev [--release] [--demo]   build, and serve on http://localhost:8787
                                       (PORT and LATCHKEY_STATE override port and database folder)
            --release                  serve what ships instead of the quickly built profile
            --demo                     fill the database with an example tenant, once
cargo xtask build [--dev]              build what `wrangler deploy` uploads: dist/ and worker/build/
cargo xtask test [--fast] [-- ARGS]    format, lints, unit, API and browser tests, and made-up calls; --fast leaves the
                                       browser out (ARGS go to `playwright test`)
            --long                     make up calls for an hour rather than for minutes
cargo xtask openapi                    write the document of the API anew: public/api/openapi.json
cargo xtask bench                      build, and measure";

fn main() -> ExitCode {
    match command() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let mut args: Vec<String> = args.collect();
    let project = Project::open()?;
    match command.as_str() {
        "dev" => {
            let release = take(&mut args, "--release");
            let demo = take(&mut args, "--demo");
            nothing_left(&args)?;
            serve::dev(&project, Profile::release_if(release), demo)
        }
        "build" => {
            let dev = take(&mut args, "--dev");
            nothing_left(&args)?;
            build(&project, Profile::release_if(!dev))
        }
        "test" => {
            let passed_on = match args.iter().position(|arg| arg == "--") {
                Some(at) => args.split_off(at).split_off(1),
                None => Vec::new(),
            };
            let fast = take(&mut args, "--fast");
            let long = take(&mut args, "--long");
            nothing_left(&args)?;
            test::all(&project, fast, long, &passed_on)
        }
        "openapi" => {
            nothing_left(&args)?;
            openapi::write(&project)
        }
        "bench" => bench::run(&project, &args),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        _ => bail!("usage:\n{USAGE}"),
    }
}

/// Sets up and builds both halves.
fn build(project: &Project, profile: Profile) -> Result<()> {
    setup::all(project)?;
    app::build(project, profile)?;
    worker::build(project, profile)
}

/// Whether the flag is there; removes it, so that what is left over can be refused.
fn take(args: &mut Vec<String>, flag: &str) -> bool {
    let before = args.len();
    args.retain(|arg| arg != flag);
    args.len() != before
}

fn nothing_left(args: &[String]) -> Result<()> {
    if args.is_empty() {
        return Ok(());
    }
    bail!("unknown: {}\n{USAGE}", args.join(" "))
}
