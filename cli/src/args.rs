//! What the arguments ask for.

use contract::{
    ids::TokenId,
    time::{DAY, Timestamp},
    tokens::{CreateToken, Kind, RevokeTokens, RotateToken},
};
use lexopt::{
    Arg::{Long, Short, Value},
    Error, Parser, ValueExt,
};
use std::ffi::OsString;

/// What `--help` prints.
pub const HELP: &str = "\
latchkey [--url URL] [--json] COMMAND

With a token in LATCHKEY_TOKEN:
  whoami                       what the token is, and from where it calls
  rotate [--grace SECONDS]     give it a new secret, which is printed; the old one goes on for a day, or SECONDS
  revoke [--yes]               end it for good

With a token, or a service account in LATCHKEY_API_KEY and LATCHKEY_API_SECRET:
  users, roles, usage, statistics

With your email and password, and your second factor if you have one:
  tokens list [--revoked] [--search TEXT]
  tokens create --name NAME [--description TEXT] [--kind KIND] [--scope backups:read]... [--endpoint /PATH]...
                [--ip ADDRESS]... [--days N | --forever]
                               make a token, whose secret is printed
  tokens revoke ID... [--reason TEXT]
      --email EMAIL            else LATCHKEY_EMAIL, else you are asked
      --password-stdin         the password is the first line of standard input, the code of the second factor the next

  --url URL      the server, else LATCHKEY_URL, else http://localhost:8787
  --json         print what the server says as JSON
  -h, --help     print this
  -V, --version  print the version

Kinds: custom (the usual one), all, hyperscale, microsoft_scim, one_touch_recovery.
Exit codes: 0 done, 1 refused or failed, 2 wrong usage.";

/// All that was asked for.
#[derive(Default)]
pub struct Args {
    /// The server, if it is named.
    pub url: Option<String>,
    /// Whether to print JSON.
    pub json: bool,
    /// What to do.
    pub command: Command,
    /// Who signs in, if it is named.
    pub email: Option<String>,
    /// Whether the password comes from standard input.
    pub password_stdin: bool,
}

/// What to do.
#[derive(Default)]
pub enum Command {
    /// Nothing was named.
    #[default]
    None,
    /// `--help`
    Help,
    /// `--version`
    Version,
    /// Tell what the token is.
    Whoami,
    /// Give it a new secret.
    Rotate(RotateToken),
    /// End it.
    Revoke {
        /// Without a question.
        yes: bool,
    },
    /// Show the people.
    Users,
    /// Show the roles.
    Roles,
    /// Show the calls per day.
    Usage,
    /// Show the counts.
    Statistics,
    /// What a person does about their tokens.
    Tokens(Tokens),
}

/// What a person does about their tokens.
pub enum Tokens {
    /// Show them.
    List {
        /// Those that were revoked, instead of the others.
        revoked: bool,
        /// Only those whose names hold this.
        search: String,
    },
    /// Make one.
    Create {
        /// What it is to be, but for its end.
        token: Box<CreateToken>,
        /// How long it is to live.
        days: Option<u32>,
        /// Without an end.
        forever: bool,
    },
    /// End some.
    Revoke(RevokeTokens),
}

/// Reads arguments, without the program's name.
pub fn parse(args: impl IntoIterator<Item = impl Into<OsString>>) -> Result<Args, Error> {
    let mut parser = Parser::from_args(args);
    let mut args = Args::default();
    while let Some(arg) = parser.next()? {
        match (arg, &mut args.command) {
            (Short('h') | Long("help"), command) => {
                *command = Command::Help;
                return Ok(args);
            }
            (Short('V') | Long("version"), command) => {
                *command = Command::Version;
                return Ok(args);
            }
            (Long("url"), _) => args.url = Some(parser.value()?.string()?),
            (Long("json"), _) => args.json = true,
            (Value(word), command @ Command::None) => *command = named(word, &mut parser)?,
            (Long("grace"), Command::Rotate(rotation)) => {
                rotation.grace_seconds = parser.value()?.parse()?;
            }
            (Long("yes"), Command::Revoke { yes }) => *yes = true,
            (Long("email"), Command::Tokens(_)) => args.email = Some(parser.value()?.string()?),
            (Long("password-stdin"), Command::Tokens(_)) => args.password_stdin = true,
            (Long("revoked"), Command::Tokens(Tokens::List { revoked, .. })) => *revoked = true,
            (Long("search"), Command::Tokens(Tokens::List { search, .. })) => {
                *search = parser.value()?.string()?;
            }
            (Long("reason"), Command::Tokens(Tokens::Revoke(which))) => {
                which.reason = Some(parser.value()?.string()?);
            }
            (Value(id), Command::Tokens(Tokens::Revoke(which))) => {
                which.ids.push(TokenId::try_from(id.string()?)?);
            }
            (Long("days"), Command::Tokens(Tokens::Create { days, .. })) => {
                *days = Some(parser.value()?.parse()?);
            }
            (Long("forever"), Command::Tokens(Tokens::Create { forever, .. })) => *forever = true,
            (Long(option), Command::Tokens(Tokens::Create { token, .. })) => {
                let option = option.to_owned();
                describe(token, &option, &mut parser)?;
            }
            (arg, _) => return Err(arg.unexpected()),
        }
    }
    match &args.command {
        Command::None => Err("Say what to do: latchkey --help tells.".into()),
        Command::Tokens(Tokens::Create {
            days: Some(_),
            forever: true,
            ..
        }) => Err("Use --days or --forever, not both.".into()),
        Command::Tokens(Tokens::Revoke(which)) if which.ids.is_empty() => {
            Err("Name the tokens by their ids: latchkey tokens list shows them.".into())
        }
        _ => Ok(args),
    }
}

