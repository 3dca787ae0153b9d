//! `superbill.v1.Coding`.

use crate::deadline::Deadline;
use std::{cell::RefCell, sync::Arc};
use superbill_core::{Scratch, coded::CodingError, editing, knowledge::KnowledgeBase};
use superbill_proto::{
    AnswerError, CheckError, answer, check,
    v1::{CodeRequest, CodeResponse, EditRequest, EditResponse, coding_server::Coding},
};
use tokio::sync::Semaphore;
use tonic::{Request, Response, Status};

/// Encounters that may wait for each one that is being coded; more are refused, so that memory stays bounded.
const WAITING: usize = 64;

/// Lines of a claim that is checked on the transport's own thread.
const SMALL_CLAIM: usize = 50;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
    static EDITING: RefCell<editing::Scratch> = RefCell::default();
}

pub(crate) struct CodingService {
    kb: KnowledgeBase,
    places: Arc<Semaphore>,
}

impl CodingService {
    pub(crate) fn new(kb: KnowledgeBase, threads: usize) -> Self {
        Self { kb, places: Arc::new(Semaphore::new(threads * (1 + WAITING))) }
    }
}

fn status(error: &AnswerError) -> Status {
    match error {
        AnswerError::Encounter(error) => Status::invalid_argument(error.to_string()),
        AnswerError::Coding(error @ (CodingError::TooLong(_) | CodingError::TooManyCodes)) => Status::invalid_argument(error.to_string()),
        AnswerError::Coding(error @ CodingError::Cancelled) => Status::deadline_exceeded(error.to_string()),
        AnswerError::Knowledge(error) => Status::data_loss(error.to_string()),
    }
}

#[tonic::async_trait]
impl Coding for CodingService {
    async fn code(&self, request: Request<CodeRequest>) -> Result<Response<CodeResponse>, Status> {
        let deadline = Deadline::of(request.metadata());
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return Err(Status::resource_exhausted("too many encounters wait: try again later"));
        };
        let encounter = request.into_inner().encounter.ok_or_else(|| Status::invalid_argument("encounter: required"))?;
        let kb = self.kb.clone();
        // Coding takes CPU time that grows with the note; on the transport's threads one long note would hold up every other call.
        let work = tokio::task::spawn_blocking(move || {
            let _place = place;
            SCRATCH.with_borrow_mut(|scratch| answer(&kb, &encounter, scratch, &deadline))
        });
        let coded = work.await.map_err(|_| Status::internal("coding stopped"))?.map_err(|e| status(&e))?;
        Ok(Response::new(CodeResponse { coded: Some(coded) }))
    }

    async fn edit(&self, request: Request<EditRequest>) -> Result<Response<EditResponse>, Status> {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return Err(Status::resource_exhausted("too many claims wait: try again later"));
        };
        let claim = request.into_inner().claim.ok_or_else(|| Status::invalid_argument("claim: required"))?;
        // A claim of a few lines takes less than handing it to another thread; the largest are work of their own.
        let small = claim.lines.len() + claim.history.len() <= SMALL_CLAIM;
        let kb = self.kb.clone();
        let work = move || {
            let _place = place;
            EDITING.with_borrow_mut(|scratch| check(&kb, &claim, scratch))
        };
        let checked =
            if small { work() } else { tokio::task::spawn_blocking(work).await.map_err(|_| Status::internal("editing stopped"))? };
        let refused = |error: CheckError| match error {
            CheckError::Claim(error) => Status::invalid_argument(error.to_string()),
            CheckError::Edit(editing::EditError::Knowledge(error)) => Status::data_loss(error.to_string()),
            CheckError::Edit(error @ editing::EditError::NoRules) => Status::failed_precondition(error.to_string()),
        };
        Ok(Response::new(EditResponse { check: Some(checked.map_err(refused)?) }))
    }
}
