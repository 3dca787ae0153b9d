//! The engine on threads: what is small where it arrives, what is large on a pool with a bounded queue.

use crate::{
    deadline::{Abandoned, Deadline},
    limits::busy,
    metrics::Metrics,
};
use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    time::Instant,
};
use superbill_core::{Cancel, Scratch, editing, knowledge::KnowledgeBase};
use superbill_store::Handle;
use tokio::sync::Semaphore;
use tonic::Status;

/// Buffers that each thread keeps.
#[derive(Default)]
pub(crate) struct Buffers {
    pub coding: Scratch,
    pub editing: editing::Scratch,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// An answer that a thread of the pool is making.
pub(crate) type Later<A> = Pin<Box<dyn Future<Output = Result<A, Status>> + Send>>;

/// An answer that is there, or that a thread of the pool is making.
pub(crate) enum Begun<A> {
    Now(Result<A, Status>),
    Later(Later<A>),
}

impl<A> Begun<A> {
    pub(crate) async fn wait(self) -> Result<A, Status> {
        match self {
            Self::Now(answer) => answer,
            Self::Later(answer) => answer.await,
        }
    }
}

/// The knowledge base in use and the threads that ask it.
pub(crate) struct Engine {
    pub kb: Arc<Handle>,
    pub metrics: Arc<Metrics>,
    places: Arc<Semaphore>,
}

impl Engine {
    pub(crate) fn new(kb: Arc<Handle>, metrics: Arc<Metrics>, threads: usize, waiting: usize) -> Self {
        Self { kb, metrics, places: Arc::new(Semaphore::new(threads + waiting)) }
    }

    /// Makes an answer of one knowledge base. Handing work to another thread costs more than a small message takes, so that is done for large ones
    /// alone, which would hold up every other call here.
    pub(crate) fn begin<A: Send + 'static>(
        &self,
        small: bool,
        deadline: Deadline,
        work: impl FnOnce(&KnowledgeBase, &mut Buffers, &dyn Cancel) -> Result<A, Status> + Send + 'static,
    ) -> Begun<A> {
        let metrics = Arc::clone(&self.metrics);
        let kb = Arc::clone(&self.kb);
        let make = move |cancel: &dyn Cancel| {
            let started = Instant::now();
            // A fault in one message must not take its neighbours on the connection with it.
            let kb = kb.load();
            let made = catch_unwind(AssertUnwindSafe(|| BUFFERS.with_borrow_mut(|buffers| work(&kb, buffers, cancel))));
            metrics.engine.observe(started.elapsed().as_secs_f64());
            made.unwrap_or_else(|_| Err(Status::internal("the engine failed on this message; others go on")))
        };
        if small {
            return Begun::Now(make(&deadline));
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            self.metrics.refused("queue");
            return Begun::Now(Err(busy("too many large messages wait")));
        };
        let (waiting, abandoned) = Abandoned::new(deadline);
        let queued = Instant::now();
        let metrics = Arc::clone(&self.metrics);
        let made = tokio::task::spawn_blocking(move || {
            let _place = place;
            metrics.queue.observe(queued.elapsed().as_secs_f64());
            if abandoned.cancelled() {
                return Err(Status::deadline_exceeded("the caller's deadline passed while the message waited"));
            }
            make(&abandoned)
        });
        Begun::Later(Box::pin(async move {
            let _waiting = waiting;
            made.await.unwrap_or_else(|_| Err(Status::unavailable("the server is stopping")))
        }))
    }
}
