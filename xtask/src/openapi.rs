//! The document of the API: a test of the Worker makes it of the code, so that nothing that ships has to.

use crate::project::{Project, run, step};
use anyhow::Result;

/// Where it is kept.
const FILE: &str = "public/api/openapi.json";

/// Writes it anew.
pub fn write(project: &Project) -> Result<()> {
    let mut test = project.cargo();
    test.args(["test", "--quiet", "--package", "latchkey-worker"])
        .args(["--lib", "openapi"])
        .env("LATCHKEY_WRITE_OPENAPI", "1");
    step("Document of the API", || run(&mut test))
}

/// Holds it to the rules of `redocly.yaml`.
pub fn lint(project: &Project) -> Result<()> {
    let mut lint = project.command("redocly");
    lint.args(["lint", FILE, "--format", "stylish"])
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
        .env("REDOCLY_TELEMETRY", "off");
    step("Document of the API", || run(&mut lint))
}
