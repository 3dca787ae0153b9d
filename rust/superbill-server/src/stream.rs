//! Messages of a stream -> answers, in order, one for each.

use crate::{
    auth::Until,
    auth::unauthenticated,
    limits::Taken,
    pool::{Begun, Later},
};
use prost::Message;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};
use tokio_stream::Stream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::{Status, Streaming};

/// Work after which other calls on the same thread have their turn.
const TURN: Duration = Duration::from_micros(500);

/// What may have come of the next message when one is taken.
const FRAME: usize = 64 << 10;

/// Answers to the messages of one stream. It is polled when there is room for an answer, so a reader that is slow slows its own stream and holds no
/// more than one message.
pub(crate) struct Answers<Q, A, W> {
    requests: Streaming<Q>,
    begin: W,
    later: Option<Later<A>>,
    index: u64,
    held: Option<Arc<Taken>>,
    until: Option<Until>,
    stopping: Pin<Box<WaitForCancellationFutureOwned>>,
    turn: Option<Instant>,
    ended: bool,
}

impl<Q, A, W> Answers<Q, A, W> {
    pub(crate) fn new(request: tonic::Request<Streaming<Q>>, stop: &CancellationToken, begin: W) -> Self {
        let held = request.extensions().get::<Arc<Taken>>().cloned();
        let until = request.extensions().get::<Until>().copied();
        Self {
            requests: request.into_inner(),
            begin,
            later: None,
            index: 0,
            held,
            until,
            stopping: Box::pin(stop.clone().cancelled_owned()),
            turn: None,
            ended: false,
        }
    }

    /// The answer of the message in work, with its place.
    fn answer(&mut self, answer: Result<A, Status>) -> (u64, Result<A, Status>) {
        if let Some(held) = &self.held {
            held.keep(FRAME);
        }
        let index = self.index;
        self.index += 1;
        (index, answer)
    }
}

impl<Q, A, W> Stream for Answers<Q, A, W>
where
    Q: Message + Default + Unpin + 'static,
    A: Unpin,
    W: FnMut(Q) -> Begun<A> + Unpin,
{
    type Item = Result<(u64, Result<A, Status>), Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.ended {
            return Poll::Ready(None);
        }
        if let Some(later) = &mut this.later {
            let answer = ready!(later.as_mut().poll(context));
            this.later = None;
            return Poll::Ready(Some(Ok(this.answer(answer))));
        }
        if this.turn.is_some_and(|began| began.elapsed() > TURN) {
            this.turn = None;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let end = |this: &mut Self, status| {
            this.ended = true;
            Poll::Ready(Some(Err(status)))
        };
        match Pin::new(&mut this.requests).poll_next(context) {
            Poll::Ready(Some(Ok(request))) => {
                if this.until.is_some_and(Until::has_passed) {
                    return end(this, unauthenticated());
                }
                this.turn.get_or_insert_with(Instant::now);
                if let Some(held) = &this.held {
                    held.keep(request.encoded_len() + FRAME);
                }
                match (this.begin)(request) {
                    Begun::Now(answer) => Poll::Ready(Some(Ok(this.answer(answer)))),
                    Begun::Later(later) => {
                        this.later = Some(later);
                        self.poll_next(context)
                    }
                }
            }
            Poll::Ready(Some(Err(status))) => end(this, status),
            Poll::Ready(None) => {
                this.ended = true;
                Poll::Ready(None)
            }
            Poll::Pending => {
                this.turn = None;
                if this.stopping.as_mut().poll(context).is_ready() {
                    return end(this, Status::unavailable("the server is stopping: what has no answer was not worked on"));
                }
                Poll::Pending
            }
        }
    }
}
