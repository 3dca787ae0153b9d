//! `superbill.v1.Terminology`.

use crate::{
    deadline::Deadline,
    pool::{Buffers, Engine},
};
use std::sync::Arc;
use superbill_core::{Cancel, knowledge::KnowledgeBase};
use superbill_proto::{
    terminology::{self, TerminologyError},
    v1::{
        ChildrenRequest, ChildrenResponse, LookupRequest, LookupResponse, MatchRequest, MatchResponse, ReleasesRequest, ReleasesResponse,
        RulesRequest, RulesResponse, SearchRequest, SearchResponse, TranslateRequest, TranslateResponse, ValidateRequest, ValidateResponse,
        terminology_server::Terminology,
    },
};
use tonic::{Request, Response, Status};

/// Codes or concepts that are looked up where they arrive.
const SMALL_LIST: usize = 32;
/// Text that is matched where it arrives.
const SMALL_TEXT: usize = 64 << 10;

pub(crate) struct TerminologyService(pub Arc<Engine>);

fn refused(error: &TerminologyError) -> Status {
    match error {
        TerminologyError::Request(error) => Status::invalid_argument(error.to_string()),
        TerminologyError::Knowledge(error) => Status::data_loss(error.to_string()),
        TerminologyError::NotLoaded(_) => Status::failed_precondition(error.to_string()),
        TerminologyError::NoSuchRule => Status::not_found(error.to_string()),
    }
}

impl TerminologyService {
    async fn ask<Q: Send + 'static, A: Send + 'static>(
        &self,
        request: Request<Q>,
        small: impl FnOnce(&Q) -> bool,
        work: impl FnOnce(&KnowledgeBase, &Q, &mut Buffers) -> Result<A, TerminologyError> + Send + 'static,
    ) -> Result<Response<A>, Status> {
        let deadline = Deadline::of(request.metadata());
        let request = request.into_inner();
        let begun = self.0.begin(small(&request), deadline, move |kb, buffers, cancel: &dyn Cancel| {
            if cancel.cancelled() {
                return Err(Status::deadline_exceeded("the caller's deadline passed"));
            }
            work(kb, &request, buffers).map_err(|e| refused(&e))
        });
        begun.wait().await.map(Response::new)
    }
}

#[tonic::async_trait]
impl Terminology for TerminologyService {
    async fn lookup(&self, request: Request<LookupRequest>) -> Result<Response<LookupResponse>, Status> {
        self.ask(request, |q| q.codes.len() <= SMALL_LIST, |kb, q, _| terminology::lookup(kb, q)).await
    }

    async fn search(&self, request: Request<SearchRequest>) -> Result<Response<SearchResponse>, Status> {
        self.ask(request, |_| true, |kb, q, _| terminology::search(kb, q)).await
    }

    async fn r#match(&self, request: Request<MatchRequest>) -> Result<Response<MatchResponse>, Status> {
        self.ask(request, |q| q.text.len() <= SMALL_TEXT, |kb, q, b| terminology::term_matches(kb, q, &mut b.coding)).await
    }

    async fn translate(&self, request: Request<TranslateRequest>) -> Result<Response<TranslateResponse>, Status> {
        self.ask(request, |q| q.concepts.len() <= SMALL_LIST, |kb, q, _| terminology::translate(kb, q)).await
    }

    async fn validate(&self, request: Request<ValidateRequest>) -> Result<Response<ValidateResponse>, Status> {
        self.ask(request, |_| true, |kb, q, _| terminology::validate(kb, q)).await
    }

    async fn children(&self, request: Request<ChildrenRequest>) -> Result<Response<ChildrenResponse>, Status> {
        // Everything below a code can be a chapter.
        self.ask(request, |q| q.which.is_none(), |kb, q, _| terminology::children(kb, q)).await
    }

    async fn releases(&self, request: Request<ReleasesRequest>) -> Result<Response<ReleasesResponse>, Status> {
        self.ask(request, |_| true, |kb, _, _| terminology::releases(kb)).await
    }

    async fn rules(&self, request: Request<RulesRequest>) -> Result<Response<RulesResponse>, Status> {
        self.ask(request, |_| true, |kb, q, _| terminology::rules(kb, q)).await
    }
}
