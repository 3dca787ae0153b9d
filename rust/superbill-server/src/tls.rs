//! TLS and mutual TLS, with certificates that can be replaced while the server runs.

use crate::config::Tls;
use arc_swap::ArcSwap;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
    version::{TLS12, TLS13},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio_rustls::TlsAcceptor;

/// Why certificates cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct TlsError {
    path: PathBuf,
    problem: String,
}

fn wrong(path: &Path, problem: &dyn std::fmt::Display) -> TlsError {
    TlsError { path: path.to_owned(), problem: problem.to_string() }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let all = read.map_err(|e| wrong(path, &e))?;
    if all.is_empty() { Err(wrong(path, &"no certificate in PEM")) } else { Ok(all) }
}

fn configuration(tls: &Tls) -> Result<ServerConfig, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|e| wrong(&tls.cert, &e))?;
    let builder = match &tls.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|e| wrong(path, &e))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().map_err(|e| wrong(path, &e))?)
        }
    };
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|e| wrong(&tls.key, &e))?;
    let mut config = builder.with_single_cert(certificates(&tls.cert)?, key).map_err(|e| wrong(&tls.cert, &e))?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// The certificates in use; a connection keeps those that it began with.
pub(crate) struct Certificates {
    tls: Tls,
    config: ArcSwap<ServerConfig>,
}

impl Certificates {
    pub(crate) fn new(tls: Tls) -> Result<Self, TlsError> {
        let config = ArcSwap::from_pointee(configuration(&tls)?);
        Ok(Self { tls, config })
    }

    /// Reads the files again; where one cannot be used, those in use stay.
    pub(crate) fn reload(&self) -> Result<(), TlsError> {
        self.config.store(Arc::new(configuration(&self.tls)?));
        Ok(())
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.load_full())
    }
}
