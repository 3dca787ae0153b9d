//! A load of encounters or claims for a server, and the same work in this process: `benches/load.py` runs it.
//!
//! `load KIND MESSAGES TARGET SECONDS [CONCURRENCY] [RATE]` prints one JSON line. KIND is `unary` or `stream`
//! of encounters, `echo` and `echo-claims` (bytes that come back) for a server that echoes, `edit` and `edit-stream` of claims, `inprocess` and `inprocess-edit` without a server, whose TARGET is
//! a knowledge base file. MESSAGES is JSON Lines, cycled. With RATE, calls are begun so many times a second whatever becomes of them, and a latency
//! counts from when a call was due.
#![allow(clippy::print_stdout)]

use bytes::{Buf, BufMut, Bytes};
use prost::Message;
use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use superbill_core::{NeverCancel, Scratch, editing};
use superbill_proto::{
    answer, check, claim_from_json, encounter_from_json,
    v1::{CodeRequest, EditRequest, coding_client::CodingClient, edit_stream_response},
};
use tokio_stream::{StreamExt, wrappers::ReceiverStream};
use tonic::{
    Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    transport::{Channel, Endpoint},
};

type Failure = Box<dyn Error + Send + Sync>;

/// What a run was: messages, seconds of the wall, and latencies.
struct Run {
    messages: usize,
    failed: usize,
    seconds: f64,
    /// Of this process while it worked; of use without a server.
    cpu: f64,
    latencies: Vec<Duration>,
}

/// Seconds that this process has run on a processor.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}

impl Run {
    fn print(mut self) {
        self.latencies.sort_unstable();
        let at = |share: f64| {
            let place = (self.latencies.len() as f64 * share) as usize;
            self.latencies.get(place).or(self.latencies.last()).map_or(0.0, |l| l.as_secs_f64() * 1e3)
        };
        println!(
            "{{\"messages\": {}, \"failed\": {}, \"seconds\": {:.3}, \"cpu\": {:.2}, \"p50_ms\": {:.3}, \"p99_ms\": {:.3}, \"p999_ms\": {:.3}}}",
            self.messages,
            self.failed,
            self.seconds,
            self.cpu,
            at(0.5),
            at(0.99),
            at(0.999)
        );
    }
}

/// Requests of a file, each of one line.
fn lines<T>(path: &str, read: impl Fn(&[u8]) -> Result<T, Failure>) -> Result<Arc<Vec<T>>, Failure> {
    let text = std::fs::read(path)?;
    let all = text.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(read).collect::<Result<Vec<T>, Failure>>()?;
    Ok(Arc::new(all))
}

fn encounters(path: &str) -> Result<Arc<Vec<CodeRequest>>, Failure> {
    lines(path, |line| Ok(CodeRequest { encounter: Some(encounter_from_json(line)?) }))
}

fn claims(path: &str) -> Result<Arc<Vec<EditRequest>>, Failure> {
    lines(path, |line| Ok(EditRequest { claim: Some(claim_from_json(line)?), repair: false }))
}

/// The same work without a server, on this thread.
fn in_process(kind: &str, messages: &str, target: &str, seconds: f64) -> Result<Run, Failure> {
    let kb = superbill_store::open(target.as_ref())?;
    let (encounters, claims) =
        if kind == "inprocess" { (encounters(messages)?, Arc::default()) } else { (Arc::default(), claims(messages)?) };
    let (mut coding, mut checking) = (Scratch::default(), editing::Scratch::default());
    let mut one = |at: usize| match kind {
        "inprocess" => {
            encounters[at % encounters.len()].encounter.as_ref().is_none_or(|e| answer(&kb, e, &mut coding, &NeverCancel).is_err())
        }
        _ => claims[at % claims.len()].claim.as_ref().is_none_or(|c| check(&kb, c, &mut checking).is_err()),
    };
    for at in 0..200 {
        one(at);
    }
    let (started, before, mut messages, mut failed) = (Instant::now(), cpu(), 0, 0);
    while started.elapsed().as_secs_f64() < seconds {
        failed += usize::from(one(messages));
        messages += 1;
    }
    Ok(Run { messages, failed, seconds: started.elapsed().as_secs_f64(), cpu: cpu() - before, latencies: Vec::new() })
}

/// Messages as bytes.
#[derive(Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let length = buffer.remaining();
        Ok(Some(buffer.copy_to_bytes(length)))
    }
}

/// Calls one after the other on each of `concurrency` tasks, or begun at a rate.
async fn unary<F, C>(call: C, concurrency: usize, rate: Option<f64>, seconds: f64) -> Result<Run, Failure>
where
    C: Fn(usize) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = bool> + Send,
{
    let started = Instant::now();
    let end = started + Duration::from_secs_f64(seconds);
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    if let Some(rate) = rate {
        // On a thread of its own: the runtime's clock has ticks of a millisecond, which would be most of a latency.
        let runtime = tokio::runtime::Handle::current();
        let pace = move || {
            let dues = (0..).map(|at| (at, started + Duration::from_secs_f64(f64::from(at) / rate)));
            for (at, due) in dues.take_while(|d| d.1 < end) {
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                let call = call.clone();
                let made = async move {
                    let failed = !call(at as usize).await;
                    (vec![due.elapsed()], usize::from(failed))
                };
                tasks.spawn_on(made, &runtime);
            }
            tasks
        };
        tasks = tokio::task::spawn_blocking(pace).await?;
    } else {
        for _ in 0..concurrency {
            let (call, next) = (call.clone(), Arc::clone(&next));
            tasks.spawn(async move {
                let (mut latencies, mut failed) = (Vec::new(), 0);
                while Instant::now() < end {
                    let began = Instant::now();
                    failed += usize::from(!call(next.fetch_add(1, Ordering::Relaxed)).await);
                    latencies.push(began.elapsed());
                }
                (latencies, failed)
            });
        }
    }
    let (mut latencies, mut failed) = (Vec::new(), 0);
    while let Some(task) = tasks.join_next().await {
        let (of_task, of_failed) = task?;
        latencies.extend(of_task);
        failed += of_failed;
    }
    Ok(Run { messages: latencies.len(), failed, seconds: started.elapsed().as_secs_f64(), cpu: 0.0, latencies })
}

