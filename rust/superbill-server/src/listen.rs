//! Connections: taken from the address, bounded in number, and given up where they say nothing.

use crate::{
    config::{Limits, Listen},
    connection::{Connection, Wire},
    limits::Budget,
    tls::Certificates,
};
use std::{io, path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, UnixListener, UnixStream},
    sync::mpsc,
    time::{sleep, timeout},
};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;

/// Where the system has no more room for a connection, it is asked again after this time.
const AGAIN: Duration = Duration::from_millis(50);

/// A listening socket; that of a path goes with it.
pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener, PathBuf),
}

impl Listener {
    /// # Errors
    /// What the system says of the address.
    pub(crate) async fn bind(listen: &Listen) -> io::Result<Self> {
        match listen {
            Listen::Tcp(address) => TcpListener::bind(address).await.map(Self::Tcp),
            Listen::Unix(path) => {
                // A socket that nobody listens on is left by a server that was killed.
                if path.exists() && UnixStream::connect(path).await.is_err_and(|e| e.kind() == io::ErrorKind::ConnectionRefused) {
                    std::fs::remove_file(path)?;
                }
                let listener = UnixListener::bind(path)?;
                // Whoever may write to the socket may read patients' data.
                std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
                Ok(Self::Unix(listener, path.clone()))
            }
        }
    }

    /// The address as a client writes it.
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Tcp(listener) => listener.local_addr().map_or_else(|_| String::new(), |a| a.to_string()),
            Self::Unix(_, path) => format!("unix:{}", path.display()),
        }
    }

    async fn accept(&self) -> io::Result<Box<dyn Wire>> {
        match self {
            Self::Tcp(listener) => {
                let (wire, _) = listener.accept().await?;
                wire.set_nodelay(true)?;
                Ok(Box::new(wire))
            }
            Self::Unix(listener, _) => Ok(Box::new(listener.accept().await?.0)),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Self::Unix(_, path) = self {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Connections that are ready to speak HTTP/2. One over the limit is closed at once; TLS is agreed on beside the others.
pub(crate) fn connections(
    listener: Listener,
    certificates: Option<Arc<Certificates>>,
    places: Arc<Budget>,
    limits: &Limits,
    stop: CancellationToken,
) -> ReceiverStream<io::Result<Connection>> {
    let (sender, receiver) = mpsc::channel(64);
    let patience = limits.handshake;
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stop.cancelled() => return,
                () = sender.closed() => return,
            };
            let Ok(wire) = accepted else {
                sleep(AGAIN).await;
                continue;
            };
            let Some(place) = places.take(1) else { continue };
            // Who may open a Unix socket is the system's matter, and what passes through it stays on the machine.
            let certificates = certificates.as_ref().filter(|_| matches!(listener, Listener::Tcp(_)));
            let Some(acceptor) = certificates.map(|c| c.acceptor()) else {
                drop(sender.send(Ok(Connection::new(wire, patience, place))).await);
                continue;
            };
            let sender = sender.clone();
            tokio::spawn(async move {
                if let Ok(Ok(wire)) = timeout(patience, acceptor.accept(wire)).await {
                    let _ = sender.send(Ok(Connection::new(Box::new(wire), patience, place))).await;
                }
            });
        }
    });
    ReceiverStream::new(receiver)
}
