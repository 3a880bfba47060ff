//! Serves the built product on this machine: a local D1 with its migrations, development secrets, and workerd under wrangler.

use crate::files::{self, Stamp};
use crate::project::{Profile, Project, run, run_quietly, step};
use crate::{app, mail, setup, worker};
use anyhow::{Context, Result, bail, ensure};
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How often the server's state is looked at.
const TICK: Duration = Duration::from_millis(100);

/// Photos of people in the example tenant, each with its key in R2; `demo.sql` says the same of them.
const PHOTOS: [(&str, &str); 3] = [
    (
        "ada.webp",
        "ten_01K90000000000000000000001/usr_01K90000000000000000000001/7b324b2a11afddfb508f385b6dcecbf97e0b8c2b5e403250a21d6555d197442e/01K90000000000000000000001",
    ),
    (
        "annemarie.webp",
        "ten_01K90000000000000000000001/usr_01K90000000000000000000003/eb0b8d5dc05d4db5495e538ba231835e43c74798dcee1b567144cbc7609bd534/01K90000000000000000000003",
    ),
    (
        "tomas.webp",
        "ten_01K90000000000000000000001/usr_01K90000000000000000000009/5c487ee52bbe8dc1469f826c4ee8e7a154a8bef4a491be7011e0798356578cab/01K90000000000000000000009",
    ),
];

/// Builds and serves until it is interrupted.
pub fn dev(project: &Project, profile: Profile, demo: bool) -> Result<()> {
    let place = Place::from_environment(project)?;
    place.port_is_free()?;
    setup::all(project)?;
    app::build(project, profile)?;
    worker::build(project, profile)?;
    place.make_secrets()?;
    place.migrate(project)?;
    if demo {
        place.fill(project)?;
    }
    // Not before: until now a signal just ends this program.
    let interrupted = interruptions()?;
    let mut server = place.start(project)?;
    let ended = place
        .wait_until_ready(&mut server, &interrupted)
        .and_then(|ready| {
            if ready {
                mail::keep_writing(place.address(), place.state.join("mail"));
                place.announce(project, demo);
                wait_for_end(&mut server, &interrupted)?;
            }
            Ok(())
        });
    stop(&mut server)?;
    ended
}

/// Where it is served, and where its database is.
struct Place {
    port: u16,
    state: PathBuf,
}

impl Place {
    fn from_environment(project: &Project) -> Result<Self> {
        let port = match std::env::var("PORT") {
            Ok(text) => text.parse().with_context(|| format!("PORT is {text:?}"))?,
            Err(_) => 8787,
        };
        let state = std::env::var_os("LATCHKEY_STATE").unwrap_or_else(|| ".latchkey".into());
        let state = project.root.join(state);
        fs::create_dir_all(&state).with_context(|| state.display().to_string())?;
        Ok(Self { port, state })
    }

    fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// wrangler's own message on this is buried in a stack trace.
    fn port_is_free(&self) -> Result<()> {
        let port = self.port;
        TcpListener::bind(self.address())
            .map(drop)
            .with_context(|| {
                format!(
                    "port {port} is taken; choose another: PORT={} cargo xtask dev",
                    port + 1
                )
            })
    }

    fn secrets(&self) -> PathBuf {
        self.state.join("secrets.env")
    }

    /// Kept beside the database: what is hashed there is worth nothing under another key.
    fn make_secrets(&self) -> Result<()> {
        let file = self.secrets();
        if file.exists() {
            return Ok(());
        }
        let mut key = [0; 32];
        File::open("/dev/urandom")?.read_exact(&mut key)?;
        let key = key
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(file)?;
        writeln!(file, "HASH_KEY={key}")?;
        Ok(())
    }

