//! `--trust`: issuers of tokens, as a deployment names them.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches};

/// An issuer of tokens.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) struct Trust {
    pub(in crate::cli) issuer: String,
    /// At least one.
    pub(in crate::cli) audiences: Vec<String>,
    pub(in crate::cli) keys: KeysAt,
}

/// Where the keys of an issuer are.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) enum KeysAt {
    /// Where the issuer says.
    Discovery,
    Url(String),
    File(PathBuf),
}

const HELP: &str = "Takes tokens of this issuer; may be repeated";

const LONG_HELP: &str = "\
Takes tokens of this issuer; may be repeated. SPEC has its parts separated by commas:

  issuer=ISS      the `iss` of its tokens, letter by letter
  audience=AUD    the `aud` that its tokens have for this application; may be repeated
  jwks=KEYS       file or address of its JSON Web Key Set; without it, the discovery
                  document of the issuer (OIDC) says where the keys are

such as --trust issuer=https://login.example.com,audience=my-app

In the environment several are separated by spaces. An issuer that the application trusts by itself is replaced by one \
of the same name here.";

pub(super) fn arg() -> Arg {
    Arg::new("trust")
        .long("trust")
        .value_name("SPEC")
        .env("LUNORA_TRUST")
        .action(ArgAction::Append)
        .value_delimiter(' ')
        .value_parser(parse)
        .help(HELP)
        .long_help(LONG_HELP)
}

pub(super) fn read(matches: &ArgMatches) -> Vec<Trust> {
    let given = matches.get_many::<Option<Trust>>("trust").unwrap_or_default();
    given.flatten().cloned().collect()
}

/// Nothing stands between two spaces.
fn parse(text: &str) -> Result<Option<Trust>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let (mut issuer, mut audiences, mut keys) = (None, Vec::new(), None);
    for part in text.split(',') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        match (name, value) {
            (_, "") => return Err(format!("expected NAME=VALUE, not {part:?}")),
            ("issuer", value) => set_once(&mut issuer, value.to_owned(), name)?,
            ("audience", value) => audiences.push(value.to_owned()),
            ("jwks", value) => set_once(&mut keys, place(value), name)?,
            _ => return Err(format!("there are issuer, audience and jwks, and no {name:?}")),
        }
    }
    if audiences.is_empty() {
        return Err("audience=AUD is missing".to_owned());
    }
    let issuer = issuer.ok_or("issuer=ISS is missing")?;
    let keys = keys.unwrap_or(KeysAt::Discovery);
    Ok(Some(Trust {
        issuer,
        audiences,
        keys,
    }))
}

fn place(text: &str) -> KeysAt {
    if text.contains("://") {
        KeysAt::Url(text.to_owned())
    } else {
        KeysAt::File(text.into())
    }
}

fn set_once<T>(place: &mut Option<T>, value: T, name: &str) -> Result<(), String> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("{name} is given twice")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trust(issuer: &str, audiences: &[&str], keys: KeysAt) -> Trust {
        let (issuer, audiences) = (issuer.to_owned(), audiences.iter().map(|text| (*text).to_owned()));
        Trust {
            issuer,
            audiences: audiences.collect(),
            keys,
        }
    }

    #[test]
    fn an_issuer_has_a_name_audiences_and_keys() {
        for (text, expected) in [
            (
                "issuer=https://a.example,audience=app",
                trust("https://a.example", &["app"], KeysAt::Discovery),
            ),
            (
                "audience=b,issuer=a,audience=c,jwks=keys/a.json",
                trust("a", &["b", "c"], KeysAt::File("keys/a.json".into())),
            ),
            (
                "issuer=a,audience=b=c,jwks=https://a.example/keys?x=y",
                trust(
                    "a",
                    &["b=c"],
                    KeysAt::Url("https://a.example/keys?x=y".to_owned()),
                ),
            ),
        ] {
            assert_eq!(parse(text), Ok(Some(expected)), "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        for (text, part) in [
            ("https://a.example", "NAME=VALUE"),
            ("issuer=,audience=b", "NAME=VALUE"),
            ("issuer=a", "audience"),
            ("audience=a", "issuer"),
            ("issuer=a,audience=b,issuer=c", "twice"),
            ("issuer=a,audience=b,key=c", "jwks"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn several_stand_in_one_variable() {
        let command = clap::Command::new("serve").arg(arg());
        let line = ["serve", "--trust", "issuer=a,audience=b  issuer=c,audience=d"];
        let read = read(&command.try_get_matches_from(line).unwrap());
        let names: Vec<_> = read.iter().map(|trust| trust.issuer.as_str()).collect();
        assert_eq!(names, ["a", "c"]);
    }
}
