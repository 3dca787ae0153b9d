//! Files that are read again while the server runs: by signal, by call, and when they change.

use crate::{auth::Authority, metrics::Metrics, tls::Certificates};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};
use superbill_core::knowledge::KnowledgeBase;
use superbill_store::{Handle, StoreError};
use tokio_util::sync::CancellationToken;

/// Why files were not taken into use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReloadError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Tls(#[from] crate::tls::TlsError),
    #[error(transparent)]
    Keys(#[from] crate::auth::KeysError),
}

/// What can be read again.
pub(crate) struct Reloader {
    pub kb: Arc<Handle>,
    pub path: PathBuf,
    pub certificates: Option<Arc<Certificates>>,
    pub authority: Option<Arc<Authority>>,
    pub metrics: Arc<Metrics>,
    /// One at a time.
    pub turn: Mutex<()>,
    /// Files of certificates and keys.
    pub others: Vec<PathBuf>,
}

/// A file as it was last seen.
type Seen = Option<(SystemTime, u64)>;

fn seen(path: &Path) -> Seen {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// Makes ready what the first calls would otherwise wait for.
pub(crate) fn warm(kb: &KnowledgeBase) {
    let _ = (kb.edit_rules(), kb.search_index().is_ok(), kb.ptp(0).is_ok(), kb.ptp(1).is_ok());
}

impl Reloader {
    /// Reads everything again; what cannot be used stays as it was. Gives the knowledge base before and now.
    ///
    /// # Errors
    /// [`ReloadError`] for the first file that cannot be used.
    pub(crate) fn reload(&self) -> Result<(String, String), ReloadError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let others = self.read_others();
        let before = self.kb.load().hash();
        let result = self.kb.reload(&self.path).map_err(ReloadError::from).and_then(|kb| {
            warm(&kb);
            others.map(|()| (before, kb.hash()))
        });
        self.metrics.reloaded(if result.is_ok() { "taken" } else { "refused" });
        match &result {
            Ok((before, now)) => tracing::info!(target: "superbill", before, now, "files read again"),
            Err(error) => tracing::error!(target: "superbill", %error, "files not taken into use"),
        }
        result
    }

    fn read_others(&self) -> Result<(), ReloadError> {
        if let Some(certificates) = &self.certificates {
            certificates.reload()?;
        }
        if let Some(authority) = &self.authority {
            authority.reload()?;
        }
        Ok(())
    }

    /// Reads again on SIGHUP and when a file has changed, on a thread of its own, until told to stop.
    pub(crate) fn watch(self: Arc<Self>, every: Option<Duration>, stop: CancellationToken) {
        let files: Vec<PathBuf> = self.others.iter().chain([&self.path]).cloned().collect();
        let mut known: Vec<Seen> = files.iter().map(|f| seen(f)).collect();
        tokio::spawn(async move {
            let mut hang_up = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok();
            loop {
                let look = async {
                    match every {
                        Some(every) => tokio::time::sleep(every).await,
                        None => std::future::pending().await,
                    }
                };
                let asked = async {
                    match &mut hang_up {
                        Some(signal) => drop(signal.recv().await),
                        None => std::future::pending().await,
                    }
                };
                let signalled = tokio::select! {
                    () = look => false,
                    () = asked => true,
                    () = stop.cancelled() => return,
                };
                let now: Vec<Seen> = files.iter().map(|f| seen(f)).collect();
                // A file that is gone is being replaced.
                if signalled || now != known && now.iter().all(Option::is_some) {
                    known = now;
                    let reloader = Arc::clone(&self);
                    // Checking a whole file takes long: not on a thread that calls wait for.
                    let (done, wait) = tokio::sync::oneshot::channel();
                    std::thread::spawn(move || drop(done.send(reloader.reload())));
                    let _ = wait.await;
                }
            }
        });
    }
}
