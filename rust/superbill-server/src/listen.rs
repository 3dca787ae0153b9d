//! Connections: taken from the address, bounded in number, and given up where they say nothing.

use crate::{
    config::{Limits, Listen},
    limits::{Budget, Taken},
    tls::Certificates,
};
use bytes::{Buf, BytesMut};
use std::{
    io,
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream, UnixListener, UnixStream},
    sync::mpsc,
    time::{Sleep, sleep, timeout},
};
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Connected;

/// Where the system has no more room for a connection, it is asked again after this time.
const AGAIN: Duration = Duration::from_millis(50);

/// Bytes that are given to the system at once: they are no longer gathered, and a reader that is slow stops its writer here.
const MOST_GATHERED: usize = 32 << 10;

enum Wire {
    Tcp(TcpStream),
    Unix(UnixStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// When gathered bytes are given to the system.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flush {
    Idle,
    /// Asked for; the task of the connection was woken, so that it comes after all that is due on this thread now.
    Asked,
    /// The task of the connection has begun anew since then, which it always does by reading.
    Due,
}

/// An open connection.
pub(crate) struct Connection {
    wire: Wire,
    /// When it is given up, until its first byte comes.
    silence: Option<Pin<Box<Sleep>>>,
    /// Bytes on their way out.
    gathered: BytesMut,
    flush: Flush,
    _place: Taken,
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.flush == Flush::Asked {
            self.flush = Flush::Due;
        }
        let polled = match &mut self.wire {
            Wire::Tcp(wire) => Pin::new(wire).poll_read(context, buffer),
            Wire::Unix(wire) => Pin::new(wire).poll_read(context, buffer),
            Wire::Tls(wire) => Pin::new(wire).poll_read(context, buffer),
        };
        if polled.is_ready() {
            self.silence = None;
        } else if let Some(silence) = &mut self.silence {
            ready!(silence.as_mut().poll(context));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        polled
    }
}

impl Connection {
    /// Writes what is gathered to the system.
    fn poll_out(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.gathered.is_empty() {
            let bytes = &self.gathered[..];
            let wrote = ready!(match &mut self.wire {
                Wire::Tcp(wire) => Pin::new(wire).poll_write(context, bytes),
                Wire::Unix(wire) => Pin::new(wire).poll_write(context, bytes),
                Wire::Tls(wire) => Pin::new(wire).poll_write(context, bytes),
            })?;
            if wrote == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.gathered.advance(wrote);
        }
        Poll::Ready(Ok(()))
    }
}

/// Bytes are gathered until everything else that is due on this thread has had its turn: an answer is two writes of the protocol, and each given to
/// the system costs as much as the rest of a small call.
impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.gathered.len() >= MOST_GATHERED {
            ready!(self.poll_out(context))?;
        }
        self.gathered.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if self.gathered.len() >= MOST_GATHERED {
            ready!(self.poll_out(context))?;
        }
        for slice in slices {
            self.gathered.extend_from_slice(slice);
        }
        Poll::Ready(Ok(slices.iter().map(|s| s.len()).sum()))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.gathered.len() < MOST_GATHERED && self.flush != Flush::Due {
            if self.flush == Flush::Idle && !self.gathered.is_empty() {
                self.flush = Flush::Asked;
                context.waker().wake_by_ref();
            }
            return Poll::Ready(Ok(()));
        }
        ready!(self.poll_out(context))?;
        self.flush = Flush::Idle;
        match &mut self.wire {
            Wire::Tcp(wire) => Pin::new(wire).poll_flush(context),
            Wire::Unix(wire) => Pin::new(wire).poll_flush(context),
            Wire::Tls(wire) => Pin::new(wire).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_out(context))?;
        match &mut self.wire {
            Wire::Tcp(wire) => Pin::new(wire).poll_shutdown(context),
            Wire::Unix(wire) => Pin::new(wire).poll_shutdown(context),
            Wire::Tls(wire) => Pin::new(wire).poll_shutdown(context),
        }
    }
}

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

    async fn accept(&self) -> io::Result<Wire> {
        match self {
            Self::Tcp(listener) => {
                let (wire, _) = listener.accept().await?;
                wire.set_nodelay(true)?;
                Ok(Wire::Tcp(wire))
            }
            Self::Unix(listener, _) => listener.accept().await.map(|(wire, _)| Wire::Unix(wire)),
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
            let connection = move |wire| Connection {
                wire,
                silence: Some(Box::pin(sleep(patience))),
                gathered: BytesMut::new(),
                flush: Flush::Idle,
                _place: place,
            };
            let (acceptor, sender) = (certificates.as_ref().map(|c| c.acceptor()), sender.clone());
            match (wire, acceptor) {
                (Wire::Tcp(wire), Some(acceptor)) => {
                    tokio::spawn(async move {
                        if let Ok(Ok(wire)) = timeout(patience, acceptor.accept(wire)).await {
                            let _ = sender.send(Ok(connection(Wire::Tls(Box::new(wire))))).await;
                        }
                    });
                }
                (wire, _) => drop(sender.send(Ok(connection(wire))).await),
            }
        }
    });
    ReceiverStream::new(receiver)
}
