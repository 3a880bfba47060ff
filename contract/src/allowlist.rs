//! Addresses that a credential may be used from: single ones, networks and ranges of IPv4 and IPv6.
//!
//! An entry that begins with `!` shuts its addresses out, whatever else lets them in. An empty list lets in everybody;
//! one that only shuts out lets in the rest.

use crate::check::is_unprintable;
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// The most entries of a list.
pub const MAX_ENTRIES: usize = 100;

/// An IP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    V4,
    V6,
}

impl Family {
    const fn bits(self) -> u32 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    const fn last(self) -> u128 {
        match self {
            Self::V4 => u32::MAX as u128,
            Self::V6 => u128::MAX,
        }
    }
}

/// Addresses in a row, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    family: Family,
    first: u128,
    last: u128,
}

impl Span {
    fn contains(self, other: Self) -> bool {
        self.family == other.family && self.first <= other.first && other.last <= self.last
    }

    fn of(ip: IpAddr) -> Self {
        // An IPv4 address in IPv6's clothes (RFC 4291, 2.5.5.2) is the IPv4 address.
        let (family, number) = match ip.to_canonical() {
            IpAddr::V4(v4) => (Family::V4, u128::from(u32::from(v4))),
            IpAddr::V6(v6) => (Family::V6, u128::from(v6)),
        };
        Self {
            family,
            first: number,
            last: number,
        }
    }

    fn address(self, number: u128) -> IpAddr {
        match self.family {
            // A span of IPv4 never reaches beyond 32 bits.
            Family::V4 => Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).into(),
            Family::V6 => Ipv6Addr::from(number).into(),
        }
    }

    /// The length of the prefix that all its addresses and no others share, if there is one.
    fn prefix(self) -> Option<u32> {
        let size_minus_one = self.last - self.first;
        let is_network = size_minus_one & size_minus_one.wrapping_add(1) == 0
            && self.first & size_minus_one == 0;
        is_network.then(|| self.family.bits() - size_minus_one.count_ones())
    }
}

/// The canonical form: RFC 5952 for addresses, a prefix where it says it all, else both ends.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let first = self.address(self.first);
        match self.prefix() {
            Some(prefix) if prefix == self.family.bits() => write!(f, "{first}"),
            Some(prefix) => write!(f, "{first}/{prefix}"),
            None => write!(f, "{first}-{}", self.address(self.last)),
        }
    }
}

/// One entry of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whether it shuts its addresses out.
    denies: bool,
    span: Span,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(if self.denies { "!" } else { "" })?;
        self.span.fmt(f)
    }
}

impl FromStr for Entry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // Copied along by accident, and seen by nobody.
        let text = text.trim_matches(|c: char| c.is_whitespace() || is_unprintable(c));
        let (denies, text) = match text.strip_prefix('!') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text),
        };
        let span = if let Some((address, prefix)) = text.split_once('/') {
            network(address.trim_end(), prefix.trim_start())?
        } else if let Some((first, last)) = text.split_once(['-', '\u{2013}']) {
            range(first.trim_end(), last.trim_start())?
        } else {
            Span::of(address(text)?)
        };
        Ok(Self { denies, span })
    }
}

fn address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(50).collect();
        let mut parts = text.split('.');
        let why = if text.contains([',', ';', '#']) || text.contains(char::is_whitespace) {
            "Use an entry for each address, with nothing beside it."
        } else if text.contains('%') {
            "A zone such as %eth0 means nothing here; leave it out."
        } else if parts.clone().count() == 4
            && parts.clone().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
            && parts.any(|part| part.len() > 1 && part.starts_with('0'))
        {
            "Leave out leading zeros: some programs read them as octal."
        } else if text.starts_with('[') {
            "Leave out the brackets, and the port if there is one."
        } else if text.contains('.') && text.matches(':').count() == 1 {
            "Leave out the port; addresses alone count."
        } else {
            "Use an address, a network such as 192.0.2.0/24, or a range such as 192.0.2.1-192.0.2.9."
        };
        match shown.as_str() {
            "" => why.to_owned(),
            shown => format!("“{shown}” is no IPv4 or IPv6 address. {why}"),
        }
    })
}

