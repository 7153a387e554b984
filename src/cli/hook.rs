//! `derbes hook`: puts a plain git hook in place that scans what is staged, before which a hook that was there runs;
//! and takes it out again.

use std::path::{Path, PathBuf};

use derbes::error::{Error, Result};
use derbes::source::git;

/// By this line a hook is known to be ours.
const MARK: &str = "# derbes hook";

/// What is appended to the name of a hook that was there before.
const BEFORE: &str = ".before-derbes";

/// Puts the hook in place; a second time, it is only brought up to date.
///
/// # Errors
/// No repository; a file that cannot be written.
pub fn install() -> Result<String> {
    let hook = git::hook("pre-commit")?;
    let before = before(&hook);
    let mut told = format!("{} is installed: each commit is scanned first\n", hook.display());
    if let Some(folder) = hook.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(&hook, &error))?;
    }
    if hook.symlink_metadata().is_ok() && !is_ours(&hook) {
        if before.symlink_metadata().is_ok() {
            return Err(Error::new("stands in the way of the hook that is there now").at(before.display().to_string()));
        }
        std::fs::rename(&hook, &before).map_err(|error| failed(&hook, &error))?;
        told += &format!("The hook that was there runs before it, as {}\n", before.display());
    }
    std::fs::write(&hook, script()).map_err(|error| failed(&hook, &error))?;
    executable(&hook).map_err(|error| failed(&hook, &error))?;
    Ok(told)
}

/// Takes the hook out and puts back the one that was there before.
///
/// # Errors
/// No repository; the hook is not ours; a file that cannot be written.
pub fn remove() -> Result<String> {
    let hook = git::hook("pre-commit")?;
    if !is_ours(&hook) {
        return Err(Error::new("there is no hook of derbes").at(hook.display().to_string()));
    }
    std::fs::remove_file(&hook).map_err(|error| failed(&hook, &error))?;
    let before = before(&hook);
    if before.symlink_metadata().is_err() {
        return Ok(format!("{} is removed\n", hook.display()));
    }
    std::fs::rename(&before, &hook).map_err(|error| failed(&hook, &error))?;
    Ok(format!("{} is the hook again that was there before\n", hook.display()))
}

fn before(hook: &Path) -> PathBuf {
    let mut name = hook.file_name().unwrap_or_default().to_owned();
    name.push(BEFORE);
    hook.with_file_name(name)
}

fn is_ours(hook: &Path) -> bool {
    std::fs::read_to_string(hook).is_ok_and(|text| text.lines().any(|line| line.starts_with(MARK)))
}

/// The hook. Where this program is gone the commit is stopped: nothing passes unseen.
fn script() -> String {
    let program = std::env::current_exe().unwrap_or_else(|_| "derbes".into());
    let program = program.display().to_string().replace('\'', "'\\''");
    format!(
        "#!/bin/sh\n\
         {MARK}: scans what is staged. `derbes hook remove` takes it out.\n\
         before=\"$0{BEFORE}\"\n\
         if [ -x \"$before\" ]; then\n  \"$before\" \"$@\" || exit $?\nfi\n\
         derbes=$(command -v derbes || echo '{program}')\n\
         if [ ! -x \"$derbes\" ]; then\n  \
         echo \"derbes is not installed any more: install it, or remove $0\" >&2\n  exit 2\nfi\n\
         exec \"$derbes\" scan --staged\n"
    )
}

#[cfg(unix)]
fn executable(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn failed(file: &Path, error: &std::io::Error) -> Error {
    Error::new(format!("cannot be written: {error}")).at(file.display().to_string())
}
