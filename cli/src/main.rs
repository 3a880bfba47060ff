//! `latchkey`: Latchkey from the command line.

mod args;
mod ask;
mod show;

use args::{Args, Command, Tokens};
use ask::variable;
use contract::{
    check::{Check, Invalid},
    time::Timestamp,
    tokens::CreatedToken,
};
use latchkey_cli::{Client, Credentials, Error, Session, plain};
use serde::Serialize;
use std::{
    env,
    io::{self, Write},
    process::ExitCode,
    time::SystemTime,
};

/// Where `cargo xtask dev` serves.
const DEFAULT_URL: &str = "http://localhost:8787";

/// Why the program ends early: what it tells, and the code that it leaves.
pub struct Failure {
    code: u8,
    text: String,
}

impl Failure {
    /// Something did not work.
    pub fn failed(text: &str) -> Self {
        let text = plain(text);
        Self { code: 1, text }
    }

    /// It was not asked for in the right way.
    pub fn usage(text: &str) -> Self {
        let text = plain(text);
        Self { code: 2, text }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = if matches!(error, Error::Address(_)) {
            2
        } else {
            1
        };
        let text = error.to_string();
        Self { code, text }
    }
}

fn main() -> ExitCode {
    let done = args::parse(env::args_os().skip(1))
        .map_err(|error| Failure::usage(&error.to_string()))
        .and_then(|args| run(&args));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, text }) => {
            say(&format!("error: {text}"));
            ExitCode::from(code)
        }
    }
}

fn run(args: &Args) -> Result<(), Failure> {
    let url = args.url.clone().or_else(|| variable("LATCHKEY_URL"));
    let client = || Client::new(url.as_deref().unwrap_or(DEFAULT_URL));
    let by_token = || Ok::<_, Failure>(client()?.with(token()?));
    let reader = || Ok::<_, Failure>(client()?.with(credentials()?));
    match &args.command {
        Command::None | Command::Help => print(args::HELP),
        Command::Version => print(concat!("latchkey ", env!("CARGO_PKG_VERSION"))),
        Command::Whoami => answer(args, &by_token()?.whoami()?, show::whoami),
        Command::Rotate(rotation) => {
            let rotated = by_token()?.rotate(rotation)?;
            say(&match rotated.token.in_grace_until {
                Some(until) => format!("The old secret goes on working until {until}."),
                None => "The old secret is good no more.".into(),
            });
            hand_over(args, &rotated)
        }
        Command::Revoke { yes } => {
            let client = by_token()?;
            if !yes && !ask::consent("End the token in LATCHKEY_TOKEN for good? [y/N] ")? {
                return Err(Failure::failed("Nothing was done."));
            }
            client.revoke()?;
            say("The token is revoked.");
            Ok(())
        }
        Command::Users => answer(args, &reader()?.users()?, |users| show::users(users)),
        Command::Roles => answer(args, &reader()?.roles()?, |roles| show::roles(roles)),
        Command::Usage => answer(args, &reader()?.usage()?, show::usage),
        Command::Statistics => answer(args, &reader()?.statistics()?, show::statistics),
        Command::Tokens(Tokens::List { revoked, search }) => {
            signed_in(args, &client()?, |session| {
                let tokens = session.tokens(*revoked, search)?;
                answer(args, &tokens, |tokens| show::tokens(tokens))
            })
        }
        Command::Tokens(Tokens::Create {
            token,
            days,
            forever,
        }) => {
            let new = args::with_end(*token.clone(), *days, *forever, now());
            allowed(new.clone())?;
            signed_in(args, &client()?, |session| {
                hand_over(args, &session.create_token(&new)?)
            })
        }
        Command::Tokens(Tokens::Revoke(which)) => {
            allowed(which.clone())?;
            signed_in(args, &client()?, |session| {
                answer(args, &session.revoke_tokens(which)?, show::revoked)
            })
        }
    }
}

/// Does something as a person, and signs them out whatever becomes of it.
fn signed_in(
    args: &Args,
    client: &Client,
    act: impl FnOnce(&Session) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let person = ask::person(args)?;
    let session = client.sign_in(&person, || ask::secret(args, "Second factor: "))?;
    let done = act(&session);
    let signed_out = session.sign_out().map_err(Failure::from);
    done.and(signed_out)
}

/// Tells what the server would refuse before anybody types a password.
fn allowed(request: impl Check) -> Result<(), Failure> {
    let Err(Invalid(complaints)) = request.check(now()) else {
        return Ok(());
    };
    let details = complaints.iter().map(|complaint| {
        let (pointer, message) = (plain(&complaint.pointer), plain(&complaint.message));
        format!("\n  {pointer}: {message}")
    });
    let text = ["The server would refuse this.".to_owned()].into_iter();
    let text = text.chain(details).collect();
    Err(Failure { code: 2, text })
}

/// The credentials of what manages a token by itself.
fn token() -> Result<Credentials, Failure> {
    match credentials()? {
        token @ Credentials::Token(_) => Ok(token),
        Credentials::ServiceAccount { .. } => Err(Failure::usage(
            "This takes a token in LATCHKEY_TOKEN, not a service account.",
        )),
    }
}

/// Arguments are seen by other programs and kept in histories, so credentials come by variables only.
fn credentials() -> Result<Credentials, Failure> {
    let names = ["LATCHKEY_TOKEN", "LATCHKEY_API_KEY", "LATCHKEY_API_SECRET"];
    match names.map(variable) {
        [Some(token), None, None] => Ok(Credentials::Token(token)),
        [None, Some(key), Some(secret)] => Ok(Credentials::ServiceAccount { key, secret }),
        _ => Err(Failure::usage(
            "Set LATCHKEY_TOKEN, or else LATCHKEY_API_KEY and LATCHKEY_API_SECRET.",
        )),
    }
}

/// Prints an answer for a person to read, or as JSON.
fn answer<T: Serialize>(
    args: &Args,
    value: &T,
    show: impl FnOnce(&T) -> String,
) -> Result<(), Failure> {
    print(&if args.json {
        show::json(value)
    } else {
        show(value)
    })
}

/// Prints a secret alone, so that `$(…)` takes it, and tells beside it what it is the secret of.
fn hand_over(args: &Args, created: &CreatedToken) -> Result<(), Failure> {
    say(&show::sentence(&created.token));
    let text = if args.json {
        show::json(created)
    } else {
        plain(&created.secret)
    };
    write(&text).map_err(|error| {
        Failure::failed(&format!(
            "The secret could not be written and is lost: {error}. Revoke the token, {}.",
            created.token.id.as_str()
        ))
    })
}

/// Prints what can be had again: whoever closed the pipe has read enough.
fn print(text: &str) -> Result<(), Failure> {
    match write(text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::failed(&format!(
            "Standard output cannot be written: {error}."
        ))),
        _ => Ok(()),
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{text}")?;
    output.flush()
}

/// Tells something beside the output. Nothing is left to do where nobody can be told.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// The only clock: for how long a token is to live.
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    Timestamp::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
}
