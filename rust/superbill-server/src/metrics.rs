//! Figures for Prometheus, on a port of their own. Labels are names of methods, codes and stages: nothing of a caller.

use crate::{limits::Budget, logs};
use axum::{Router, http::header::CONTENT_TYPE, routing::get};
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};
use superbill_core::{date::Date, knowledge::KnowledgeBase};
use superbill_store::Handle;

type Label = [(&'static str, &'static str); 1];
type Labels = [(&'static str, &'static str); 2];

/// Bounds of seconds: from the fastest note to the longest stay.
const SECONDS: [f64; 16] = [20e-6, 50e-6, 100e-6, 200e-6, 500e-6, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.5, 2.0, 10.0];

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

/// What is counted and measured.
pub(crate) struct Metrics {
    registry: Mutex<Registry>,
    calls: Family<Labels, Counter>,
    call_seconds: Family<Label, Histogram, fn() -> Histogram>,
    messages: Family<Labels, Counter>,
    refusals: Family<Label, Counter>,
    reloads: Family<Label, Counter>,
    /// Time that a large message waits for a thread.
    pub queue: Histogram,
    /// Time that the engine takes for a message.
    pub engine: Histogram,
    in_flight: Gauge,
    held: Gauge,
    connections: Gauge,
    log_lines_lost: Gauge,
    knowledge_age: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Arc<Self> {
        let metrics = Self {
            registry: Mutex::new(Registry::with_prefix("superbill")),
            calls: Family::default(),
            call_seconds: Family::new_with_constructor(seconds),
            messages: Family::default(),
            refusals: Family::default(),
            reloads: Family::default(),
            queue: seconds(),
            engine: seconds(),
            in_flight: Gauge::default(),
            held: Gauge::default(),
            connections: Gauge::default(),
            log_lines_lost: Gauge::default(),
            knowledge_age: Gauge::default(),
        };
        {
            let mut registry = metrics.registry.lock().unwrap_or_else(PoisonError::into_inner);
            registry.register("calls", "Calls that have ended", metrics.calls.clone());
            registry.register("call_seconds", "From the first byte of a call to its end", metrics.call_seconds.clone());
            registry.register("messages", "Messages answered, those of streams each", metrics.messages.clone());
            registry.register("refusals", "What was not taken since something was full", metrics.refusals.clone());
            registry.register("reloads", "Times that files were read again", metrics.reloads.clone());
            registry.register("queue_seconds", "Time that large messages wait for a thread", metrics.queue.clone());
            registry.register("engine_seconds", "Time that the engine takes for a message", metrics.engine.clone());
            registry.register("in_flight", "Calls in work", metrics.in_flight.clone());
            registry.register("held_bytes", "Bytes of requests in work", metrics.held.clone());
            registry.register("connections", "Open connections", metrics.connections.clone());
            registry.register("log_lines_lost", "Lines that could not be logged", metrics.log_lines_lost.clone());
            registry.register("knowledge_age_days", "Days since the newest release took effect", metrics.knowledge_age.clone());
        }
        Arc::new(metrics)
    }

    pub(crate) fn called(&self, method: &'static str, code: &'static str, seconds: f64) {
        self.calls.get_or_create(&[("method", method), ("code", code)]).inc();
        self.call_seconds.get_or_create(&[("method", method)]).observe(seconds);
    }

    pub(crate) fn answered(&self, method: &'static str, code: &'static str) {
        self.messages.get_or_create(&[("method", method), ("code", code)]).inc();
    }

    pub(crate) fn refused(&self, what: &'static str) {
        self.refusals.get_or_create(&[("what", what)]).inc();
    }

    pub(crate) fn reloaded(&self, outcome: &'static str) {
        self.reloads.get_or_create(&[("outcome", outcome)]).inc();
    }

    pub(crate) fn reload_count(&self, outcome: &'static str) -> u64 {
        self.reloads.get_or_create(&[("outcome", outcome)]).get()
    }
}

/// What is read when somebody asks.
#[derive(Clone)]
pub(crate) struct Gauges {
    pub in_flight: Arc<Budget>,
    pub held: Arc<Budget>,
    pub connections: Arc<Budget>,
    pub kb: Arc<Handle>,
}

/// The newest day on which a release or pack in a knowledge base took effect, and the days since then.
pub(crate) fn age(kb: &KnowledgeBase) -> Option<(Date, i64)> {
    let newest = kb.releases().all.iter().map(|r| r.effective).chain(kb.rules().tabular.iter().map(|t| t.effective)).max()?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs() / 86_400) as i64;
    let newest = Date(newest);
    Some((newest, now - i64::from(newest.day_number()) + i64::from(Date(1970_01_01).day_number())))
}

impl Metrics {
    fn text(&self, gauges: &Gauges) -> String {
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        self.in_flight.set(number(gauges.in_flight.held()));
        self.held.set(number(gauges.held.held()));
        self.connections.set(number(gauges.connections.held()));
        self.log_lines_lost.set(i64::try_from(logs::lost()).unwrap_or(i64::MAX));
        self.knowledge_age.set(age(&gauges.kb.load()).map_or(-1, |a| a.1));
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry.lock().unwrap_or_else(PoisonError::into_inner));
        text
    }
}

/// Listens for Prometheus.
///
/// # Errors
/// What the system says of the address.
pub(crate) async fn serve(metrics: Arc<Metrics>, gauges: Gauges, address: SocketAddr) -> std::io::Result<SocketAddr> {
    let listener = tokio::net::TcpListener::bind(address).await?;
    let bound = listener.local_addr()?;
    let page = move || {
        let text = metrics.text(&gauges);
        async move { ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text) }
    };
    let served = axum::serve(listener, Router::new().route("/metrics", get(page)));
    tokio::spawn(async move { drop(served.await) });
    Ok(bound)
}
