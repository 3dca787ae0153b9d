//! What every call passes: its id, whether it may be made, whether there is room, and what is counted and logged of it.

use crate::{
    auth::{self, Authority, POLICY},
    config::Logged,
    deadline::Deadline,
    limits::{Budget, HeldBody, Taken, busy},
    logs::CallId,
    metrics::Metrics,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::{Frame, SizeHint};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};

/// The grain of the runtime's clock.
const TICK: Duration = Duration::from_millis(1);

/// The header in which a caller whose call failed is told its id.
const CALL_ID: &str = "x-request-id";

/// What calls are held against.
pub(crate) struct Rules {
    pub authority: Option<Arc<Authority>>,
    pub in_flight: Arc<Budget>,
    pub held: Arc<Budget>,
    pub metrics: Arc<Metrics>,
    pub logged: Logged,
}

/// Puts a [`Gate`] before the services.
#[derive(Clone)]
pub(crate) struct GateLayer(pub Arc<Rules>);

impl<S> Layer<S> for GateLayer {
    type Service = Gate<S>;

    fn layer(&self, inner: S) -> Gate<S> {
        Gate { inner, rules: Arc::clone(&self.0) }
    }
}

#[derive(Clone)]
pub(crate) struct Gate<S> {
    inner: S,
    rules: Arc<Rules>,
}

/// A call in work; counted and logged when it is dropped.
struct Call {
    rules: Arc<Rules>,
    method: &'static str,
    id: CallId,
    started: Instant,
    code: Code,
    /// A place among those in work, and the bytes held.
    taken: Option<(Taken, Arc<Taken>)>,
}

impl Drop for Call {
    fn drop(&mut self) {
        drop(self.taken.take());
        let took = self.started.elapsed().as_secs_f64();
        let code = code_name(self.code);
        self.rules.metrics.called(self.method, code, took);
        let failed = !matches!(self.code, Code::Ok | Code::NotFound);
        match self.rules.logged {
            Logged::Failed | Logged::All if failed => {
                tracing::warn!(target: "superbill", call = %self.id, method = self.method, code, ms = took * 1e3, "call failed");
            }
            Logged::All => tracing::info!(target: "superbill", call = %self.id, method = self.method, code, ms = took * 1e3, "call"),
            _ => (),
        }
    }
}

/// The name of a code as the schema of gRPC writes it.
pub(crate) fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

fn code_of(headers: &HeaderMap) -> Option<Code> {
    headers.get("grpc-status").map(|v| Code::from_bytes(v.as_bytes()))
}

impl Rules {
    /// Lets a call in, or says why not.
    fn admit(&self, call: &mut Call, method: Option<usize>, request: &mut Request<Body>) -> Result<(), Status> {
        let Some(method) = method else { return Err(Status::unimplemented("no such method")) };
        if let Some(until) = auth::admit(self.authority.as_deref(), method, request.headers())? {
            request.extensions_mut().insert(until);
        }
        // An overloaded server still says that it is alive.
        if POLICY[method].1.is_none() {
            return Ok(());
        }
        let (Some(place), Some(held)) = (self.in_flight.take(1), self.held.take(0)) else {
            self.metrics.refused("calls");
            return Err(busy("too many calls are in work"));
        };
        let held = Arc::new(held);
        call.taken = Some((place, Arc::clone(&held)));
        request.extensions_mut().insert(Arc::clone(&held));
        let body = std::mem::take(request.body_mut());
        *request.body_mut() = Body::new(HeldBody { body, held });
        // Answers are compressed for those who compress: most clients say that they could read it, and pay more for it than for the bytes.
        let encoding = request.headers().get("grpc-encoding");
        if encoding.is_none_or(|e| e == "identity") {
            request.headers_mut().remove("grpc-accept-encoding");
        }
        Ok(())
    }
}

impl<S> Service<Request<Body>> for Gate<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let method = auth::method(request.uri().path());
        let mut call = Call {
            rules: Arc::clone(&self.rules),
            method: method.map_or("other", |m| POLICY[m].0),
            id: CallId::next(),
            started: Instant::now(),
            code: Code::Cancelled,
            taken: None,
        };
        request.extensions_mut().insert(call.id);
        // tonic would answer CANCELLED; it is asked after this, where both are due.
        let latest = Deadline::in_headers(request.headers()).at().map(|at| at.checked_sub(TICK).unwrap_or(at));
        let admitted = self.rules.admit(&mut call, method, &mut request);
        let inner = admitted.map(|()| self.inner.call(request));
        Box::pin(async move {
            let mut response = match (inner, latest) {
                (Ok(inner), None) => inner.await?,
                (Ok(inner), Some(latest)) => match tokio::time::timeout_at(latest.into(), inner).await {
                    Ok(response) => response?,
                    Err(_) => Status::deadline_exceeded("the caller's deadline passed").into_http(),
                },
                (Err(status), _) => status.into_http(),
            };
            if let Some(code) = code_of(response.headers()) {
                call.code = code;
                if let Ok(id) = HeaderValue::from_str(&call.id.to_string()) {
                    response.headers_mut().insert(CALL_ID, id);
                }
            }
            Ok(response.map(|body| Body::new(Watched { body, call })))
        })
    }
}

/// A response body, in whose trailers the status stands.
struct Watched {
    body: Body,
    call: Call,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(code) = frame.trailers_ref().and_then(code_of)
        {
            self.call.code = code;
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