fn network(text: &str, prefix: &str) -> Result<Span, String> {
    let ip = address(text)?;
    let written = match ip {
        IpAddr::V4(_) => Family::V4,
        IpAddr::V6(_) => Family::V6,
    };
    let digits = (1..=3).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_digit());
    let plain = digits && (prefix == "0" || !prefix.starts_with('0'));
    let length = prefix
        .parse::<u32>()
        .ok()
        .filter(|length| plain && *length <= written.bits())
        .ok_or_else(|| {
            format!(
                "After the / belongs a number from 0 to {} for this address.",
                written.bits()
            )
        })?;
    let whole = Span::of(ip);
    // Of an IPv4 address in IPv6's clothes the first 96 bits are the clothes.
    let length = match (written, whole.family) {
        (Family::V6, Family::V4) => length.checked_sub(96).ok_or(
            "A network around ::ffff:0:0/96 mixes IPv4 with IPv6; give both by themselves.",
        )?,
        _ => length,
    };
    let host_bits = whole.family.bits() - length;
    // Shifting by all 128 bits would overflow.
    let hosts = u128::MAX.checked_shr(128 - host_bits).unwrap_or(0);
    Ok(Span {
        first: whole.first & !hosts,
        last: whole.first | hosts,
        ..whole
    })
}

fn range(first: &str, last: &str) -> Result<Span, String> {
    let (first, last) = (Span::of(address(first)?), Span::of(address(last)?));
    if first.family != last.family {
        return Err("Both ends of a range must be of one kind, IPv4 or IPv6.".into());
    }
    if first.first > last.first {
        return Err("The first address of a range must not come after the last.".into());
    }
    Ok(Span {
        last: last.last,
        ..first
    })
}

/// A list of entries, none of which is contained in another of its sort.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowlist(Vec<Entry>);

/// What is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Its place in the list, from 0.
    pub place: usize,
    /// What to do about it.
    pub why: String,
}

/// An entry that was taken otherwise than it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// It had bits behind its prefix, which were cleared: as written, and as taken.
    Masked(String, String),
    /// Another entry has all its addresses already: that one, and this.
    Contained(String, String),
}

impl Allowlist {
    /// Reads entries; `Err` tells what is wrong with which of them, by their place.
    pub fn read<'a>(
        entries: impl IntoIterator<Item = &'a str>,
    ) -> Result<(Self, Vec<Notice>), Vec<Wrong>> {
        let (mut read, mut wrong, mut notices) = (vec![], vec![], vec![]);
        for (place, text) in entries.into_iter().enumerate() {
            match text.parse::<Entry>() {
                Ok(entry) => {
                    if is_masked(text, entry.span) {
                        notices.push(Notice::Masked(text.trim().to_owned(), entry.to_string()));
                    }
                    read.push(entry);
                }
                Err(why) => wrong.push(Wrong { place, why }),
            }
        }
        if read.len() > MAX_ENTRIES {
            wrong.push(Wrong {
                place: MAX_ENTRIES,
                why: format!("A list has at most {MAX_ENTRIES} entries."),
            });
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let contained_in = |place: usize, entry: &Entry| {
            read.iter().enumerate().find(|(other_place, other)| {
                let same_sort = other.denies == entry.denies && other.span.contains(entry.span);
                // Of two that are the same the first stays.
                same_sort
                    && *other_place != place
                    && (other.span != entry.span || *other_place < place)
            })
        };
        let mut kept = vec![];
        for (place, entry) in read.iter().enumerate() {
            match contained_in(place, entry) {
                Some((_, other)) => {
                    notices.push(Notice::Contained(other.to_string(), entry.to_string()));
                }
                None => kept.push(*entry),
            }
        }
        Ok((Self(kept), notices))
    }

    /// Reads the form of the database, as [`fmt::Display`] writes it. Whatever is wrong there is a failure, never a list
    /// that lets in more.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.lines()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The entries in canonical form.
    pub fn entries(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// Whether the list lets in everybody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an address is let in. One that is not known is let in by an empty list only.
    pub fn allows(&self, ip: Option<IpAddr>) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let Some(ip) = ip.map(Span::of) else {
            return false;
        };
        let (denying, allowing): (Vec<_>, Vec<_>) = self.0.iter().partition(|entry| entry.denies);
        let hit = |entries: &[&Entry]| entries.iter().any(|entry| entry.span.contains(ip));
        !hit(&denying) && (allowing.is_empty() || hit(&allowing))
    }

    /// Whether every address that `other` lets in is let in by this list too.
    pub fn covers(&self, other: &Self) -> bool {
        // One that is not known is let in by an empty list only.
        (self.0.is_empty() || !other.0.is_empty())
            && [Family::V4, Family::V6].into_iter().all(|family| {
                let mine = self.let_in(family);
                other
                    .let_in(family)
                    .iter()
                    .all(|(first, last)| mine.iter().any(|(from, to)| from <= first && last <= to))
            })
    }

    /// The addresses of a family that are let in, as spans that neither touch nor overlap.
    fn let_in(&self, family: Family) -> Vec<(u128, u128)> {
        let spans = |denies: bool| {
            let entries = self
                .0
                .iter()
                .filter(move |e| e.denies == denies && e.span.family == family);
            entries
                .map(|entry| (entry.span.first, entry.span.last))
                .collect::<Vec<_>>()
        };
        let allowed = if self.0.iter().any(|entry| !entry.denies) {
            spans(false)
        } else {
            vec![(0, family.last())]
        };
        let mut left = joined(allowed);
        for (from, to) in spans(true) {
            left = left
                .into_iter()
                .flat_map(|(first, last)| {
                    let below = (first < from).then(|| (first, last.min(from.saturating_sub(1))));
                    let above = (last > to).then(|| (first.max(to.saturating_add(1)), last));
                    [below, above].into_iter().flatten()
                })
                .collect();
        }
        left
    }
}

