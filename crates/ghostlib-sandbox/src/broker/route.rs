//! Which endpoint a request goes to, and which target it has there.

use super::api::Api;
use super::config::{Auth, BrokerError, Endpoint, Route};
use super::models::Models;
use super::refusal::Refusal;
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use hyper::{Method, Uri};
use std::net::IpAddr;

/// Every endpoint, the longest mount first.
#[derive(Debug)]
pub(super) struct Routes(Vec<Destination>);

/// An endpoint, ready for use.
#[derive(Debug)]
pub(super) struct Destination {
    mount: String,
    /// Scheme, authority and path, without a slash at its end.
    base_url: String,
    routes: Vec<(Method, String, Option<Api>)>,
    models: Models,
    auth: Option<(HeaderName, HeaderValue)>,
}

/// Where a request goes.
pub(super) struct Found<'a> {
    pub(super) destination: &'a Destination,
    /// Its URL there.
    pub(super) url: Uri,
    /// What its body says; nothing, if it has none.
    pub(super) api: Option<Api>,
}

impl Routes {
    pub(super) fn new(endpoints: &[Endpoint]) -> Result<Self, BrokerError> {
        let mut destinations = endpoints.iter().map(Destination::new).collect::<Result<Vec<_>, _>>()?;
        destinations.sort_by_key(|it| std::cmp::Reverse(it.mount.len()));
        Ok(Self(destinations))
    }

    /// Where a request goes, if that is allowed.
    pub(super) fn find(&self, method: &Method, uri: &Uri) -> Result<Found<'_>, Refusal> {
        let path = uri.path();
        let below = |it: &Destination| {
            path.strip_prefix(&it.mount).filter(|rest| rest.starts_with('/')).map(str::len)
        };
        let (destination, length) =
            self.0.iter().find_map(|it| Some((it, below(it)?))).ok_or(Refusal::Route)?;
        let path = &path[path.len() - length..];
        let mut routes = destination.routes.iter();
        let route = routes.find(|(allowed, pattern, _)| allowed == method && matches(pattern, path));
        let (_, _, api) = route.ok_or(Refusal::Route)?;
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let url = format!("{}{path}{query}", destination.base_url);
        let url = url.parse().map_err(|_| Refusal::Target("it is too long"))?;
        Ok(Found { destination, url, api: *api })
    }
}

impl Destination {
    /// The header that shows the endpoint who asks.
    pub(super) fn auth(&self) -> Option<&(HeaderName, HeaderValue)> {
        self.auth.as_ref()
    }

    /// Which models may be asked there.
    pub(super) fn models(&self) -> &Models {
        &self.models
    }

    fn new(endpoint: &Endpoint) -> Result<Self, BrokerError> {
        let mount = endpoint.mount.trim_end_matches('/').to_owned();
        if !mount.is_empty() {
            check_path(&mount).map_err(|reason| BrokerError::Mount { mount: mount.clone(), reason })?;
        }
        let base_url = base_url(endpoint)
            .map_err(|reason| BrokerError::BaseUrl { base_url: endpoint.base_url.clone(), reason })?;
        let routes = endpoint.routes.iter().map(route).collect::<Result<_, _>>()?;
        let models = endpoint.models.clone();
        Ok(Self { mount, base_url, routes, models, auth: auth_header(&endpoint.auth)? })
    }
}

fn route(route: &Route) -> Result<(Method, String, Option<Api>), BrokerError> {
    let refused =
        |reason| BrokerError::Route { method: route.method.clone(), path: route.path.clone(), reason };
    check_path(&route.path).map_err(refused)?;
    let method = Method::from_bytes(route.method.as_bytes()).map_err(|_| refused("this is no method"))?;
    if method == Method::CONNECT || method == Method::TRACE {
        return Err(refused("this method is never forwarded"));
    }
    let api = Api::at(&route.path);
    if method != Method::GET && api.is_none() {
        return Err(refused("no API of models is known there, so what is asked could not be checked"));
    }
    let api = api.filter(|_| method != Method::GET);
    Ok((method, route.path.clone(), api))
}

fn auth_header(auth: &Auth) -> Result<Option<(HeaderName, HeaderValue)>, BrokerError> {
    let (name, value) = match auth {
        Auth::None => return Ok(None),
        Auth::Bearer(secret) => (AUTHORIZATION, format!("Bearer {}", secret.expose())),
        Auth::XApiKey(secret) => (HeaderName::from_static("x-api-key"), secret.expose().to_owned()),
    };
    let mut value = HeaderValue::try_from(value).map_err(|_| super::SecretError::Characters)?;
    value.set_sensitive(true);
    Ok(Some((name, value)))
}

fn base_url(endpoint: &Endpoint) -> Result<String, &'static str> {
    let text = endpoint.base_url.trim_end_matches('/');
    let uri: Uri = text.parse().map_err(|_| "it is no URL")?;
    let authority = uri.authority().ok_or("it names no host")?;
    if authority.as_str().contains('@') {
        return Err("it holds a user's name; give the key as a key");
    }
    if uri.query().is_some() || text.contains('#') {
        return Err("it has more than scheme, host, port and path");
    }
    if !matches!(uri.path(), "" | "/") {
        check_path(uri.path())?;
    }
    match uri.scheme_str() {
        Some("https") => Ok(text.to_owned()),
        Some("http") if endpoint.auth == Auth::None || is_loopback(authority.host()) => Ok(text.to_owned()),
        Some("http") => Err("the key would go over the network unencrypted"),
        _ => Err("its scheme is neither https nor http"),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Whether each segment is the same, or the pattern's is `*`.
fn matches(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(segment)) if wanted == segment || wanted == "*" => {}
            _ => return false,
        }
    }
}

