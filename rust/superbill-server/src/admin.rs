//! `superbill.v1.Admin`.

use crate::{
    metrics::{Gauges, age},
    reload::Reloader,
};
use std::{sync::Arc, time::Instant};
use superbill_proto::v1::{ReloadRequest, ReloadResponse, StatusRequest, StatusResponse, admin_server::Admin};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

pub(crate) struct AdminService {
    pub reloader: Arc<Reloader>,
    pub gauges: Gauges,
    pub stop: CancellationToken,
    pub started: Instant,
    pub threads: usize,
}

#[tonic::async_trait]
impl Admin for AdminService {
    async fn reload(&self, _request: Request<ReloadRequest>) -> Result<Response<ReloadResponse>, Status> {
        let reloader = Arc::clone(&self.reloader);
        // Checking a whole file takes long: not on a thread that calls wait for.
        let (done, wait) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || drop(done.send(reloader.reload())));
        let reloaded = wait.await.map_err(|_| Status::internal("reading the files again stopped"))?;
        let (before, now) = reloaded.map_err(|e| Status::failed_precondition(e.to_string()))?;
        Ok(Response::new(ReloadResponse { before, now }))
    }

    async fn status(&self, _request: Request<StatusRequest>) -> Result<Response<StatusResponse>, Status> {
        let kb = self.gauges.kb.load();
        let age = age(&kb);
        let metrics = &self.reloader.metrics;
        Ok(Response::new(StatusResponse {
            version: env!("CARGO_PKG_VERSION").into(),
            knowledge_hash: kb.hash(),
            state: if self.stop.is_cancelled() { "draining" } else { "serving" }.into(),
            newest_release: age.map(|a| a.0.to_string()),
            knowledge_age_days: age.map(|a| u32::try_from(a.1).unwrap_or(0)),
            uptime_seconds: self.started.elapsed().as_secs(),
            reloads: metrics.reload_count("taken"),
            refused_reloads: metrics.reload_count("refused"),
            in_flight: u32::try_from(self.gauges.in_flight.held()).unwrap_or(u32::MAX),
            held_bytes: self.gauges.held.held() as u64,
            connections: u32::try_from(self.gauges.connections.held()).unwrap_or(u32::MAX),
            threads: u32::try_from(self.threads).unwrap_or(u32::MAX),
        }))
    }
}
