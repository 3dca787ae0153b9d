//! The caller's deadline, and whether the caller is still there, as a [`Cancel`].

use http::HeaderMap;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use superbill_core::Cancel;
use tonic::metadata::MetadataMap;

/// When the caller stops waiting; `None`: never.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// From the `grpc-timeout` header: up to eight digits and a unit (gRPC over HTTP/2, section Requests).
    pub(crate) fn of(metadata: &MetadataMap) -> Self {
        Self::in_headers(metadata.as_ref())
    }

    pub(crate) fn in_headers(headers: &HeaderMap) -> Self {
        let timeout = headers.get("grpc-timeout").and_then(|value| value.to_str().ok()).and_then(duration);
        Self(timeout.and_then(|timeout| Instant::now().checked_add(timeout)))
    }

    pub(crate) fn at(self) -> Option<Instant> {
        self.0
    }
}

fn duration(timeout: &str) -> Option<Duration> {
    let (digits, unit) = timeout.split_at_checked(timeout.len().checked_sub(1)?)?;
    let amount: u64 = (digits.len() <= 8).then(|| digits.parse().ok())??;
    match unit {
        "H" => Some(Duration::from_secs(amount * 3600)),
        "M" => Some(Duration::from_secs(amount * 60)),
        "S" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_millis(amount)),
        "u" => Some(Duration::from_micros(amount)),
        "n" => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

impl Cancel for Deadline {
    fn cancelled(&self) -> bool {
        self.0.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// A deadline of work on another thread: it has passed as well when nobody waits for the answer any more.
pub(crate) struct Abandoned {
    pub deadline: Deadline,
    left: Arc<AtomicBool>,
}

/// Who waits; dropped when the call is.
pub(crate) struct Waiting(Arc<AtomicBool>);

impl Abandoned {
    pub(crate) fn new(deadline: Deadline) -> (Waiting, Self) {
        let left = Arc::new(AtomicBool::new(false));
        (Waiting(Arc::clone(&left)), Self { deadline, left })
    }
}

impl Cancel for Abandoned {
    fn cancelled(&self) -> bool {
        self.left.load(Ordering::Relaxed) || self.deadline.cancelled()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_of_the_protocol() {
        assert_eq!(duration("1S"), Some(Duration::from_secs(1)));
        assert_eq!(duration("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        assert_eq!(duration("250m"), Some(Duration::from_millis(250)));
        for wrong in ["", "S", "1", "1s", "123456789S", "-1S", "1\u{e9}"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }
}
