//! What a server holds at once, so that load becomes refusals and not memory.

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tonic::{Code, Status, metadata::MetadataValue};
use tonic_types::{ErrorDetails, StatusExt};

/// When to come again; long enough for a queue of small messages to empty.
const RETRY: Duration = Duration::from_millis(200);
const RETRY_MS: &str = "200";

/// `RESOURCE_EXHAUSTED` with google.rpc.RetryInfo, and the header that gRPC's own retries read.
pub(crate) fn busy(what: &str) -> Status {
    let details = ErrorDetails::with_retry_info(Some(RETRY));
    let mut status = Status::with_error_details(Code::ResourceExhausted, format!("{what}: try again later"), details);
    status.metadata_mut().insert("grpc-retry-pushback-ms", MetadataValue::from_static(RETRY_MS));
    status
}

/// How much of something is held, and the most of it.
#[derive(Debug)]
pub(crate) struct Budget {
    held: AtomicUsize,
    most: usize,
}

impl Budget {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { held: AtomicUsize::new(0), most })
    }

    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// A part of it, given back when dropped; none where there is not so much left.
    pub(crate) fn take(self: &Arc<Self>, amount: usize) -> Option<Taken> {
        let taken = Taken { budget: Arc::clone(self), amount: AtomicUsize::new(0) };
        taken.add(amount).then_some(taken)
    }
}

/// A part of a [`Budget`].
#[derive(Debug)]
pub(crate) struct Taken {
    budget: Arc<Budget>,
    amount: AtomicUsize,
}

impl Taken {
    /// Takes more; false where there is not so much left.
    pub(crate) fn add(&self, amount: usize) -> bool {
        if self.budget.held.fetch_add(amount, Ordering::Relaxed) + amount > self.budget.most {
            self.budget.held.fetch_sub(amount, Ordering::Relaxed);
            return false;
        }
        self.amount.fetch_add(amount, Ordering::Relaxed);
        true
    }

    /// Gives back what is over this much: of a stream the messages that are answered are no longer held, whatever they were on the wire.
    pub(crate) fn keep(&self, most: usize) {
        let before = self.amount.fetch_min(most, Ordering::Relaxed);
        self.budget.held.fetch_sub(before.saturating_sub(most), Ordering::Relaxed);
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(*self.amount.get_mut(), Ordering::Relaxed);
    }
}

/// A request body whose bytes count as held.
pub(crate) struct HeldBody {
    pub body: tonic::body::Body,
    pub held: Arc<Taken>,
}

impl Body for HeldBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
            && !self.held.add(data.remaining())
        {
            return Poll::Ready(Some(Err(busy("too many bytes of requests are held"))));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_comes_back() {
        let budget = Budget::new(10);
        let first = budget.take(4).unwrap();
        assert!(budget.take(7).is_none());
        assert!(first.add(6) && !first.add(1));
        first.keep(1);
        assert_eq!(budget.held(), 1);
        first.keep(100);
        assert_eq!(budget.held(), 1);
        drop(budget.take(10));
        drop(first);
        assert_eq!(budget.held(), 0);
    }

    #[test]
    fn a_refusal_says_when_to_come_again() {
        let status = busy("too many calls");
        assert_eq!(status.code(), Code::ResourceExhausted);
        assert_eq!(status.get_details_retry_info().and_then(|r| r.retry_delay), Some(RETRY));
    }
}
