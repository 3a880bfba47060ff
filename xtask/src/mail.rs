//! Writes the mails that the local mail simulator caught into a folder, to be read as text.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::HashSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// The simulator's own account of what it caught.
const CAUGHT: &str = "/cdn-cgi/local/explorer/api/local/email/sending";

/// Keeps doing it, beside everything else, until this program ends.
pub fn keep_writing(server: SocketAddr, folder: PathBuf) {
    thread::spawn(move || {
        let mut written = HashSet::new();
        loop {
            // A server that is being built anew does not answer for a while.
            let _ = write_new(server, &folder, &mut written);
            thread::sleep(Duration::from_secs(1));
        }
    });
}

fn write_new(server: SocketAddr, folder: &Path, written: &mut HashSet<String>) -> Result<()> {
    let caught = get(server, &format!("{CAUGHT}?per_page=100"))?;
    for mail in caught.as_array().into_iter().flatten() {
        let id = text(mail, "messageId");
        if written.contains(id) {
            continue;
        }
        let escaped = id.replace('@', "%40").replace(['<', '>'], "");
        let whole = get(server, &format!("{CAUGHT}?email_id={escaped}"))?;
        fs::create_dir_all(folder)?;
        let name = format!("{} {}.txt", text(mail, "sentAt"), recipient(mail));
        let letter = format!(
            "From: {}\nTo: {}\nSubject: {}\n\n{}",
            text(mail, "from"),
            recipient(mail),
            text(mail, "subject"),
            text(&whole, "text")
        );
        let file = folder.join(name.replace([':', '/'], "-"));
        fs::write(&file, letter).with_context(|| file.display().to_string())?;
        written.insert(id.to_owned());
    }
    Ok(())
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// One address or a list of them.
fn recipient(mail: &Value) -> &str {
    let one = mail.pointer("/to").and_then(Value::as_str);
    let first = mail.pointer("/to/0").and_then(Value::as_str);
    one.or(first).unwrap_or_default()
}

/// The result of a route of the simulator, in HTTP/1.0 so that it comes in one piece.
fn get(server: SocketAddr, path: &str) -> Result<Value> {
    let mut stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "GET {path} HTTP/1.0\r\nHost: localhost:{}\r\n\r\n",
        server.port()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    ensure!(head.contains(" 200 "), "{head}");
    let mut answer: Value = serde_json::from_str(body)?;
    Ok(answer
        .get_mut("result")
        .map(Value::take)
        .unwrap_or_default())
}
