//! `superbill.v1.Coding`.

use crate::{
    deadline::Deadline,
    gate::code_name,
    logs::{CallId, Pseudonyms},
    pool::{Begun, Engine},
    stream::Answers,
};
use std::{pin::Pin, sync::Arc};
use superbill_core::{coded::CodingError, editing};
use superbill_proto::{
    AnswerError, CheckError, answer, check, check_and_repair,
    v1::{
        self, Check, CodeRequest, CodeResponse, CodeStreamResponse, CodedEncounter, EditRequest, EditResponse, EditStreamResponse,
        code_stream_response, coding_server::Coding, edit_stream_response,
    },
};
use tokio_stream::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

/// Text that is coded where it arrives: about half a millisecond.
const SMALL_TEXT: usize = 16 << 10;

/// Lines of a claim that is checked where it arrives; with repairs, whose search takes longer.
const SMALL_CLAIM: usize = 50;
const SMALL_REPAIR: usize = 4;

pub(crate) struct CodingService {
    pub engine: Arc<Engine>,
    pub stop: CancellationToken,
    pub pseudonyms: Arc<Pseudonyms>,
}

fn of_answer(error: &AnswerError) -> Status {
    match error {
        AnswerError::Encounter(error) => Status::invalid_argument(error.to_string()),
        AnswerError::Coding(error @ (CodingError::TooLong(_) | CodingError::TooManyCodes)) => Status::invalid_argument(error.to_string()),
        AnswerError::Coding(error @ CodingError::Cancelled) => Status::deadline_exceeded(error.to_string()),
        AnswerError::Knowledge(error) => Status::data_loss(error.to_string()),
    }
}

fn of_check(error: &CheckError) -> Status {
    match error {
        CheckError::Claim(error) => Status::invalid_argument(error.to_string()),
        CheckError::Edit(editing::EditError::Knowledge(error)) => Status::data_loss(error.to_string()),
        CheckError::Edit(error @ editing::EditError::NoRules) => Status::failed_precondition(error.to_string()),
    }
}

/// Tells of a message that has no answer: its place, why, and the hash of its id.
struct Failures {
    call: Option<CallId>,
    pseudonyms: Arc<Pseudonyms>,
}

impl Failures {
    fn of<T>(request: &Request<T>, pseudonyms: &Arc<Pseudonyms>) -> Self {
        Self { call: request.extensions().get::<CallId>().copied(), pseudonyms: Arc::clone(pseudonyms) }
    }

    fn tell(&self, id: &str, status: &Status) {
        if tracing::enabled!(target: "superbill", tracing::Level::INFO) {
            let call = self.call.map(|c| c.to_string()).unwrap_or_default();
            let (encounter, code) = (self.pseudonyms.of(id), code_name(status.code()));
            tracing::info!(target: "superbill", call, encounter, code, reason = status.message(), "message not answered");
        }
    }
}

fn begin_code(engine: &Engine, failures: &Arc<Failures>, request: CodeRequest, deadline: Deadline) -> Begun<CodedEncounter> {
    let Some(encounter) = request.encounter else { return Begun::Now(Err(Status::invalid_argument("encounter: required"))) };
    let small = encounter.documents.iter().map(|d| d.text.len()).sum::<usize>() <= SMALL_TEXT;
    let failures = Arc::clone(failures);
    engine.begin(small, deadline, move |kb, buffers, cancel| {
        let answered = answer(kb, &encounter, &mut buffers.coding, cancel);
        answered.map_err(|e| of_answer(&e)).inspect_err(|status| failures.tell(&encounter.id, status))
    })
}

