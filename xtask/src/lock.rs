//! Locks on what checkouts share, so that two of them at once neither set it up twice nor see it half done.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
};

use anyhow::{Context, Result};

use crate::paths;

/// Waits until nobody else holds the lock of that name in the cache, and says so when that takes time. The lock is
/// free again when the file is dropped, however this process ends.
pub fn hold(name: &str, doing: &str) -> Result<File> {
    hold_in(&paths::cache()?.join("locks"), name, doing)
}

fn hold_in(folder: &Path, name: &str, doing: &str) -> Result<File> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let path = folder.join(name);
    let cannot = || format!("cannot lock {}", path.display());
    let file = File::options().create(true).append(true).open(&path).with_context(cannot)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("another checkout is {doing}, waiting");
            file.lock().with_context(cannot)?;
        }
        Err(TryLockError::Error(error)) => return Err(error).with_context(cannot),
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panic")]

    use std::{sync::mpsc, thread, time::Duration};

    use super::*;

    #[test]
    fn the_second_waits_until_the_first_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let first = hold_in(folder.path(), "tool", "building the tool").unwrap();
        let (sender, receiver) = mpsc::channel();
        let path = folder.path().to_owned();
        let second = thread::spawn(move || {
            let _held = hold_in(&path, "tool", "building the tool").unwrap();
            sender.send(()).unwrap();
        });
        hold_in(folder.path(), "another tool", "building another tool").unwrap();
        assert!(receiver.recv_timeout(Duration::from_millis(200)).is_err(), "two held it at once");
        drop(first);
        receiver.recv_timeout(Duration::from_secs(60)).unwrap();
        second.join().unwrap();
    }
}
