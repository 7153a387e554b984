//! Dumps of a real Redis server: every value under its key or field, with exact counts, however the server has stored them.

#[path = "common/run.rs"]
mod run;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use derbes::limits::Unpacking;
use run::plan;

/// Keys of each kind.
const KEYS: usize = 500;

/// A server with a folder of its own.
struct Server {
    process: Child,
    folder: PathBuf,
}

impl Server {
    /// None where there is no server.
    fn start(name: &str, settings: &[(&str, &str)]) -> Option<Self> {
        let folder = std::env::temp_dir().join(format!("derbes-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--save", "", "--daemonize", "no", "--dbfilename", "dump.rdb", "--dir"]);
        command.arg(&folder).arg("--unixsocket").arg(folder.join("socket"));
        for (setting, value) in settings {
            command.arg(format!("--{setting}")).arg(value);
        }
        let process = command.stdout(Stdio::null()).spawn().ok()?;
        let server = Self { process, folder };
        for _ in 0..200 {
            if server.folder.join("socket").exists() {
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server does not start");
    }

    /// Sends commands, and saves.
    fn save(&self, commands: &str) -> PathBuf {
        let mut client = Command::new("redis-cli");
        client.arg("-s").arg(self.folder.join("socket")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut client = client.spawn().unwrap();
        let mut input = client.stdin.take().unwrap();
        let commands = format!("{commands}SAVE\n");
        let sending = std::thread::spawn(move || input.write_all(commands.as_bytes()));
        let output = client.wait_with_output().unwrap();
        sending.join().unwrap().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.trim_end().ends_with("OK") && !said.contains("ERR"), "{said}");
        self.folder.join("dump.rdb")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn commands() -> String {
    let mut commands = String::new();
    for i in 0..KEYS {
        let phone = format!("+7701000{i:04}");
        for command in [
            format!("HSET client:{i} phone {phone} mail u{i}@romashka-demo.kz n {i}"),
            format!("SET phone:{i} {phone}"),
            format!("SETEX session:{i} 1000000 '{{\"user\":{{\"phone\":\"{phone}\"}}}}'"),
            format!("RPUSH queue:{} m{i}@romashka-demo.kz", i % 7),
            format!("SADD mails u{i}@romashka-demo.kz"),
            format!("SADD ids {i}"),
            format!("ZADD board {i} z{i}@romashka-demo.kz"),
            format!("XADD calls * phone {phone} n {i}"),
            format!("HSET map {} h{i}@romashka-demo.kz", 70000 + i),
            format!("SET note:{i} '{} {phone}'", "заявка клиента ".repeat(20)),
        ] {
            commands.extend([&command, "\n"]);
        }
    }
    commands
}

fn expected() -> Vec<String> {
    let of = |what: &str| format!("dump.rdb {what} {KEYS}");
    [
        "email $['client:…'].mail",
        "email $.board[*]",
        "email $.mails[*]",
        "email $.map[*]",
        "email $['queue:…'][*]",
        "phone $['client:…'].phone",
        "phone $['phone:…']",
        "phone $['session:…'].user.phone",
        "phone $.calls.phone",
        // Too far from its key.
        "phone",
    ]
    .map(of)
    .into()
}

fn found(path: &Path) -> Vec<String> {
    let run = run::run(&plan(vec![path.to_owned()], Unpacking::default()));
    assert_eq!(run.missed(), [""; 0]);
    assert_eq!(run.summary().bytes_seen, run.summary().bytes_examined);
    assert!(run.findings().iter().all(|f| f.places.len() == 10), "{:?}", run.lines());
    run.lines()
}

#[test]
fn every_value_stands_under_its_key_however_it_is_stored() {
    let tiny = [
        ("hash-max-listpack-entries", "0"),
        ("zset-max-listpack-entries", "0"),
        ("set-max-intset-entries", "0"),
        ("list-max-listpack-size", "1"),
        ("stream-node-max-entries", "3"),
    ];
    let large = [
        ("hash-max-listpack-entries", "10000"),
        ("zset-max-listpack-entries", "10000"),
        ("stream-node-max-entries", "0"),
        ("rdbcompression", "no"),
    ];
    let commands = commands();
    let mut expected = expected();
    expected.sort();
    for (name, settings) in [("usual", &[][..]), ("tiny", &tiny), ("large", &large)] {
        let Some(server) = Server::start(name, settings) else {
            println!("skipped: this needs redis-server and redis-cli");
            return;
        };
        let mut found = found(&server.save(&commands));
        found.sort();
        assert_eq!(found, expected, "{name}");
    }
}
