//! Where things are, and how other programs are started from there.

use crate::files;
use anyhow::{Context, Result, ensure};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

/// What app and Worker are compiled to.
pub const WASM: &str = "wasm32-unknown-unknown";

/// What optimises both.
const WASM_OPT: &str = "xtask/src/wasm_opt.mjs";

/// How app and Worker are built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Built quickly, for working on it.
    Dev,
    /// What ships and what is measured.
    Release,
}

impl Profile {
    /// Release if so, else dev.
    pub fn release_if(release: bool) -> Self {
        if release { Self::Release } else { Self::Dev }
    }

    /// The folder that cargo puts this profile's output in.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }

    /// What cargo has to be told, if anything.
    pub fn cargo_flag(self) -> Option<&'static str> {
        (self == Self::Release).then_some("--release")
    }
}

/// The repository and the folders that are built in it.
pub struct Project {
    /// The repository.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
    /// The folder of this program.
    pub tools: PathBuf,
    /// Names the version of this program, so that what it made is made again when it changes.
    pub version: String,
    path: OsString,
}

impl Project {
    /// The repository that this program was built from.
    pub fn open() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        let root = root.context("xtask lies in the repository's root")?;
        // Asked of the program itself, so that it holds wherever cargo was told to build.
        let exe = env::current_exe()?;
        let tools = exe.parent().context("a program lies in a folder")?;
        let target = tools
            .parent()
            .context("cargo builds into target/<profile>")?;
        let mut path = vec![root.join("node_modules/.bin")];
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        Ok(Self {
            root: root.to_path_buf(),
            target: target.to_path_buf(),
            tools: tools.to_path_buf(),
            // Read now: a build that runs meanwhile may replace the file.
            version: files::fingerprint(&[&fs::read(&exe)?, &fs::read(root.join(WASM_OPT))?]),
            path: env::join_paths(path)?,
        })
    }

    /// A program to be started in the repository, found among the pinned tools first.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        // The parent's PATH would be searched, were the program given by name only.
        let program = program.as_ref();
        let mut command = Command::new(self.find(program).unwrap_or_else(|| program.into()));
        command.current_dir(&self.root).env("PATH", &self.path);
        command
    }

    /// The same cargo that runs this program.
    pub fn cargo(&self) -> Command {
        self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// Optimises WebAssembly in place, for `size` or `speed`.
    pub fn wasm_opt<'a>(
        &self,
        goal: &str,
        files: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Command {
        let mut command = self.command("node");
        command.args([WASM_OPT, goal]).args(files);
        command
    }

    /// A folder for what this program keeps between runs.
    pub fn kept(&self, name: &str) -> PathBuf {
        self.target.join("xtask").join(name)
    }

    /// Whether there is such a program on the PATH.
    pub fn has(&self, program: &str) -> bool {
        self.find(OsStr::new(program)).is_some()
    }

    fn find(&self, program: &OsStr) -> Option<PathBuf> {
        env::split_paths(&self.path)
            .map(|folder| folder.join(program))
            .find(|file| file.is_file())
    }
}

/// Runs a program to its end; anything but success is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("could not start {}", shown(command)))?;
    ensure!(status.success(), "{} ended with {status}", shown(command));
    Ok(())
}

/// Runs a program to its end and gives what it printed; what it printed is shown only when it fails.
pub fn run_quietly(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("could not start {}", shown(command)))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(
        output.status.success(),
        "{} ended with {}\n{text}{}",
        shown(command),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(text)
}

/// Says what is being done and, at the end, how long it took.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("▸ {what}");
    let start = Instant::now();
    let done = work().with_context(|| what.to_owned())?;
    eprintln!("  {:.1} s", start.elapsed().as_secs_f32());
    Ok(done)
}

fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name();
    let mut words = vec![name.unwrap_or_default().to_string_lossy()];
    words.extend(command.get_args().map(OsStr::to_string_lossy));
    format!("`{}`", words.join(" "))
}