    /// wrangler, told to keep everything in the state folder and to ask and report nothing.
    fn wrangler(&self, project: &Project, words: &[&str]) -> Command {
        let mut command = project.command("wrangler");
        command
            .args(words)
            // None of the environments, which are what is deployed.
            .args(["--env", ""])
            .arg("--local")
            .arg("--persist-to")
            .arg(&self.state);
        command
            .env("CI", "1")
            .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
            .env("WRANGLER_HIDE_BANNER", "true")
            .env("WRANGLER_REGISTRY_PATH", self.state.join("registry"))
            .env("WRANGLER_SEND_METRICS", "false")
            .env("WRANGLER_WRITE_LOGS", "false")
            // Traces of every request, kept in a database that nobody looks at.
            .env("X_LOCAL_OBSERVABILITY", "false")
            .env("XDG_CONFIG_HOME", self.state.join("config"));
        command
    }

    fn migrate(&self, project: &Project) -> Result<()> {
        let folder = project.root.join("worker/migrations");
        let mut text = Vec::new();
        for file in files::below(&folder)? {
            let mark = files::fingerprint(&[&fs::read(folder.join(&file))?]);
            writeln!(text, "{} {mark}", file.display())?;
        }
        let file = self.state.join("migrations");
        let text = String::from_utf8(text)?;
        let applied = fs::read_to_string(&file).unwrap_or_default();
        ensure!(
            text.starts_with(&applied),
            "a migration changed after it was applied to {0}; start over with `rm -r {0}`",
            self.state.display()
        );
        let stamp = Stamp::new(file, text);
        if stamp.holds() {
            return Ok(());
        }
        step("Database: migrate", || {
            run_quietly(&mut self.wrangler(project, &["d1", "migrations", "apply", "DB"]))
        })?;
        stamp.set()
    }

    fn fill(&self, project: &Project) -> Result<()> {
        let stamp = Stamp::new(self.state.join("demo"), "filled\n".to_owned());
        if stamp.holds() {
            return Ok(());
        }
        // Photos first: to lay them there again does no harm, should the rest fail.
        step("Photos of the example tenant", || {
            for (name, key) in PHOTOS {
                let object = format!("latchkey-photos/{key}");
                let file = format!("worker/demo/{name}");
                let words = ["r2", "object", "put", &object, "--file", &file];
                let mut put = self.wrangler(project, &words);
                run_quietly(put.args(["--content-type", "image/webp"]))?;
            }
            Ok(())
        })?;
        step("Database: example tenant", || {
            let words = ["d1", "execute", "DB", "--yes", "--file", "worker/demo.sql"];
            run_quietly(&mut self.wrangler(project, &words))
        })?;
        stamp.set()
    }

    fn start(&self, project: &Project) -> Result<Child> {
        let port = self.port.to_string();
        // Any free port will do for the inspector.
        let words = [
            "dev",
            "--ip",
            "127.0.0.1",
            "--port",
            &port,
            "--inspector-port",
            "0",
        ];
        let mut command = self.wrangler(project, &words);
        command.arg("--env-file").arg(self.secrets());
        command
            .arg("--var")
            .arg(format!("PUBLIC_URL:http://localhost:{port}"));
        command.args(self.variables());
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = command.spawn().context("could not start wrangler")?;
        let said = server.stdout.take().context("its output was asked for")?;
        let complained = server.stderr.take().context("so were its complaints")?;
        let log = self.log()?;
        let complaints = log.try_clone()?;
        thread::spawn(move || pass_on(said, &log));
        thread::spawn(move || pass_on_complaints(complained, &complaints));
        Ok(server)
    }

    /// What the Worker logs stands beside the database too, since it was started last.
    fn log(&self) -> Result<File> {
        let file = self.state.join("log");
        files::remove(&file)?;
        let mut options = OpenOptions::new();
        options.create(true).append(true).mode(0o600);
        options
            .open(&file)
            .with_context(|| file.display().to_string())
    }

    /// What the file `vars.env` beside the database says, a `NAME=value` on each line, in the place of `wrangler.toml`'s
    /// variables: another mail transport, for one.
    fn variables(&self) -> Vec<String> {
        let text = fs::read_to_string(self.state.join("vars.env")).unwrap_or_default();
        text.lines()
            .filter_map(|line| line.split_once('='))
            .flat_map(|(name, value)| ["--var".to_owned(), format!("{name}:{value}")])
            .collect()
    }

