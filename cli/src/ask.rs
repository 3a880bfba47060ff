//! What only a person can say: at the terminal, or by lines of standard input.

use crate::{Failure, args::Args};
use contract::session::SignIn;
use std::{
    env,
    io::{self, IsTerminal, Write},
};

/// Who signs in, by the arguments or by asking.
pub fn person(args: &Args) -> Result<SignIn, Failure> {
    let named = args.email.clone().or_else(|| variable("LATCHKEY_EMAIL"));
    let email = match named {
        Some(email) => email,
        None if !args.password_stdin && io::stdin().is_terminal() => question("Email: ")?,
        None => {
            return Err(Failure::usage(
                "Say who signs in, by --email or LATCHKEY_EMAIL.",
            ));
        }
    };
    let password = secret(args, "Password: ")?;
    Ok(SignIn { email, password })
}

/// Something that is not shown while it is typed.
pub fn secret(args: &Args, prompt: &str) -> Result<String, Failure> {
    if args.password_stdin {
        return line();
    }
    rpassword::prompt_password(prompt).map_err(|error| {
        Failure::usage(&format!(
            "There is no terminal to ask at: use --password-stdin. ({error})"
        ))
    })
}

/// Whether the person wants it. Without a terminal nobody can be asked, which is no consent.
pub fn consent(prompt: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage("Nobody can be asked here: use --yes."));
    }
    let answer = question(prompt)?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}

/// The value of an environment variable that says something.
pub fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn question(prompt: &str) -> Result<String, Failure> {
    let mut terminal = io::stderr();
    let _ = write!(terminal, "{prompt}").and_then(|()| terminal.flush());
    line()
}

/// The next line of standard input, without its end.
fn line() -> Result<String, Failure> {
    let mut line = String::new();
    let read = io::stdin()
        .read_line(&mut line)
        .map_err(|error| Failure::failed(&format!("Standard input cannot be read: {error}.")))?;
    if read == 0 {
        return Err(Failure::usage(
            "Standard input ended before everything was said.",
        ));
    }
    let text = line.strip_suffix('\n').unwrap_or(&line);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
}
