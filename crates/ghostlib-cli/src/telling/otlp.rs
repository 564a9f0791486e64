//! The spans over OTLP, in protobuf over HTTP, to a collector of OpenTelemetry. Where it is, and what it is sent with, stands
//! in the variables `OTEL_EXPORTER_OTLP_…` of the specification; without an endpoint among them nothing is sent.

use super::redacted;
use crate::console::warn;
use crate::environment::variable;
use crate::error::CliError;
use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry::trace::TracerProvider;
use opentelemetry::{KeyValue, Value};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData};
use std::fmt::Debug;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

/// The variables that say where spans go, that for all signals first.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
/// How long a collector may take, where no variable says it.
const WAIT: Duration = Duration::from_secs(10);
/// More of an answer is not read.
const MAX_ANSWER: usize = 1 << 20;

/// Spans on their way to a collector.
pub(super) struct Exported {
    provider: SdkTracerProvider,
    failed: Arc<OnceLock<String>>,
}

impl Exported {
    /// What the environment asks for; nothing, if it asks for nothing.
    pub(super) fn of_environment() -> Result<Option<Self>, CliError> {
        let is = |name, value: &str| variable(name).is_some_and(|set| set == value);
        let is_off = is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none");
        if is_off || ENDPOINTS.into_iter().all(|name| variable(name).is_none()) {
            return Ok(None);
        }
        let exporter = SpanExporter::builder().with_http().with_http_client(OverHyper::new()?).build();
        let exporter = exporter.map_err(|error| CliError::environment(format!("OTLP: {error}")))?;
        let failed = Arc::new(OnceLock::new());
        let exporter = WithoutSecrets { exporter, failed: Arc::clone(&failed) };
        let mut resource = Resource::builder();
        if variable("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name("ghostlib");
        }
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter);
        Ok(Some(Self { provider: provider.with_resource(resource.build()).build(), failed }))
    }

    /// What takes the spans.
    pub(super) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        let tracer = self.provider.tracer("ghostlib");
        tracing_opentelemetry::layer().with_tracer(tracer).with_location(false).with_threads(false)
    }

    /// Sends the rest. That spans could not be sent is told, and changes nothing else.
    pub(super) fn end(self) {
        let ended = self.provider.shutdown().err().map(|error| error.to_string());
        if let Some(why) = self.failed.get().or(ended.as_ref()) {
            warn(format!("OTLP: spans could not be sent: {why}"));
        }
    }
}

/// Takes secrets out of what is sent.
#[derive(Debug)]
struct WithoutSecrets {
    exporter: SpanExporter,
    /// The first failure.
    failed: Arc<OnceLock<String>>,
}

impl opentelemetry_sdk::trace::SpanExporter for WithoutSecrets {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        for span in &mut batch {
            span.attributes.iter_mut().for_each(redact);
            for event in &mut span.events.events {
                event.name = redacted(&event.name).into();
                event.attributes.iter_mut().for_each(redact);
            }
        }
        let sent = self.exporter.export(batch).await;
        if let Err(error) = &sent {
            let _told_already = self.failed.set(error.to_string());
        }
        sent
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

fn redact(attribute: &mut KeyValue) {
    if let Value::String(text) = &attribute.value {
        attribute.value = Value::String(redacted(text.as_str()).into());
    }
}

/// Sends with the HTTP client that ghostlib has anyway.
#[derive(Debug)]
struct OverHyper {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    /// Spans are sent from a thread that has none.
    runtime: Handle,
    wait: Duration,
}

impl OverHyper {
    fn new() -> Result<Self, CliError> {
        let names = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];
        let wait = names.into_iter().find_map(|name| variable(name)?.to_str()?.parse().ok());
        let https = HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
        let runtime = Handle::try_current().map_err(|error| CliError::environment(error.to_string()))?;
        let client = Client::builder(TokioExecutor::new()).build(https);
        Ok(Self { client, runtime, wait: wait.map_or(WAIT, Duration::from_millis) })
    }
}

#[async_trait]
impl HttpClient for OverHyper {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.client.request(request.map(Full::new));
        let answered = async {
            let (head, body) = sent.await?.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await?.to_bytes();
            Ok(Response::from_parts(head, body))
        };
        let wait = self.wait;
        // A timeout is made where there is a runtime.
        self.runtime.spawn(async move { timeout(wait, answered).await }).await??
    }
}
