//! libtorch for the crank: PyTorch's CPU libraries from PyPI, laid out as the `tch` crate expects them.
//!
//! The wheel's own `libtorch.so` pulls in CUDA. Here it is a link to `libtorch_cpu.so`, which needs no more of
//! NVIDIA's software than two small libraries, and no GPU.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use super::wheel::{Wheel, unpack};
use crate::{files, lock, paths, ui::Step};

/// The version that tch 0.26 is written for.
const VERSION: &str = "2.13.0";
const TORCH: Wheel = Wheel {
    package: "torch",
    version: VERSION,
    platform: "manylinux_2_28_x86_64",
    python: "cp311",
    sha256: "60fcdcb2f3876e21146cb4524ef06397d727ca9ad5f020818547e25075fe3cb7",
};
const CUDA_RUNTIME: Wheel = Wheel {
    package: "nvidia-cuda-runtime",
    version: "13.5.37",
    platform: "manylinux2014_x86_64",
    python: "py3",
    sha256: "df2b79a8852f10d1fef8c848489c49eebb5754051bf870202a862831412b179d",
};
const CUDA_CUPTI: Wheel = Wheel {
    package: "nvidia-cuda-cupti",
    version: "13.5.25",
    platform: "manylinux_2_25_x86_64",
    python: "py3",
    sha256: "9dcca41c12a734192b14e7128ae116bc9ce1b9da686e2ebf48ae7a4415f76650",
};
/// Members of the wheels that become files of our `lib`.
const LIBRARIES: [&str; 5] = [
    "torch/lib/libtorch_cpu.so",
    "torch/lib/libc10.so",
    "torch/lib/libgomp.so.1",
    "nvidia/cu13/lib/libcudart.so.13",
    "nvidia/cu13/lib/libcupti.so.13",
];

/// The libtorch folder: `LIBTORCH` if that is set, else the one in the cache, fetched when absent.
pub fn ensure_libtorch() -> Result<PathBuf> {
    if let Some(given) = env::var_os("LIBTORCH").map(PathBuf::from) {
        ensure!(
            given.join("lib/libtorch_cpu.so").exists(),
            "LIBTORCH is {}, which has no lib/libtorch_cpu.so",
            given.display()
        );
        return Ok(given);
    }
    let folder = folder()?;
    if folder.is_dir() {
        return Ok(folder);
    }
    let _lock = lock::hold("libtorch", "setting up libtorch")?;
    if folder.is_dir() {
        return Ok(folder);
    }
    let downloads = paths::cache()?.join("wheels");
    let wheels =
        [TORCH, CUDA_RUNTIME, CUDA_CUPTI].iter().map(|wheel| wheel.download(&downloads)).collect::<Result<Vec<_>>>()?;
    let step = Step::start("unpacking libtorch");
    files::complete_folder(&folder, |partial| {
        for wheel in &wheels {
            unpack(wheel, partial, place)?;
        }
        finish_layout(partial)
    })?;
    for wheel in &wheels {
        fs::remove_file(wheel).with_context(|| format!("cannot remove {}", wheel.display()))?;
    }
    step.done();
    Ok(folder)
}

/// Where libtorch lies in the cache, whether it is there or not.
pub fn folder() -> Result<PathBuf> {
    Ok(paths::cache()?.join(format!("libtorch-{VERSION}")))
}

fn place(member: &str) -> Option<PathBuf> {
    if let Some(header) = member.strip_prefix("torch/include/") {
        return Some(Path::new("include").join(header));
    }
    let library = LIBRARIES.iter().find(|library| **library == member)?;
    Some(Path::new("lib").join(Path::new(library).file_name()?))
}

fn finish_layout(folder: &Path) -> Result<()> {
    for library in LIBRARIES {
        let name = Path::new(library).file_name().unwrap_or_default();
        ensure!(folder.join("lib").join(name).is_file(), "the wheels hold no {library}");
    }
    symlink("libtorch_cpu.so", folder.join("lib/libtorch.so"))?;
    Ok(fs::write(folder.join("build-version"), format!("{VERSION}\n"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_headers_and_the_cpu_libraries_are_kept() {
        assert_eq!(place("torch/include/ATen/ATen.h"), Some("include/ATen/ATen.h".into()));
        assert_eq!(place("torch/lib/libc10.so"), Some("lib/libc10.so".into()));
        assert_eq!(place("nvidia/cu13/lib/libcudart.so.13"), Some("lib/libcudart.so.13".into()));
        assert_eq!(place("torch/lib/libtorch.so"), None);
        assert_eq!(place("torch/lib/libtorch_cuda.so"), None);
    }
}