/// Messages over `concurrency` streams, each with some on the way.
async fn streams<S, F>(open: S, concurrency: usize, seconds: f64) -> Result<Run, Failure>
where
    S: Fn(usize, Instant) -> F,
    F: Future<Output = Result<(usize, usize), Failure>> + Send + 'static,
{
    let started = Instant::now();
    let end = started + Duration::from_secs_f64(seconds);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..concurrency {
        tasks.spawn(open(number, end));
    }
    let (mut messages, mut failed) = (0, 0);
    while let Some(task) = tasks.join_next().await {
        let (of_task, of_failed) = task??;
        messages += of_task;
        failed += of_failed;
    }
    Ok(Run { messages, failed, seconds: started.elapsed().as_secs_f64(), cpu: 0.0, latencies: Vec::new() })
}

/// Sends requests until the end; what is on the way is bounded by the channel and the windows of the connection.
fn source<T: Clone + Send + Sync + 'static>(all: Arc<Vec<T>>, first: usize, end: Instant) -> ReceiverStream<T> {
    let (sender, receiver) = tokio::sync::mpsc::channel(16);
    tokio::spawn(async move {
        let mut at = first;
        while Instant::now() < end {
            if sender.send(all[at % all.len()].clone()).await.is_err() {
                return;
            }
            at += 1;
        }
    });
    ReceiverStream::new(receiver)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [kind, messages, target, seconds, rest @ ..] = &arguments[..] else {
        // `cargo bench` and `cargo test` without arguments.
        return Ok(());
    };
    let seconds: f64 = seconds.parse()?;
    let concurrency: usize = rest.first().map_or(Ok(1), |c| c.parse())?;
    let rate: Option<f64> = rest.get(1).map(|r| r.parse()).transpose()?;
    if kind.starts_with("inprocess") {
        in_process(kind, messages, target, seconds)?.print();
        return Ok(());
    }
    let channel: Channel = Endpoint::from_shared(format!("http://{target}"))?.tcp_nodelay(true).connect().await?;
    let client = CodingClient::new(channel.clone()).max_decoding_message_size(64 << 20);
    let run = match kind.as_str() {
        "unary" => {
            let all = encounters(messages)?;
            let call = move |at: usize| {
                let (mut client, request) = (client.clone(), all[at % all.len()].clone());
                async move { client.code(request).await.is_ok() }
            };
            unary(call, concurrency, rate, seconds).await?
        }
        "edit" => {
            let all = claims(messages)?;
            let call = move |at: usize| {
                let (mut client, request) = (client.clone(), all[at % all.len()].clone());
                async move { client.edit(request).await.is_ok() }
            };
            unary(call, concurrency, rate, seconds).await?
        }
        "stream" => {
            let all = encounters(messages)?;
            let open = move |number: usize, end| {
                let (mut client, requests) = (client.clone(), source(Arc::clone(&all), number * 97, end));
                async move {
                    let mut answers = client.code_stream(requests).await?.into_inner();
                    let (mut messages, mut failed) = (0, 0);
                    while let Some(answer) = answers.next().await {
                        messages += 1;
                        failed += usize::from(!matches!(answer?.answer, Some(superbill_proto::v1::code_stream_response::Answer::Coded(_))));
                    }
                    Ok((messages, failed))
                }
            };
            streams(open, concurrency, seconds).await?
        }
        "edit-stream" => {
            let all = claims(messages)?;
            let open = move |number: usize, end| {
                let (mut client, requests) = (client.clone(), source(Arc::clone(&all), number * 97, end));
                async move {
                    let mut answers = client.edit_stream(requests).await?.into_inner();
                    let (mut messages, mut failed) = (0, 0);
                    while let Some(answer) = answers.next().await {
                        messages += 1;
                        failed += usize::from(!matches!(answer?.answer, Some(edit_stream_response::Answer::Check(_))));
                    }
                    Ok((messages, failed))
                }
            };
            streams(open, concurrency, seconds).await?
        }
        "echo" | "echo-claims" => {
            let all: Arc<Vec<Bytes>> = if kind == "echo" {
                Arc::new(encounters(messages)?.iter().map(|r| r.encode_to_vec().into()).collect())
            } else {
                Arc::new(claims(messages)?.iter().map(|r| r.encode_to_vec().into()).collect())
            };
            let call = move |at: usize| {
                let (channel, request) = (channel.clone(), all[at % all.len()].clone());
                async move {
                    let mut grpc = tonic::client::Grpc::new(channel);
                    let path = tonic::codegen::http::uri::PathAndQuery::from_static("/echo/Echo");
                    let ready = grpc.ready().await.is_ok();
                    ready && grpc.unary(tonic::Request::new(request), path, Raw).await.is_ok()
                }
            };
            unary(call, concurrency, rate, seconds).await?
        }
        _ => return Err("KIND: unary, stream, edit, edit-stream, inprocess or inprocess-edit".into()),
    };
    run.print();
    Ok(())
}
