//! The way from the broker to the endpoints.

use super::config::BrokerError;
use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long a connection may take to come about.
const CONNECT_TIME: Duration = Duration::from_secs(15);
/// How long a connection that is not needed is kept for the next request.
const IDLE_TIME: Duration = Duration::from_secs(30);

pub(super) type Upstream = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A client of HTTP/1.1 that follows no redirects, uses no proxy and trusts Mozilla's authorities, and those
/// in `ca_file`.
pub(super) fn upstream(ca_file: Option<&Path>) -> Result<Upstream, BrokerError> {
    let mut http = HttpConnector::new();
    http.set_nodelay(true);
    http.set_connect_timeout(Some(CONNECT_TIME));
    http.enforce_http(false);
    let https = HttpsConnectorBuilder::new().with_tls_config(tls(ca_file)?).https_or_http().enable_http1();
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIME)
        .build(https.wrap_connector(http)))
}

fn tls(ca_file: Option<&Path>) -> Result<ClientConfig, BrokerError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() };
    if let Some(path) = ca_file {
        for certificate in certificates(path)? {
            roots.add(certificate).map_err(|error| unreadable(path, &error))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, BrokerError> {
    let read = CertificateDer::pem_file_iter(path).map_err(|error| unreadable(path, &error))?;
    let certificates = read.collect::<Result<Vec<_>, _>>().map_err(|error| unreadable(path, &error))?;
    if certificates.is_empty() { Err(unreadable(path, &"there is none in it")) } else { Ok(certificates) }
}

fn unreadable(path: &Path, reason: &dyn std::fmt::Display) -> BrokerError {
    BrokerError::Certificates { path: path.into(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        for text in [None, Some("no certificate")] {
            if let Some(text) = text {
                std::fs::write(&path, text).unwrap();
            }
            let error = upstream(Some(&path)).err().unwrap().to_string();
            assert!(error.contains("ca.pem`: "), "{error}");
        }
    }
}