fn named(word: OsString, parser: &mut Parser) -> Result<Command, Error> {
    Ok(match word.string()?.as_str() {
        "whoami" => Command::Whoami,
        "rotate" => Command::Rotate(RotateToken::default()),
        "revoke" => Command::Revoke { yes: false },
        "users" => Command::Users,
        "roles" => Command::Roles,
        "usage" => Command::Usage,
        "statistics" => Command::Statistics,
        "tokens" => Command::Tokens(match parser.value()?.string()?.as_str() {
            "list" => Tokens::List {
                revoked: false,
                search: String::new(),
            },
            "create" => Tokens::Create {
                token: Box::default(),
                days: None,
                forever: false,
            },
            "revoke" => Tokens::Revoke(RevokeTokens::default()),
            other => return Err(format!("tokens: list, create or revoke, not {other}.").into()),
        }),
        other => return Err(format!("There is no command {other}.").into()),
    })
}

/// Notes what an option says of a new token.
fn describe(token: &mut CreateToken, option: &str, parser: &mut Parser) -> Result<(), Error> {
    match option {
        "name" => token.name = parser.value()?.string()?,
        "description" => token.description = Some(parser.value()?.string()?),
        "kind" => {
            let unknown =
                "Kinds are custom, all, hyperscale, microsoft_scim and one_touch_recovery.";
            let read = |text: &str| Kind::parse(text).ok_or(unknown);
            token.kind = Some(parser.value()?.parse_with(read)?);
        }
        "scope" => token.scopes.insert(parser.value()?.parse()?),
        "endpoint" => token.allowed_endpoints.push(parser.value()?.string()?),
        "ip" => token.ip_allowlist.push(parser.value()?.string()?),
        _ => return Err(Long(option).unexpected()),
    }
    Ok(())
}

/// The token with the end that was asked for, under the name that ends of its kind have.
pub fn with_end(
    mut token: CreateToken,
    days: Option<u32>,
    forever: bool,
    now: Timestamp,
) -> CreateToken {
    let end = match days {
        Some(days) => Some(Some(now.plus(i64::from(days) * DAY))),
        None => forever.then_some(None),
    };
    if token.kind.unwrap_or_default().is_renewable() {
        token.renewable_until = end;
    } else {
        token.expires_at = end;
    }
    token
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Args, String> {
        parse(line.split_whitespace()).map_err(|error| error.to_string())
    }

    fn created(line: &str) -> CreateToken {
        match read(line).unwrap().command {
            Command::Tokens(Tokens::Create {
                token,
                days,
                forever,
            }) => with_end(*token, days, forever, Timestamp::from_seconds(0)),
            _ => panic!("another command"),
        }
    }

    #[test]
    fn a_command_takes_its_own_options_and_no_others() {
        let args = read("--url https://a.example rotate --grace=60 --json").unwrap();
        assert!(args.json && args.url.as_deref() == Some("https://a.example"));
        assert!(matches!(
            args.command,
            Command::Rotate(RotateToken { grace_seconds: 60 })
        ));
        for wrong in [
            "",
            "--json",
            "--yes whoami",
            "whoami --yes",
            "whoami again",
            "users --email ada@example.com",
            "rotate --grace",
            "rotate --grace soon",
            "rotate --grace -1",
            "frobnicate",
            "tokens",
            "tokens frobnicate",
            "tokens list --reason x",
            "tokens create --refresh",
            "tokens create --scope backups",
            "tokens create --kind any",
            "tokens create --days 3 --forever",
            "tokens revoke",
            "tokens revoke ci",
            "whoami --json=yes",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn help_and_version_are_told_whatever_stands_before() {
        for line in ["--help", "tokens create --days 3 -h", "whoami --help"] {
            assert!(matches!(read(line).unwrap().command, Command::Help));
        }
        assert!(matches!(read("-V").unwrap().command, Command::Version));
    }

    #[test]
    fn a_new_token_is_described_by_its_options() {
        let token = created(
            "tokens create --name ci --scope jobs:write --scope users:read --endpoint /jobs --ip 192.0.2.0/24 --days 2 --email ada@example.com",
        );
        assert_eq!(
            serde_json::to_value(token).unwrap(),
            serde_json::json!({"name": "ci", "description": null, "kind": null, "scopes": ["users:read", "jobs:read", "jobs:write"],
                "allowed_endpoints": ["/jobs"], "renewable_until": "1970-01-03T00:00:00Z", "ip_allowlist": ["192.0.2.0/24"],
                "ip_allowlist_observed": false, "refresh": false})
        );
    }

    #[test]
    fn the_end_goes_by_the_name_that_the_kind_has_for_it() {
        let forever = created("tokens create --kind all --forever");
        assert_eq!(
            (forever.renewable_until, forever.expires_at),
            (Some(None), None)
        );
        let scim = created("tokens create --kind microsoft_scim --days 1");
        assert_eq!(scim.expires_at, Some(Some(Timestamp::from_seconds(DAY))));
        assert_eq!(created("tokens create").renewable_until, None);
    }
}
