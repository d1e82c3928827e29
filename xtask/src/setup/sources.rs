//! Reads the machine's own apt sources, to learn which Debian mirror it uses and which keyring it trusts.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The keyring of a Debian machine whose sources name none.
const DEFAULT_KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// A Debian archive this machine already uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Address of the mirror, as apt writes it.
    pub uri: String,
    /// The keyring that its release files are checked against.
    pub signed_by: PathBuf,
}

/// Finds the main archive in `/etc/apt`.
pub fn machine_archive() -> Result<Archive> {
    find_in(Path::new("/etc/apt"))
        .context("no Debian archive in /etc/apt; install the Solana tools and use `--route standard` instead")
}

fn find_in(apt: &Path) -> Option<Archive> {
    let mut files = vec![apt.join("sources.list")];
    let parts = fs::read_dir(apt.join("sources.list.d")).into_iter().flatten().flatten().map(|entry| entry.path());
    files.extend(parts);
    files.sort();
    files.iter().find_map(|file| {
        let text = fs::read_to_string(file).ok()?;
        match file.extension()?.to_str()? {
            "list" => parse_one_line(&text),
            "sources" => parse_deb822(&text),
            _ => None,
        }
    })
}

/// The main archive in the one-line format: `deb [options] uri suite components...`.
fn parse_one_line(text: &str) -> Option<Archive> {
    text.lines().find_map(|line| {
        let rest = line.split('#').next()?.trim().strip_prefix("deb ")?.trim();
        let (options, rest) = match rest.strip_prefix('[') {
            Some(bracketed) => bracketed.split_once(']')?,
            None => ("", rest),
        };
        let mut words = rest.split_whitespace();
        let (uri, suite) = (words.next()?, words.next()?);
        let signed_by = options.split_whitespace().find_map(|option| option.strip_prefix("signed-by="));
        archive(uri, suite, words, signed_by)
    })
}

/// The main archive in the stanza format of `.sources` files.
fn parse_deb822(text: &str) -> Option<Archive> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    lines.split(|line| line.trim().is_empty()).find_map(|stanza| {
        let field = |name: &str| {
            stanza.iter().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case(name).then(|| value.trim())
            })
        };
        let binary = field("Types")?.split_whitespace().any(|kind| kind == "deb");
        let enabled = field("Enabled").is_none_or(|value| value != "no");
        let uri = field("URIs")?.split_whitespace().next()?;
        let suite = field("Suites")?.split_whitespace().next()?;
        let found = archive(uri, suite, field("Components")?.split_whitespace(), field("Signed-By"))?;
        (binary && enabled).then_some(found)
    })
}

/// Keeps only Debian's main archive: component `main`, not the security one, at an address that ends in
/// `debian`, as every mirror's does.
fn archive<'a>(
    uri: &str,
    suite: &str,
    mut components: impl Iterator<Item = &'a str>,
    key: Option<&str>,
) -> Option<Archive> {
    let main = components.any(|component| component == "main");
    let debian = uri.trim_end_matches('/').ends_with("debian") && !suite.contains("security");
    // A key given inline, not as a file, is of no use to a second sources file.
    let signed_by = key.filter(|key| key.starts_with('/')).unwrap_or(DEFAULT_KEYRING);
    (main && debian).then(|| Archive { uri: uri.to_owned(), signed_by: PathBuf::from(signed_by) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panic")]

    use super::*;

    fn mirror(signed_by: &str) -> Option<Archive> {
        Some(Archive { uri: "http://mirror.example/debian".into(), signed_by: signed_by.into() })
    }

    #[test]
    fn the_stanza_format_gives_mirror_and_keyring() {
        let text = "# first\nTypes: deb\nURIs: http://mirror.example/debian-security\nSuites: bookworm-security\nComponents: main\n\n\
                    Types: deb deb-src\n# snapshot: http://other.example/debian\nURIs: http://mirror.example/debian\n\
                    Suites: bookworm bookworm-updates\nComponents: main contrib\nSigned-By: /keys/debian.gpg\n";
        assert_eq!(parse_deb822(text), mirror("/keys/debian.gpg"));
    }

    #[test]
    fn a_disabled_or_source_only_stanza_does_not_count() {
        let stanza = "URIs: http://mirror.example/debian\nSuites: sid\nComponents: main\n";
        assert_eq!(parse_deb822(&format!("Types: deb\n{stanza}")), mirror(DEFAULT_KEYRING));
        assert_eq!(parse_deb822(&format!("Types: deb-src\n{stanza}")), None);
        assert_eq!(parse_deb822(&format!("Enabled: no\nTypes: deb\n{stanza}")), None);
    }

    #[test]
    fn the_one_line_format_gives_mirror_and_keyring() {
        let text = "#deb http://old.example/debian sid main\ndeb https://apt.example/node nodistro main\n\
                    deb [arch=amd64 signed-by=/keys/d.gpg] http://mirror.example/debian bookworm main contrib\n";
        assert_eq!(parse_one_line(text), mirror("/keys/d.gpg"));
        assert_eq!(parse_one_line("deb http://mirror.example/debian bookworm main"), mirror(DEFAULT_KEYRING));
        assert_eq!(parse_one_line("deb http://mirror.example/ubuntu noble main"), None);
        assert_eq!(parse_one_line("deb [broken http://mirror.example/debian bookworm main"), None);
    }

    #[test]
    fn files_with_another_ending_are_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let parts = folder.path().join("sources.list.d");
        fs::create_dir(&parts).unwrap();
        fs::write(parts.join("a.list.disabled"), "deb http://no.example/debian sid main").unwrap();
        assert_eq!(find_in(folder.path()), None);
        fs::write(folder.path().join("sources.list"), "deb http://mirror.example/debian bookworm main").unwrap();
        assert_eq!(find_in(folder.path()), mirror(DEFAULT_KEYRING));
    }
}
