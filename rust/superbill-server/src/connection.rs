//! An open connection: what comes in, until when silence is borne, and how what goes out is gathered.

use crate::limits::Taken;
use bytes::{Buf, BytesMut};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};
use tonic::transport::server::Connected;

/// Bytes that are given to the system at once: more are not gathered, and a reader that is slow stops its writer here.
const MOST_GATHERED: usize = 32 << 10;

/// A socket, or TLS over one.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<W: AsyncRead + AsyncWrite + Send + Unpin> Wire for W {}

/// When gathered bytes are given to the system.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flush {
    Idle,
    /// Asked for; the task of the connection was woken, so that it comes after all that is due on this thread now.
    Asked,
    /// The task of the connection has begun anew since then, which it always does by reading.
    Due,
}

/// An open connection. Bytes are gathered until everything else that is due on this thread has had its turn: an answer is two writes of the protocol,
/// and each given to the system costs as much as the rest of a small call.
pub(crate) struct Connection {
    wire: Box<dyn Wire>,
    /// When it is given up, until its first byte comes.
    silence: Option<Pin<Box<Sleep>>>,
    gathered: BytesMut,
    flush: Flush,
    _place: Taken,
}

impl Connection {
    pub(crate) fn new(wire: Box<dyn Wire>, patience: Duration, place: Taken) -> Self {
        Self { wire, silence: Some(Box::pin(sleep(patience))), gathered: BytesMut::new(), flush: Flush::Idle, _place: place }
    }

    /// Writes what is gathered to the system.
    fn poll_out(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.gathered.is_empty() {
            let wrote = ready!(Pin::new(&mut self.wire).poll_write(context, &self.gathered))?;
            if wrote == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.gathered.advance(wrote);
        }
        Poll::Ready(Ok(()))
    }
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
        let polled = Pin::new(&mut self.wire).poll_read(context, buffer);
        if polled.is_ready() {
            self.silence = None;
        } else if let Some(silence) = &mut self.silence {
            ready!(silence.as_mut().poll(context));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        polled
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[io::IoSlice::new(bytes)])
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
        Pin::new(&mut self.wire).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_out(context))?;
        Pin::new(&mut self.wire).poll_shutdown(context)
    }
}
