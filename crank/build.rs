//! Gives the crank's binaries and tests a run path to libtorch, so that they start without `LD_LIBRARY_PATH`.

use std::{env, path::PathBuf};

fn main() {
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    println!("cargo:rerun-if-env-changed=LIBTORCH_LIB");
    // torch-sys links against the same folder: `LIBTORCH_LIB` if set, else `LIBTORCH`, each with `lib` below it.
    let root = env::var_os("LIBTORCH_LIB").or_else(|| env::var_os("LIBTORCH"));
    if let Some(root) = root {
        let lib_dir = PathBuf::from(root).join("lib");
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", lib_dir.display());
    }
}
