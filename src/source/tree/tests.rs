use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// A folder of its own for each test, outside any repository, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(files: &[&str]) -> Self {
        Self::at(&std::env::temp_dir(), files)
    }

    fn at(place: &Path, files: &[&str]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = Self(place.join(format!("derbes-tree-{}-{number}", std::process::id())));
        for file in files {
            folder.write(file, "");
        }
        folder
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.join(below)
    }

    fn list(&self, below: &[&str], walk: &Walk) -> Listing {
        let paths: Vec<_> = below.iter().map(|below| self.path(below)).collect();
        list(&paths, walk, 2)
    }

    fn shown<'a>(&self, origin: &'a Origin) -> &'a str {
        let folder = Origin::file(&self.0);
        origin.as_str().strip_prefix(folder.as_str()).unwrap().trim_start_matches('/')
    }

    fn targets<'a>(&self, listing: &'a Listing) -> Vec<&'a str> {
        listing.targets.iter().map(|target| self.shown(&target.origin)).collect()
    }

    fn skipped<'a>(&self, listing: &'a Listing) -> Vec<(&'a str, &'a str)> {
        listing.skipped.iter().map(|skipped| (self.shown(&skipped.path), skipped.reason.as_str())).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const FOLLOW: Walk = Walk { ignore: true, follow: true };

#[test]
fn hidden_files_are_listed_in_order_and_git_is_not_entered() {
    let folder = Folder::new(&["b/c", "b.d", "a", ".env", ".git/config", "sub/.git", "sub/.x/y"]);
    let listing = folder.list(&[""], &Walk::default());
    assert_eq!(folder.targets(&listing), [".env", "a", "b.d", "b/c", "sub/.x/y"]);
    assert_eq!((listing.skipped, listing.problems, listing.missing), Default::default());
}

#[test]
fn ignore_files_count_outside_a_repository() {
    let folder = Folder::new(&["a.log", "b.log", "c.tmp", "d.bak", "sub/a.log", "sub/e"]);
    folder.write(".gitignore", "*.tmp\n");
    folder.write(".ignore", "*.bak\n");
    folder.write(".derbesignore", "*.log\n!b.log\n[\n");
    let listing = folder.list(&[""], &Walk::default());
    assert_eq!(folder.targets(&listing), [".derbesignore", ".gitignore", ".ignore", "b.log", "sub/e"]);
    assert_eq!(listing.problems, []);
    let listing = folder.list(&[""], &Walk { ignore: false, follow: false });
    assert_eq!(listing.targets.len(), 9);
    // What stands above the named folder is not part of the input.
    let listing = folder.list(&["sub"], &Walk::default());
    assert_eq!(folder.targets(&listing), ["sub/a.log", "sub/e"]);
}

#[test]
fn in_a_repository_parent_folders_and_its_excludes_count() {
    let folder = Folder::new(&[".git/HEAD", "sub/a.log", "sub/b.tmp", "sub/c.bak", "sub/d"]);
    folder.write(".gitignore", "*.log\n");
    folder.write(".git/info/exclude", "*.tmp\n");
    folder.write(".derbesignore", "*.bak\n");
    let listing = folder.list(&["sub"], &Walk::default());
    assert_eq!(folder.targets(&listing), ["sub/d"]);
}

#[test]
fn what_is_named_is_listed_though_ignored() {
    let folder = Folder::new(&["build/x", "a.log", ".git/config"]);
    folder.write(".gitignore", "build\n*.log\n");
    let listing = folder.list(&["build", "a.log", ".git/config"], &Walk::default());
    assert_eq!(folder.targets(&listing), [".git/config", "a.log", "build/x"]);
}

#[test]
fn a_file_reached_twice_is_one_target() {
    let folder = Folder::new(&["a/b", "a/c/d"]);
    let listing = folder.list(&["a", "a/b", "a/c/../b", "a//c/", "./a"], &Walk::default());
    assert_eq!(folder.targets(&listing), ["a/b", "a/c/d"]);
    let listing = list(&["-".into(), "-".into()], &Walk::default(), 1);
    assert_eq!(listing.targets, [Target::stdin()]);
}

#[test]
fn the_listing_does_not_depend_on_threads() {
    let files: Vec<_> = (0..300).map(|number| format!("{}/{}/{number}", number % 7, number % 5)).collect();
    let folder = Folder::new(&files.iter().map(String::as_str).collect::<Vec<_>>());
    let one = list(&[folder.path("")], &Walk::default(), 1);
    assert_eq!(one.targets.len(), 300);
    for threads in [0, 2, 8] {
        assert_eq!(list(&[folder.path("")], &Walk::default(), threads), one);
    }
}

#[test]
fn what_does_not_exist_is_missing_and_the_rest_is_listed() {
    let folder = Folder::new(&["a"]);
    let listing = list(&[folder.path("none"), folder.path("a"), folder.path("a/b"), "".into()], &Walk::default(), 2);
    assert_eq!(folder.targets(&listing), ["a"]);
    let missing: Vec<_> = listing.missing.iter().map(|error| (error.place.is_some(), error.message.as_str())).collect();
    assert_eq!(
        missing,
        [(true, "no such file or folder"), (true, "no such file or folder"), (false, "a path is empty")]
    );
    assert_eq!(listing.missing[0].place, Some(folder.path("none").display().to_string()));
}

#[test]
fn a_folder_that_cannot_be_read_is_a_problem() {
    let mut listing = Listing::default();
    let denied = ignore::Error::Io(io::Error::from(io::ErrorKind::PermissionDenied));
    let error = ignore::Error::WithPath { path: "./a/b".into(), err: Box::new(denied) };
    listing.fail_entry(None, &ignore::Error::WithDepth { depth: 1, err: Box::new(error) });
    let message = "cannot be listed: permission denied".to_owned();
    assert_eq!(
        listing.problems,
        [Problem { path: Origin::file(Path::new("a/b")), message, examined: 0, incomplete: true }]
    );
}

#[test]
fn paths_are_shown_relative_where_they_can_be() {
    let current = Path::new("/nowhere/project");
    for (given, shown) in [
        (".", "."),
        ("./", "."),
        ("src/", "src"),
        ("./src//main.rs", "src/main.rs"),
        ("a/../b", "b"),
        ("a/..", "."),
        ("/nowhere/project/src", "src"),
        ("/nowhere/project", "."),
        ("../project/src", "src"),
        ("../other/./x", "../other/x"),
        ("../../nowhere/project2", "../../nowhere/project2"),
        ("/elsewhere/../nowhere/x/", "/nowhere/x"),
        ("/../x", "/x"),
    ] {
        assert_eq!(tidy(Path::new(given), current), Path::new(shown), "{given}");
    }
}

#[test]
fn the_current_folder_gives_no_leading_dot() {
    // Tests run in the package's folder.
    for given in [PathBuf::from("."), PathBuf::from("./src/../src"), std::env::current_dir().unwrap()] {
        let listing = list(std::slice::from_ref(&given), &Walk::default(), 2);
        let target = listing.targets.iter().find(|target| target.origin.as_str() == "src/lib.rs").unwrap();
        assert_eq!(target.store, Store::File("src/lib.rs".into()), "{}", given.display());
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    #[test]
    fn symlinks_in_a_folder_are_skipped_unless_followed() {
        let folder = Folder::new(&["in/a", "out/b"]);
        symlink(folder.path("out"), folder.path("in/folder")).unwrap();
        symlink("a", folder.path("in/file")).unwrap();
        symlink("none", folder.path("in/nowhere")).unwrap();
        symlink("itself", folder.path("in/itself")).unwrap();
        let listing = folder.list(&["in"], &Walk::default());
        assert_eq!(folder.targets(&listing), ["in/a"]);
        let skipped = ["in/file", "in/folder", "in/itself", "in/nowhere"].map(|path| (path, "symlink"));
        assert_eq!(folder.skipped(&listing), skipped);
        let listing = folder.list(&["in"], &FOLLOW);
        assert_eq!(folder.targets(&listing), ["in/a", "in/file", "in/folder/b"]);
        let skipped = ["in/itself", "in/nowhere"].map(|path| (path, "symlink that leads nowhere"));
        assert_eq!(folder.skipped(&listing), skipped);
    }

    #[test]
    fn a_loop_of_symlinks_ends() {
        let folder = Folder::new(&["a/b/c"]);
        symlink("../..", folder.path("a/b/up")).unwrap();
        let listing = folder.list(&[""], &FOLLOW);
        assert_eq!(folder.targets(&listing), ["a/b/c"]);
        assert_eq!(folder.skipped(&listing), [("a/b/up", "symlink loop")]);
    }

    #[test]
    fn a_named_symlink_is_followed() {
        let folder = Folder::new(&["out/b", "c"]);
        fs::create_dir(folder.path("in")).unwrap();
        symlink("../out", folder.path("in/folder")).unwrap();
        symlink("../c", folder.path("in/file")).unwrap();
        symlink("none", folder.path("in/nowhere")).unwrap();
        let listing = folder.list(&["in/folder", "in/file", "in/nowhere"], &Walk::default());
        assert_eq!(folder.targets(&listing), ["in/file", "in/folder/b"]);
        assert_eq!(listing.missing[0].message, "this symlink leads nowhere");
        let listing = folder.list(&["in", "in/folder/", "in/file"], &Walk::default());
        assert_eq!(folder.targets(&listing), ["in/file", "in/folder/b"]);
        assert_eq!(folder.skipped(&listing), [("in/nowhere", "symlink")]);
    }

    #[test]
    fn the_parent_of_a_symlink_is_where_it_leads() {
        let folder = Folder::new(&["out/sub/b", "out/a", "a"]);
        symlink("out/sub", folder.path("link")).unwrap();
        let listing = folder.list(&["link/../a", "out/../a"], &Walk::default());
        assert_eq!(folder.targets(&listing), ["a", "link/../a"]);
    }

    #[test]
    fn special_files_are_skipped_unopened() {
        let folder = Folder::new(&["a"]);
        assert!(Command::new("mkfifo").arg(folder.path("pipe")).status().unwrap().success());
        let _socket = UnixListener::bind(folder.path("socket")).unwrap();
        let skipped = [("pipe", "fifo"), ("socket", "socket")];
        for named in [&[""][..], &["a", "pipe", "socket"]] {
            let listing = folder.list(named, &FOLLOW);
            assert_eq!(folder.targets(&listing), ["a"]);
            assert_eq!(folder.skipped(&listing), skipped);
        }
        let listing = list(&["/dev/null".into()], &Walk::default(), 1);
        assert_eq!((listing.skipped[0].path.as_str(), listing.skipped[0].reason.as_str()), ("/dev/null", "device"));
    }

    #[test]
    fn names_that_are_not_utf8_are_listed_each() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let folder = Folder::new(&["a", "-"]);
        for name in [&b"\xFF"[..], b"\xFE", br"\xFF"] {
            fs::write(folder.0.join(OsStr::from_bytes(name)), "").unwrap();
        }
        let listing = folder.list(&[""], &Walk::default());
        assert_eq!(folder.targets(&listing), ["-", r"\xFE", r"\xFF", r"\xFF", "a"]);
    }
}