/// Checks the target of a request as it stands on the wire: a plain path, perhaps with a query.
pub(super) fn check_target(target: &str) -> Result<(), Refusal> {
    if !target.starts_with('/') {
        return Err(Refusal::Target("it names a host, or no path"));
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    check_path(path).map_err(Refusal::Target)?;
    if query.bytes().all(|byte| byte.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&byte)) {
        Ok(())
    } else {
        Err(Refusal::Target("its query holds other characters than RFC 3986 allows"))
    }
}

/// A path with nothing that a server could read in another way: no escapes, no empty segments, no dots.
fn check_path(path: &str) -> Result<(), &'static str> {
    let segments = path.strip_prefix('/').ok_or("it does not begin with a slash")?;
    if !segments.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~:@!$&'()*+,=".contains(&byte)) {
        return Err("it holds escapes or other unusual characters");
    }
    if segments.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return Err("it has empty segments or dot segments");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::Secret;

    fn endpoint(mount: &str, base_url: &str, auth: Auth) -> Endpoint {
        let (mount, base_url) = (mount.into(), base_url.into());
        Endpoint { mount, base_url, routes: Route::of_models(), models: Models::default(), auth }
    }

    fn key() -> Auth {
        Auth::Bearer(Secret::new("sk-planted-0123").unwrap())
    }

    #[test]
    fn paths_go_behind_the_base_url_of_their_mount() {
        let routes = Routes::new(&[
            endpoint("", "http://localhost:1/v1/", Auth::None),
            endpoint("/claude", "https://api.example.com", key()),
        ])
        .unwrap();
        let find = |method, path: &str| {
            let found = routes.find(&method, &path.parse().unwrap())?;
            Ok((found.url.to_string(), found.destination.auth().is_some()))
        };
        assert_eq!(find(Method::POST, "/responses"), Ok(("http://localhost:1/v1/responses".into(), false)));
        let messages = "https://api.example.com/v1/messages?beta=true".to_owned();
        assert_eq!(find(Method::POST, "/claude/v1/messages?beta=true"), Ok((messages, true)));
        for (method, path) in [
            (Method::GET, "/responses"),
            (Method::POST, "/responses/"),
            (Method::POST, "/responses/x"),
            (Method::POST, "/v1/responses"),
            (Method::POST, "/claudex/v1/messages"),
            (Method::POST, "/claude"),
            (Method::GET, "/models/a/b"),
        ] {
            assert_eq!(find(method, path), Err(Refusal::Route), "{path}");
        }
    }

    #[test]
    fn targets_with_more_than_one_reading_are_refused() {
        for target in ["/v1/messages", "/v1/models/gpt-5.1:x", "/v1/messages?beta=true&a=%20", "/a?"] {
            assert_eq!(check_target(target), Ok(()), "{target}");
        }
        for target in [
            "http://evil.example/v1/messages",
            "//evil.example/v1/messages",
            "evil.example:443",
            "*",
            "/v1/../admin",
            "/v1/./messages",
            "/v1//messages",
            "/v1/messages/..",
            "/v1/%2e%2e/admin",
            "/v1%2fmessages",
            "/v1\\messages",
            "/v1/messages;x=1",
            "/v1/messages#x",
            "/v1/messages?a#b",
            "/v1/m\u{e4}",
            "/",
        ] {
            assert!(matches!(check_target(target), Err(Refusal::Target(_))), "{target}");
        }
    }

    #[test]
    fn a_key_goes_over_no_network_in_the_clear() {
        let refused = |base_url: &str, auth| {
            Routes::new(&[endpoint("", base_url, auth)]).err().map(|it| it.to_string())
        };
        for base_url in
            ["http://127.0.0.1:8080/v1", "http://[::1]:80", "http://localhost", "https://api.example.com/v1"]
        {
            assert_eq!(refused(base_url, key()), None);
        }
        assert_eq!(refused("http://10.0.0.7/v1", Auth::None), None);
        assert!(refused("http://10.0.0.7/v1", key()).unwrap().contains("unencrypted"));
        for base_url in [
            "ftp://localhost",
            "localhost",
            "https://user:pw@example.com",
            "https://example.com/?a=b",
            "https://example.com/a/../b",
            "",
        ] {
            assert!(refused(base_url, Auth::None).unwrap().contains(&format!("`{base_url}`")), "{base_url}");
        }
    }

    #[test]
    fn routes_that_make_no_sense_are_refused() {
        let with = |method, path| {
            let routes = vec![Route::new(method, path)];
            Routes::new(&[Endpoint { routes, ..endpoint("", "https://example.com", Auth::None) }]).err()
        };
        for (method, path) in [("GET", "/a"), ("POST", "/*/responses")] {
            assert!(with(method, path).is_none(), "{path}");
        }
        for (method, path) in [
            ("CONNECT", "/a"),
            ("PO ST", "/a"),
            ("GET", "a"),
            ("GET", "/a/../b"),
            ("GET", "/"),
            ("POST", "/*"),
            ("POST", "/files"),
        ] {
            assert!(with(method, path).unwrap().to_string().contains(&format!("`{method} {path}`")));
        }
    }
}