/// Spans that neither touch nor overlap.
fn joined(mut spans: Vec<(u128, u128)>) -> Vec<(u128, u128)> {
    spans.sort_unstable();
    let mut joined: Vec<(u128, u128)> = vec![];
    for (first, last) in spans {
        match joined.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => joined.push((first, last)),
        }
    }
    joined
}

/// Whether a network was written with bits behind its prefix.
fn is_masked(text: &str, taken: Span) -> bool {
    let written = text.trim().trim_start_matches('!').split_once('/');
    written
        .and_then(|(address, _)| address.trim().parse().ok())
        .is_some_and(|ip: IpAddr| Span::of(ip).first != taken.first)
}

/// One entry a line.
impl fmt::Display for Allowlist {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (place, entry) in self.0.iter().enumerate() {
            write!(f, "{}{entry}", if place == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Result<String, String> {
        text.parse::<Entry>().map(|entry| entry.to_string())
    }

    fn list(entries: &[&str]) -> Allowlist {
        Allowlist::read(entries.iter().copied()).unwrap().0
    }

    fn ip(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    /// Literals, each with its canonical form or none.
    fn literals() -> impl Iterator<Item = (String, Option<&'static str>)> {
        include_str!("allowlist_literals.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                let mut columns = line.split('\t');
                let mut column = || columns.next().expect("literal and canonical form");
                let literal = column().replace("\\t", "\t").replace("\\n", "\n");
                (literal, Some(column()).filter(|form| *form != "refused"))
            })
    }

    #[test]
    fn c_12_c_r8_every_form_is_read_and_written_in_one_way() {
        assert!(literals().count() >= 60);
        for (text, expected) in literals() {
            assert_eq!(canonical(&text).ok().as_deref(), expected, "{text:?}");
            if let Some(expected) = expected {
                assert_eq!(canonical(expected).as_deref(), Ok(expected), "{expected}");
            }
        }
    }

    #[test]
    fn what_nobody_sees_around_an_entry_is_left_out_and_several_are_told_to_be_one_each() {
        assert_eq!(
            canonical("\u{200b}8.8.8.8\u{feff}").as_deref(),
            Ok("8.8.8.8")
        );
        for several in ["1.1.1.1, 2.2.2.2", "4.4.4.4 # office", "1.1.1.1 2.2.2.2"] {
            let why = canonical(several).unwrap_err();
            assert!(why.ends_with("with nothing beside it."), "{why}");
        }
    }

    #[test]
    fn complaints_say_which_entry_and_what_to_do() {
        let wrong = Allowlist::read([
            "192.0.2.7",
            "192.168.010.1",
            "10.0.0.1:80",
            "10.0.0.0/40",
            "[::1]",
            "0x0a.0.0.1",
        ])
        .unwrap_err();
        let told: Vec<_> = wrong
            .iter()
            .map(|wrong| (wrong.place, wrong.why.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (
                    1,
                    "“192.168.010.1” is no IPv4 or IPv6 address. Leave out leading zeros: some programs read them as octal."
                ),
                (
                    2,
                    "“10.0.0.1:80” is no IPv4 or IPv6 address. Leave out the port; addresses alone count."
                ),
                (
                    3,
                    "After the / belongs a number from 0 to 32 for this address."
                ),
                (
                    4,
                    "“[::1]” is no IPv4 or IPv6 address. Leave out the brackets, and the port if there is one."
                ),
                (
                    5,
                    "“0x0a.0.0.1” is no IPv4 or IPv6 address. Use an address, a network such as 192.0.2.0/24, or a range such as 192.0.2.1-192.0.2.9."
                ),
            ]
        );
        let many: Vec<_> = (0..101).map(|n| format!("10.0.0.{n}")).collect();
        let wrong = Allowlist::read(many.iter().map(String::as_str)).unwrap_err();
        assert_eq!(wrong.len(), 1);
    }

    #[test]
    fn doubles_contained_ones_and_host_bits_go_with_a_notice() {
        let (list, notices) = Allowlist::read([
            "10.0.0.0/8",
            "10.1.2.3",
            "192.0.2.9/24",
            "192.0.2.0/24",
            "!10.1.2.3",
        ])
        .unwrap();
        assert_eq!(list.entries(), ["10.0.0.0/8", "192.0.2.0/24", "!10.1.2.3"]);
        assert_eq!(
            notices,
            [
                Notice::Masked("192.0.2.9/24".into(), "192.0.2.0/24".into()),
                Notice::Contained("10.0.0.0/8".into(), "10.1.2.3".into()),
                Notice::Contained("192.0.2.0/24".into(), "192.0.2.0/24".into()),
            ]
        );
        assert_eq!(Allowlist::parse(&list.to_string()), Ok(list));
    }

    #[test]
    fn d_7_what_is_shut_out_comes_before_what_is_let_in() {
        let net = list(&["10.0.0.0/8", "!10.6.6.0/24", "2001:db8::/32"]);
        for (address, allowed) in [
            ("10.1.1.1", true),
            ("::ffff:10.1.1.1", true),
            ("10.6.6.6", false),
            ("11.0.0.0", false),
            ("2001:db8:1::1", true),
            ("2001:db9::1", false),
        ] {
            assert_eq!(net.allows(ip(address)), allowed, "{address}");
        }
        let only_shuts_out = list(&["!10.0.0.0/8"]);
        assert!(only_shuts_out.allows(ip("192.0.2.1")) && !only_shuts_out.allows(ip("10.0.0.1")));
    }

    #[test]
    fn an_unknown_address_is_let_in_by_an_empty_list_only() {
        assert!(list(&[]).allows(None) && list(&[]).allows(ip("192.0.2.1")));
        assert!(!list(&["0.0.0.0/0", "::/0"]).allows(None));
        assert!(!list(&["!10.0.0.0/8"]).allows(None));
    }

    #[test]
    fn whether_a_list_lets_in_more_is_told_by_addresses_not_by_words() {
        let covers = |a: &[&str], b: &[&str]| list(a).covers(&list(b));
        assert!(covers(&[], &["10.0.0.0/8"]) && !covers(&["10.0.0.0/8"], &[]));
        assert!(covers(
            &["10.0.0.0/8"],
            &["10.1.0.0/16", "10.2.0.1-10.2.0.9"]
        ));
        assert!(!covers(&["10.0.0.0/9"], &["10.0.0.0/8"]));
        assert!(covers(&["10.0.0.0/9", "10.128.0.0/9"], &["10.0.0.0/8"]));
        assert!(covers(&["10.0.0.0/8"], &["10.0.0.0/8", "!10.1.1.1"]));
        assert!(!covers(&["10.0.0.0/8", "!10.1.1.1"], &["10.0.0.0/8"]));
        assert!(covers(&[], &["0.0.0.0/0", "::/0"]) && !covers(&["0.0.0.0/0", "::/0"], &[]));
        assert!(!covers(&["0.0.0.0/0"], &[]));
        assert!(
            covers(&["!10.0.0.0/8"], &["!10.0.0.0/7"])
                && !covers(&["!10.0.0.0/7"], &["!10.0.0.0/8"])
        );
        assert!(covers(&["!::/1"], &["8000::/1"]) && !covers(&["!::/1"], &["::/0"]));
    }

    /// Random texts made of what addresses are made of never panic, and what is read reads back.
    #[test]
    fn no_text_panics_and_what_is_read_reads_back() {
        const PARTS: [&str; 18] = [
            "1",
            "255",
            "0",
            "ffff",
            "::",
            ":",
            ".",
            "/",
            "-",
            "!",
            " ",
            "%",
            "192.0.2.7",
            "2001:db8::",
            "/24",
            "/128",
            "é",
            "x",
        ];
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        for _ in 0..200_000 {
            let mut text = String::new();
            for _ in 0..(seed >> 61) {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                text += PARTS[usize::try_from(seed % 18).unwrap()];
            }
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            if let Ok(entry) = text.parse::<Entry>() {
                assert_eq!(entry.to_string().parse(), Ok(entry), "{text}");
                assert!(entry.span.first <= entry.span.last, "{text}");
            }
        }
    }
}
