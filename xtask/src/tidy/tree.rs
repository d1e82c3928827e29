//! The files of the repository that git knows.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use super::source::Source;

/// A text file.
#[derive(Debug)]
pub struct File {
    /// From the root of the repository.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// All text files, and the Rust sources among them.
#[derive(Debug, Default)]
pub struct Tree {
    files: Vec<File>,
    sources: Vec<Source>,
}

impl Tree {
    /// The files of the repository at `root`, new ones that git does not ignore included.
    pub fn of_repository(root: &Path) -> Result<Self> {
        let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
        let listed = Command::new("git").args(arguments).current_dir(root).output().context("git does not run")?;
        ensure!(listed.status.success(), "git ls-files failed: {}", String::from_utf8_lossy(&listed.stderr));
        let paths = String::from_utf8(listed.stdout).context("a path is not UTF-8")?;
        let mut tree = Self::default();
        for path in paths.split_terminator('\0').filter(|path| root.join(path).is_file()) {
            let bytes = fs::read(root.join(path)).with_context(|| format!("cannot read {path}"))?;
            if let Ok(text) = String::from_utf8(bytes) {
                tree.add(path, text);
            }
        }
        Ok(tree)
    }

    /// A repository of these paths and texts.
    #[cfg(test)]
    pub fn of_texts(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        files.iter().for_each(|(path, text)| tree.add(path, (*text).to_owned()));
        tree
    }

    fn add(&mut self, path: &str, text: String) {
        if path.ends_with(".rs") {
            self.sources.push(Source::new(path, &text));
        }
        self.files.push(File { path: path.to_owned(), text });
    }

    /// Every text file.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// Every Rust source.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The text of the file at `path`.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// The folders that hold a package.
    pub fn packages(&self) -> impl Iterator<Item = (&str, &str)> {
        let manifests = self.files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
        let packages = manifests.filter(|file| file.text.lines().any(|line| line == "[package]"));
        packages.map(|file| (file.path.trim_end_matches("/Cargo.toml"), file.text.as_str()))
    }

    /// The folder of the package that `path` belongs to.
    pub fn package_of(&self, path: &str) -> Option<&str> {
        let homes = self.packages().map(|(folder, _)| folder);
        homes
            .filter(|folder| path.strip_prefix(*folder).is_some_and(|rest| rest.starts_with('/')))
            .max_by_key(|home| home.len())
    }
}
