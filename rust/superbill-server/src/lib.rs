//! The gRPC service: transport, limits and deadlines around the engine. No domain logic.
#![forbid(unsafe_code)]

mod coding;
mod deadline;

use coding::CodingService;
use std::net::SocketAddr;
use superbill_core::knowledge::KnowledgeBase;
use superbill_proto::v1::coding_server::CodingServer;
use tonic::transport::{Server, server::TcpIncoming};

/// The largest message that is taken: the longest document and what stands around it.
const LARGEST_MESSAGE: usize = superbill_core::coding::LONGEST_DOCUMENT + (1 << 20);

/// Why the server could not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("address: expected HOST:PORT with an IP address, such as 127.0.0.1:50051")]
    Address,
    #[error("address: {0} is not loopback; without TLS notes of patients must not leave this machine (put a TLS proxy in front)")]
    NotLoopback(SocketAddr),
    #[error("cannot listen on {address}: {problem}")]
    Listen { address: SocketAddr, problem: String },
    #[error("cannot start the runtime: {0}")]
    Runtime(std::io::Error),
    #[error("the server stopped: {0}")]
    Transport(#[from] tonic::transport::Error),
}

/// Serves until SIGINT or SIGTERM, then finishes what it has begun. `threads`: how many encounters are coded at once, 0 for one a core.
///
/// # Errors
/// [`ServeError`]: the address is not usable, or the transport failed.
pub fn serve(kb: KnowledgeBase, address: &str, threads: usize, on_listening: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    let address: SocketAddr = address.parse().map_err(|_| ServeError::Address)?;
    if !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback(address));
    }
    let threads = if threads == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { threads };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(threads).build().map_err(ServeError::Runtime)?;
    runtime.block_on(async {
        let incoming = TcpIncoming::bind(address).map_err(|e| ServeError::Listen { address, problem: e.to_string() })?;
        let bound = incoming.local_addr().unwrap_or(address);
        let service = CodingServer::new(CodingService::new(kb, threads)).max_decoding_message_size(LARGEST_MESSAGE);
        let server = Server::builder().add_service(service).serve_with_incoming_shutdown(incoming, interrupted());
        on_listening(bound);
        Ok(server.await?)
    })
}

/// Resolves when the process is asked to stop.
async fn interrupted() {
    let interrupt = async { drop(tokio::signal::ctrl_c().await) };
    #[cfg(unix)]
    {
        let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else { return interrupt.await };
        tokio::select! {
            () = interrupt => (),
            _ = terminate.recv() => (),
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}
