//! Measures the release build.

use crate::project::{self, Profile, Project, WASM};
use anyhow::Result;

/// Builds what ships, then hands the arguments over to `bench/run.mjs`.
pub fn run(project: &Project, args: &[String]) -> Result<()> {
    crate::build(project, Profile::Release)?;
    project::run(project.cargo().args([
        "build",
        "--release",
        "-p",
        "bench-hash",
        "--target",
        WASM,
    ]))?;
    project::run(project.command("node").arg("bench/run.mjs").args(args))
}
