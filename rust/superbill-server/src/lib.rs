//! The gRPC service: transport, limits, deadlines, who may call what, reload and figures around the engine. No domain logic.
#![forbid(unsafe_code)]

mod admin;
mod auth;
mod coding;
pub mod config;
mod connection;
mod deadline;
mod gate;
mod limits;
mod listen;
mod logs;
mod metrics;
mod pool;
mod reload;
mod stream;
mod terminology;
mod tls;

use config::Config;
use std::{path::PathBuf, sync::Arc, time::Instant};
use superbill_proto::v1::{admin_server::AdminServer, coding_server::CodingServer, terminology_server::TerminologyServer};
use superbill_store::{Handle, StoreError};
use tokio_util::sync::CancellationToken;
use tonic::{codec::CompressionEncoding, transport::Server};

/// The largest block of headers, a bearer token being most of it.
const LARGEST_HEADERS: u32 = 16 << 10;
/// Streams that a client may open and reset before the connection is closed (CVE-2023-44487).
const MOST_RESETS: usize = 64;
/// Bytes on their way to the server on one stream, and on one connection.
const STREAM_WINDOW: u32 = 256 << 10;
const CONNECTION_WINDOW: u32 = 1 << 20;

/// Why the server could not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Config(#[from] config::ConfigError),
    #[error(transparent)]
    Knowledge(#[from] StoreError),
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    #[error(transparent)]
    Keys(#[from] auth::KeysError),
    #[error("logs: {0}")]
    Log(#[from] logs::LogError),
    #[error("cannot listen on {address}: {problem}")]
    Listen { address: String, problem: std::io::Error },
    #[error("cannot start the runtime: {0}")]
    Runtime(std::io::Error),
    #[error("the server stopped: {0}")]
    Transport(#[from] tonic::transport::Error),
}

/// Where a server can be reached.
#[derive(Clone, Debug)]
pub struct Listening {
    /// As a client writes it.
    pub address: String,
    /// Of `/metrics`, where it was asked for.
    pub metrics: Option<String>,
}

/// Serves a file until SIGINT or SIGTERM, then finishes what it has begun.
///
/// # Errors
/// [`ServeError`]: a file or an address is not usable, or the transport failed.
pub fn serve(config: &Config, path: PathBuf, on_listening: impl FnOnce(Listening)) -> Result<(), ServeError> {
    logs::start(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(config.threads)
        .max_blocking_threads(config.threads)
        .thread_name("superbill")
        .build()
        .map_err(ServeError::Runtime)?;
    let served = runtime.block_on(run(config, path, on_listening));
    // Work that outlives its call has nobody to answer.
    runtime.shutdown_background();
    served
}

async fn run(config: &Config, path: PathBuf, on_listening: impl FnOnce(Listening)) -> Result<(), ServeError> {
    let started = Instant::now();
    let pseudonyms = Arc::new(logs::Pseudonyms::new(&config.log)?);
    let certificates = config.tls.clone().map(tls::Certificates::new).transpose()?.map(Arc::new);
    let authority = config.auth.clone().map(auth::Authority::new).transpose()?.map(Arc::new);
    let kb = superbill_store::open(&path)?;
    kb.verify().map_err(|source| StoreError::Knowledge { path: path.clone(), source })?;
    reload::warm(&kb);
    let kb = Arc::new(Handle::new(kb));

    let stop = CancellationToken::new();
    let metrics = metrics::Metrics::new();
    let gauges = metrics::Gauges {
        in_flight: limits::Budget::new(config.limits.in_flight),
        held: limits::Budget::new(config.limits.held_bytes),
        connections: limits::Budget::new(config.limits.connections),
        kb: Arc::clone(&kb),
    };
    let cannot = |address: String| move |problem| ServeError::Listen { address, problem };
    let listener = match &config.listen {
        config::Listen::Tcp(address) => listen::Listener::bind(&config.listen).await.map_err(cannot(address.to_string()))?,
        config::Listen::Unix(socket) => {
            listen::Listener::bind(&config.listen).await.map_err(cannot(format!("unix:{}", socket.display())))?
        }
    };
    let mut listening = Listening { address: listener.address(), metrics: None };
    if let Some(address) = config.metrics {
        let bound = metrics::serve(Arc::clone(&metrics), gauges.clone(), address).await.map_err(cannot(address.to_string()))?;
        listening.metrics = Some(bound.to_string());
    }

    let others = config.tls.iter().flat_map(|t| [Some(&t.cert), Some(&t.key), t.client_ca.as_ref()].into_iter().flatten());
    let others = others.chain(config.auth.iter().map(|a| &a.keys)).cloned().collect();
    let reloader = Arc::new(reload::Reloader {
        kb: Arc::clone(&kb),
        path,
        certificates: certificates.clone(),
        authority: authority.clone(),
        metrics: Arc::clone(&metrics),
        turn: std::sync::Mutex::default(),
        others,
    });
    Arc::clone(&reloader).watch(config.watch, stop.clone());

    let engine = Arc::new(pool::Engine::new(kb, Arc::clone(&metrics), config.threads, config.limits.waiting));
    let most = config.limits.message_bytes;
    macro_rules! limited {
        ($service:expr) => {
            $service
                .max_decoding_message_size(most)
                .accept_compressed(CompressionEncoding::Gzip)
                .accept_compressed(CompressionEncoding::Zstd)
                .send_compressed(CompressionEncoding::Gzip)
                .send_compressed(CompressionEncoding::Zstd)
        };
    }
    let coding = coding::CodingService { engine: Arc::clone(&engine), stop: stop.clone(), pseudonyms };
    let coding = limited!(CodingServer::new(coding));
    let terminology = limited!(TerminologyServer::new(terminology::TerminologyService(engine)));
    let threads = config.threads;
    let admin = AdminServer::new(admin::AdminService { reloader, gauges: gauges.clone(), stop: stop.clone(), started, threads });
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<CodingServer<coding::CodingService>>().await;
    health.set_serving::<TerminologyServer<terminology::TerminologyService>>().await;
    // The descriptors are compiled in; were they broken, the service would do without.
    let reflection = config.reflection.then(|| schema().build_v1().ok()).flatten();
    let reflection_alpha = config.reflection.then(|| schema().build_v1alpha().ok()).flatten();

    let rules = gate::Rules { authority, in_flight: gauges.in_flight, held: gauges.held, metrics, logged: config.log.calls };
    let incoming = listen::connections(listener, certificates, gauges.connections, &config.limits, stop.clone());
    let server = Server::builder()
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(config.limits.streams)
        .http2_keepalive_interval(Some(config.keepalive.0))
        .http2_keepalive_timeout(Some(config.keepalive.1))
        .http2_max_pending_accept_reset_streams(Some(MOST_RESETS))
        .http2_max_header_list_size(LARGEST_HEADERS)
        .layer(gate::GateLayer(Arc::new(rules)))
        .add_service(health_service)
        .add_optional_service(reflection)
        .add_optional_service(reflection_alpha)
        .add_service(coding)
        .add_service(terminology)
        .add_service(admin)
        .serve_with_incoming_shutdown(incoming, stop.clone().cancelled_owned());
    tracing::info!(target: "superbill", address = listening.address, "listening");
    on_listening(listening);

    let drained = async {
        interrupted().await;
        tracing::info!(target: "superbill", "stopping: what is in work is finished");
        health.set_not_serving::<CodingServer<coding::CodingService>>().await;
        health.set_not_serving::<TerminologyServer<terminology::TerminologyService>>().await;
        health.set_service_status("", tonic_health::ServingStatus::NotServing).await;
        stop.cancel();
        tokio::time::sleep(config.drain).await;
    };
    tokio::select! {
        served = server => served?,
        () = drained => tracing::warn!(target: "superbill", "calls still in work were given up"),
    }
    Ok(())
}

/// The schema, as reflection tells it: this service's and that of health.
fn schema() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(superbill_proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}

/// Resolves when the process is asked to stop.
async fn interrupted() {
    let interrupt = async { drop(tokio::signal::ctrl_c().await) };
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else { return interrupt.await };
    tokio::select! {
        () = interrupt => (),
        _ = terminate.recv() => (),
    }
}
