//! Logs as JSON lines without patient data: what is written is chosen field by field, and an encounter's id only as its keyed hash.

use crate::config::Log;
use ring::{hmac, rand};
use std::{
    fmt,
    fs::OpenOptions,
    io::{self, Write},
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
};
use tracing_subscriber::{
    filter::Targets,
    fmt::{MakeWriter, writer::BoxMakeWriter},
    layer::SubscriberExt,
};

/// Lines that may wait for a slow disk; more are lost and counted, since no call waits for a log.
const WAITING: usize = 8192;
/// Of the hash of an id, as hexadecimal: 128 bits.
const HASH_BYTES: usize = 16;

static LOST: AtomicU64 = AtomicU64::new(0);

/// Lines that could not be written.
pub(crate) fn lost() -> u64 {
    LOST.load(Ordering::Relaxed)
}

/// Why logs cannot be kept.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct LogError {
    path: PathBuf,
    problem: io::Error,
}

/// Sends whole lines to the thread that writes them.
#[derive(Clone)]
struct Lines(SyncSender<Vec<u8>>);

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.0.try_send(line.to_vec()).is_err() {
            LOST.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Starts logging for this process, and keeps texts out of the message of a panic. Only what this crate says is logged: libraries print headers.
///
/// # Errors
/// [`LogError`] where the file cannot be opened.
pub(crate) fn start(log: &Log) -> Result<(), LogError> {
    let mut out: Box<dyn Write + Send> = match &log.file {
        None => Box::new(io::stderr()),
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path);
            Box::new(file.map_err(|problem| LogError { path: path.clone(), problem })?)
        }
    };
    let (sender, lines) = sync_channel::<Vec<u8>>(WAITING);
    let writer = move || {
        for line in lines {
            // A full disk costs lines and nothing else.
            if out.write_all(&line).and_then(|()| out.flush()).is_err() {
                LOST.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    let path = log.file.clone().unwrap_or_default();
    std::thread::Builder::new().name("logs".into()).spawn(writer).map_err(|problem| LogError { path, problem })?;
    let layer = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false);
    let subscriber = tracing_subscriber::registry()
        .with(layer.with_writer(BoxMakeWriter::new(Lines(sender))))
        .with(Targets::new().with_target("superbill", log.level));
    // A process that logs already goes on as it does.
    let _ = tracing::subscriber::set_global_default(subscriber);
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
        tracing::error!(target: "superbill", place, "a fault in the program");
    }));
    Ok(())
}

/// Hashes encounter ids with a key, so that lines about one encounter can be found by those who have its id and the key.
pub(crate) struct Pseudonyms(hmac::Key);

impl Pseudonyms {
    /// With the key of a file, else with another one at each start.
    ///
    /// # Errors
    /// [`LogError`] where the file cannot be read or is too short.
    pub(crate) fn new(log: &Log) -> Result<Self, LogError> {
        let Some(path) = &log.key_file else {
            let key = hmac::Key::generate(hmac::HMAC_SHA256, &rand::SystemRandom::new());
            let path = PathBuf::from("log.key_file");
            return key.map(Self).map_err(|_| LogError { path, problem: io::Error::other("the system gives no random key") });
        };
        let wrong = |problem| LogError { path: path.clone(), problem };
        let key = std::fs::read(path).map_err(wrong)?;
        if key.len() < 32 {
            return Err(wrong(io::Error::other("expected at least 32 bytes")));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &key)))
    }

    pub(crate) fn of(&self, id: &str) -> String {
        let tag = hmac::sign(&self.0, id.as_bytes());
        tag.as_ref().iter().take(HASH_BYTES).fold(String::with_capacity(2 * HASH_BYTES), |hex, byte| hex + &format!("{byte:02x}"))
    }
}

/// What a call is known by in logs, and to its caller where it fails: a part of this start, and a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallId(u64);

impl CallId {
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        static START: OnceLock<u32> = OnceLock::new();
        let start = START.get_or_init(|| {
            let mut bytes = [0; 4];
            // Without chance, ids of two starts may be the same; calls go on.
            let _ = rand::SecureRandom::fill(&rand::SystemRandom::new(), &mut bytes);
            u32::from_le_bytes(bytes)
        });
        write!(out, "{start:08x}-{:x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_hashed_with_the_key_and_not_told() {
        let log = Log { level: tracing::Level::INFO, file: None, calls: crate::config::Logged::None, key_file: None };
        let (one, other) = (Pseudonyms::new(&log).unwrap(), Pseudonyms::new(&log).unwrap());
        assert_eq!(one.of("MRN 12345"), one.of("MRN 12345"));
        assert_ne!(one.of("MRN 12345"), other.of("MRN 12345"));
        assert_eq!(one.of("MRN 12345").len(), 32);
    }
}
