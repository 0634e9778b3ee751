//! A browser as client packages use it: form bodies, `_method`, a cookie jar, an origin.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use http::header::{CONTENT_TYPE, COOKIE, HeaderName, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use postern::http::{Api, SourceIp};
use serde_json::Value;
use tower::ServiceExt;

/// A browser. Clones are tabs of it: they share its cookies.
#[derive(Clone)]
pub struct Browser {
    api: Api,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
    /// The origin of the page; `None` for a caller that is no page.
    pub origin: Option<String>,
    /// The address that it calls from.
    pub ip: IpAddr,
    /// More headers that each request carries.
    pub headers: HeaderMap,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; `null` if there is none.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Browser {
    /// A new browser, at an address that no other has.
    pub fn new(api: Api) -> Self {
        let next = NEXT_ADDRESS.fetch_add(1, Ordering::SeqCst);
        Self {
            api,
            cookies: Arc::default(),
            origin: Some("http://localhost:4000".to_owned()),
            ip: IpAddr::V4(Ipv4Addr::from(next)),
            headers: HeaderMap::new(),
        }
    }

    /// The same browser with another header on each request.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), value.parse().unwrap());
        self
    }

    /// The same browser as it calls from another address.
    #[must_use]
    pub fn at(mut self, ip: &str) -> Self {
        self.ip = ip.parse().unwrap();
        self
    }

    /// The same browser, answered by another process of the instance.
    #[must_use]
    pub fn via(mut self, process: &crate::Instance) -> Self {
        self.api = process.api.clone();
        self
    }

    /// A browser that was given a copy of this one's cookies.
    #[must_use]
    pub fn stolen(&self) -> Self {
        let cookies = Arc::new(Mutex::new(self.cookies.lock().unwrap().clone()));
        Self { cookies, ..self.clone() }
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Puts a cookie into the jar.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    /// POST of a form.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send(Method::POST, path, Some(body)).await
    }

    /// PATCH of a form, as a browser sends it.
    pub async fn patch(&self, path: &str, form: &[(&str, &str)]) -> Reply {
        self.post(&format!("{path}?_method=PATCH"), form).await
    }

    /// DELETE, as a browser sends it.
    pub async fn delete(&self, path: &str) -> Reply {
        self.post(&format!("{path}?_method=DELETE"), &[]).await
    }

    /// Any request; a body is sent as a form.
    pub async fn send(&self, method: Method, path: &str, body: Option<String>) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        self.call(request.body(Body::from(body.unwrap_or_default())).unwrap()).await
    }

    /// Any request at all, with this browser's cookies, origin and address.
    pub async fn call(&self, mut request: Request<Body>) -> Reply {
        let cookies: Vec<_> = self
            .cookies
            .lock()
            .unwrap()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let headers = request.headers_mut();
        if !cookies.is_empty() {
            headers.insert(COOKIE, cookies.join("; ").parse().unwrap());
        }
        if let Some(origin) = &self.origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        headers.extend(self.headers.clone());
        request.extensions_mut().insert(SourceIp(self.ip));
        let response = match self.api.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        self.keep(&parts.headers);
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, body, text }
    }

    /// Signs somebody up by a code; answers with the completing answer.
    pub async fn sign_up(
        &self,
        instance: &crate::Instance,
        email: &str,
        more: &[(&str, &str)],
    ) -> Reply {
        let mut form = vec![("email_address", email), ("strategy", "email_code")];
        form.extend_from_slice(more);
        let created = self.post("/v1/client/sign_ups", &form).await.ok();
        let path = format!("/v1/client/sign_ups/{}/attempt_verification", created.id());
        let code = instance.code(email);
        self.post(&path, &[("strategy", "email_code"), ("code", &code)]).await.ok()
    }

    /// Signs somebody in by a password; answers with the completing answer.
    pub async fn sign_in(&self, identifier: &str, password: &str) -> Reply {
        self.post("/v1/client/sign_ins", &[("identifier", identifier), ("password", password)])
            .await
    }

    fn keep(&self, headers: &HeaderMap) {
        let mut jar = self.cookies.lock().unwrap();
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Reply {
    /// The answer, which must be a success.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text);
        self
    }

    /// The answer, which must be refused with this code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let found = self.at("/errors/0/code");
        assert_eq!((self.status.as_u16(), found.as_str()), (status, Some(code)), "{}", self.text);
        self
    }

    /// The value at a JSON pointer; `null` where there is none.
    pub fn at(&self, pointer: &str) -> Value {
        self.body.pointer(pointer).cloned().unwrap_or_default()
    }

    /// The text at a JSON pointer.
    #[track_caller]
    pub fn text_at(&self, pointer: &str) -> String {
        let found = self.at(pointer);
        found.as_str().unwrap_or_else(|| panic!("no text at {pointer}: {}", self.text)).to_owned()
    }

    /// The id of the resource.
    #[track_caller]
    pub fn id(&self) -> String {
        self.text_at("/response/id")
    }

    /// The code of the first error; `None` for a success.
    pub fn code(&self) -> Option<String> {
        self.at("/errors/0/code").as_str().map(str::to_owned)
    }
}

/// 10.0.0.1 and on.
static NEXT_ADDRESS: AtomicU32 = AtomicU32::new(0x0a00_0001);
