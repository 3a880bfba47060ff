//! Where the server is, and whether a credential may travel there.

use crate::error::{Error, Result};
use std::net::IpAddr;
use ureq::http::Uri;

/// The origin that `url` names: `https://console.example`, or `http://localhost:8787` of this machine.
pub(crate) fn origin(url: &str) -> Result<String> {
    let wrong = |why: &str| Err(Error::Address(format!("{why} {EXAMPLE}")));
    let Ok(uri) = url.parse::<Uri>() else {
        return wrong("This is not the address of a server.");
    };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return wrong("This is not the address of a server.");
    };
    if authority.as_str().contains('@') {
        return wrong("Leave the name and the password out of the server's address.");
    }
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return wrong("Leave the path out of the server's address.");
    }
    let host = authority.host().to_ascii_lowercase();
    let usual_port = match scheme {
        "https" => 443,
        "http" if is_loopback(&host) => 80,
        "http" => return wrong("Credentials are sent over https only."),
        _ => return wrong("This is not the address of a server."),
    };
    // As browsers write an origin: the server compares it with the header `Host`.
    let port = authority.port_u16().filter(|port| *port != usual_port);
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    Ok(format!("{scheme}://{host}{port}"))
}

const EXAMPLE: &str = "Use one such as https://latchkey.example.";

/// Whether what is sent to `host` stays on this machine.
fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_is_reached_over_https_only() {
        for (url, expected) in [
            ("https://Console.Example/", "https://console.example"),
            ("HTTPS://console.example:443", "https://console.example"),
            (
                "https://console.example:8443",
                "https://console.example:8443",
            ),
            ("http://localhost:8787", "http://localhost:8787"),
            ("http://127.8.9.1", "http://127.8.9.1"),
            ("http://[::1]:80/", "http://[::1]"),
        ] {
            assert_eq!(origin(url).unwrap(), expected);
        }
        for url in [
            "http://console.example",
            "http://localhost.console.example",
            "http://127.0.0.1.console.example",
            "http://127.1",
            "http://[::ffff:127.0.0.1]",
            "http://0.0.0.0",
            "http://[::]",
            "http://192.168.0.1",
        ] {
            let error = origin(url).unwrap_err().to_string();
            assert!(
                error.starts_with("Credentials are sent over https only."),
                "{url}: {error}"
            );
        }
    }

    #[test]
    fn an_address_is_an_origin_and_no_more() {
        for url in [
            "",
            "localhost:8787",
            "//localhost",
            "ftp://localhost",
            "https://",
            "https://ada:secret@console.example",
            "https://localhost@console.example",
            "http://localhost@console.example",
            "https://console.example/api/v1",
            "https://console.example/?a=b",
            "https://console example",
        ] {
            let error = origin(url).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