fn begin_edit(engine: &Engine, failures: &Arc<Failures>, request: EditRequest, deadline: Deadline) -> Begun<Check> {
    let Some(claim) = request.claim else { return Begun::Now(Err(Status::invalid_argument("claim: required"))) };
    let most = if request.repair { SMALL_REPAIR } else { SMALL_CLAIM };
    let small = claim.lines.len() + claim.history.len() <= most;
    let failures = Arc::clone(failures);
    engine.begin(small, deadline, move |kb, buffers, cancel| {
        if cancel.cancelled() {
            return Err(Status::deadline_exceeded("the caller's deadline passed"));
        }
        let checked =
            if request.repair { check_and_repair(kb, &claim, &mut buffers.editing) } else { check(kb, &claim, &mut buffers.editing) };
        checked.map_err(|e| of_check(&e)).inspect_err(|status| failures.tell(&claim.id, status))
    })
}

/// A status as a message of a stream.
fn in_stream(status: &Status) -> v1::Status {
    v1::Status { code: status.code() as u32, message: status.message().to_owned() }
}

type Responses<R> = Pin<Box<dyn Stream<Item = Result<R, Status>> + Send>>;

#[tonic::async_trait]
impl Coding for CodingService {
    type CodeStreamStream = Responses<CodeStreamResponse>;
    type EditStreamStream = Responses<EditStreamResponse>;

    async fn code(&self, request: Request<CodeRequest>) -> Result<Response<CodeResponse>, Status> {
        let deadline = Deadline::of(request.metadata());
        let failures = Arc::new(Failures::of(&request, &self.pseudonyms));
        let coded = begin_code(&self.engine, &failures, request.into_inner(), deadline).wait().await?;
        Ok(Response::new(CodeResponse { coded: Some(coded) }))
    }

    async fn code_stream(&self, request: Request<Streaming<CodeRequest>>) -> Result<Response<Self::CodeStreamStream>, Status> {
        const METHOD: &str = "/superbill.v1.Coding/CodeStream";
        let deadline = Deadline::of(request.metadata());
        let failures = Arc::new(Failures::of(&request, &self.pseudonyms));
        let engine = Arc::clone(&self.engine);
        let metrics = Arc::clone(&self.engine.metrics);
        let answers = Answers::new(request, &self.stop, move |request| begin_code(&engine, &failures, request, deadline));
        let response = move |answer: Result<(u64, Result<CodedEncounter, Status>), Status>| {
            let (index, answer) = answer?;
            metrics.answered(METHOD, code_name(answer.as_ref().map_or_else(Status::code, |_| tonic::Code::Ok)));
            let answer = match answer {
                Ok(coded) => code_stream_response::Answer::Coded(coded),
                Err(status) => code_stream_response::Answer::Status(in_stream(&status)),
            };
            Ok(CodeStreamResponse { index, answer: Some(answer) })
        };
        Ok(Response::new(Box::pin(answers.map(response))))
    }

    async fn edit(&self, request: Request<EditRequest>) -> Result<Response<EditResponse>, Status> {
        let deadline = Deadline::of(request.metadata());
        let failures = Arc::new(Failures::of(&request, &self.pseudonyms));
        let check = begin_edit(&self.engine, &failures, request.into_inner(), deadline).wait().await?;
        Ok(Response::new(EditResponse { check: Some(check) }))
    }

    async fn edit_stream(&self, request: Request<Streaming<EditRequest>>) -> Result<Response<Self::EditStreamStream>, Status> {
        const METHOD: &str = "/superbill.v1.Coding/EditStream";
        let deadline = Deadline::of(request.metadata());
        let failures = Arc::new(Failures::of(&request, &self.pseudonyms));
        let engine = Arc::clone(&self.engine);
        let metrics = Arc::clone(&self.engine.metrics);
        let answers = Answers::new(request, &self.stop, move |request| begin_edit(&engine, &failures, request, deadline));
        let response = move |answer: Result<(u64, Result<Check, Status>), Status>| {
            let (index, answer) = answer?;
            metrics.answered(METHOD, code_name(answer.as_ref().map_or_else(Status::code, |_| tonic::Code::Ok)));
            let answer = match answer {
                Ok(check) => edit_stream_response::Answer::Check(check),
                Err(status) => edit_stream_response::Answer::Status(in_stream(&status)),
            };
            Ok(EditStreamResponse { index, answer: Some(answer) })
        };
        Ok(Response::new(Box::pin(answers.map(response))))
    }
}