    /// Whether it came up before somebody interrupted it.
    fn wait_until_ready(&self, server: &mut Child, interrupted: &Receiver<()>) -> Result<bool> {
        eprintln!("▸ Starting");
        let start = Instant::now();
        while start.elapsed() < Duration::from_mins(1) {
            if interrupted.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout) {
                return Ok(false);
            }
            if let Some(status) = server.try_wait()? {
                bail!("wrangler ended with {status}");
            }
            if let Some(status) = self.health() {
                eprintln!("  {:.1} s", start.elapsed().as_secs_f32());
                if status != "200" {
                    eprintln!("/api/health answers {status}, and says why.");
                }
                return Ok(true);
            }
        }
        bail!("no answer from {} within a minute", self.address())
    }

    fn health(&self) -> Option<String> {
        let mut stream = TcpStream::connect(self.address()).ok()?;
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .ok()?;
        let port = self.port;
        write!(
            stream,
            "GET /api/health HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
        )
        .ok()?;
        let mut answer = String::new();
        stream.take(64).read_to_string(&mut answer).ok()?;
        Some(answer.split(' ').nth(1)?.to_owned())
    }

    fn announce(&self, project: &Project, demo: bool) {
        if demo {
            // The file's first lines tell the password, and whom it does not let in.
            let file = project.root.join("worker/demo.sql");
            let text = fs::read_to_string(file).unwrap_or_default();
            println!("Sign in as ada@northwind.example.");
            for line in text.lines().take(2) {
                println!("{}", line.trim_start_matches(['-', ' ']));
            }
        }
        println!("Latchkey is ready at http://localhost:{}", self.port);
    }
}

/// Shows and keeps what the Worker logs, without wrangler's greeting and its line for every request.
fn pass_on(said: ChildStdout, log: &File) {
    let lines = BufReader::new(said).lines().map_while(Result::ok);
    let after_greeting = lines.skip_while(|line| !line.contains("Ready on "));
    for line in after_greeting.filter(|line| !line.contains("[wrangler:info]")) {
        keep(log, &line);
        println!("{line}");
    }
}

/// The same for what it complains of.
fn pass_on_complaints(complained: ChildStderr, log: &File) {
    let lines = BufReader::new(complained).lines().map_while(Result::ok);
    for line in lines {
        keep(log, &line);
        eprintln!("{line}");
    }
}

/// In one piece, since two write there. A full disk is no reason to stop serving.
fn keep(mut log: &File, line: &str) {
    let _ = log.write_all([line, "\n"].concat().as_bytes());
}

/// Ctrl-C and SIGTERM, as messages.
fn interruptions() -> Result<Receiver<()>> {
    let (sender, receiver) = mpsc::channel();
    ctrlc::set_handler(move || {
        // Once the server is being stopped nobody listens any more, and that is fine.
        let _ = sender.send(());
    })?;
    Ok(receiver)
}

fn wait_for_end(server: &mut Child, interrupted: &Receiver<()>) -> Result<()> {
    while interrupted.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
        if let Some(status) = server.try_wait()? {
            bail!("wrangler ended with {status}");
        }
    }
    Ok(())
}

/// A terminal's Ctrl-C has reached the server too; a signal to this process alone has not.
fn stop(server: &mut Child) -> Result<()> {
    for (signal, patience) in [(None, 5), (Some("TERM"), 50), (Some("KILL"), 50)] {
        if let Some(signal) = signal {
            run(Command::new("kill")
                .arg(format!("-{signal}"))
                .arg(server.id().to_string()))?;
        }
        for _ in 0..patience {
            if server.try_wait()?.is_some() {
                return Ok(());
            }
            thread::sleep(TICK);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_example_tenant_knows_every_photo_by_its_key() {
        let worker = Path::new(env!("CARGO_MANIFEST_DIR")).join("../worker");
        let sql = fs::read_to_string(worker.join("demo.sql")).unwrap_or_default();
        for (name, key) in PHOTOS {
            assert!(worker.join("demo").join(name).is_file(), "{name}");
            let [_tenant, user, hash, upload] = *key.split('/').collect::<Vec<_>>() else {
                panic!("{key}");
            };
            assert!(
                sql.contains(&format!("('{user}', '{hash}', '{upload}')")),
                "{name}"
            );
        }
    }
}
