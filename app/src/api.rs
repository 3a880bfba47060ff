//! Calls of the API: the only user of `fetch`.

use crate::{
    clock, json, router,
    session::{Account, Gate},
};
use contract::{
    check::Complaint,
    list::List,
    problem::{Code, Problem},
    session::{SESSION, SESSION_USER},
};
pub use gloo_net::http::Method;
use gloo_net::http::RequestBuilder;
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

/// Why a call gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// What was sent breaks rules; each complaint belongs to a field.
    Invalid(Vec<Complaint>),
    /// The server said no.
    Refused(Box<Problem>),
    /// There was no answer, or none that can be understood.
    Unreachable,
}

impl Failure {
    /// The kind of refusal, if it is one.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(problem) => Some(problem.code),
            _ => None,
        }
    }

    /// The failure in words for the person in front of it.
    pub fn message(&self) -> String {
        match self {
            Self::Invalid(complaints) => complaints
                .first()
                .map(|complaint| complaint.message.clone())
                .unwrap_or_default(),
            Self::Refused(problem) => problem.detail.clone(),
            Self::Unreachable => {
                "Latchkey cannot be reached. Check your connection and try again.".into()
            }
        }
    }
}

/// What a call brings along.
#[derive(Default)]
pub struct Cargo {
    /// What it is, such as `application/json`; empty without a body.
    pub media_type: String,
    /// The body: a text, or a blob as it is.
    pub body: Option<JsValue>,
    /// The entity tag that what is changed must still have (RFC 9110, 13.1.1).
    pub if_match: Option<String>,
}

impl Cargo {
    /// A text of JSON.
    pub fn json(text: &str) -> Self {
        Self {
            media_type: "application/json".into(),
            body: Some(text.into()),
            if_match: None,
        }
    }
}

/// A good answer.
pub struct Reply {
    /// Its text.
    pub text: String,
    /// The entity tag of what it tells.
    pub tag: Option<String>,
}

/// Makes calls for whoever is signed in. Provided once, by the app.
#[derive(Clone, Copy)]
pub struct Api {
    /// Who is signed in.
    pub account: Account,
    /// Where a confirmation is asked for.
    pub gate: Gate,
}

impl Api {
    /// The one that the app provides.
    pub fn in_use() -> Self {
        expect_context()
    }

    /// Asks for something.
    pub async fn get<T: DeserializeOwned>(self, path: &str) -> Result<T, Failure> {
        parse(&self.send(Method::GET, path, None).await?)
    }

    /// Asks for something with its entity tag.
    pub async fn read<T: DeserializeOwned>(
        self,
        path: &str,
    ) -> Result<(T, Option<String>), Failure> {
        let reply = self.exchange(Method::GET, path, &Cargo::default()).await?;
        Ok((parse(&reply.text)?, reply.tag))
    }

    /// Asks for every page of a list, of which there are few.
    pub async fn every<T: DeserializeOwned>(self, path: &str) -> Result<Vec<T>, Failure> {
        let first = [path, "?limit=100"].concat();
        let (mut all, mut next) = (Vec::new(), Some(first.clone()));
        while let Some(path) = next {
            let page: List<T> = self.get(&path).await?;
            all.extend(page.items);
            next = page
                .next_cursor
                .map(|cursor| [&first, "&cursor=", &router::encode(&cursor)].concat());
        }
        Ok(all)
    }

    /// Sends a call and gives the text of its answer.
    pub async fn send(
        self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<String, Failure> {
        let cargo = body.as_deref().map(Cargo::json).unwrap_or_default();
        let reply = self.exchange(method, path, &cargo).await?;
        Ok(reply.text)
    }

    /// Sends a call with whatever it brings along, for the person whom the page knows: should somebody else be signed in
    /// by now, it is refused.
    ///
    /// A call that needs a confirmation waits for it and is then sent again as it was.
    pub async fn exchange(
        self,
        method: Method,
        path: &str,
        cargo: &Cargo,
    ) -> Result<Reply, Failure> {
        let meant = self.account.id();
        let mut repeated = false;
        loop {
            let failure = match once(method.clone(), path, cargo, meant.as_deref()).await {
                Ok(reply) => return Ok(reply),
                Err(failure) => failure,
            };
            match failure.code() {
                Some(Code::StepUpRequired) if self.gate.confirmed().await => continue,
                // To sign in is to be nobody yet.
                Some(Code::Unauthenticated | Code::MfaRequired)
                    if method != Method::POST || path != SESSION =>
                {
                    self.account.learn().await;
                    // Another tab confirmed who it is, and so the session got a new cookie while the call was under way.
                    let still_there = meant.is_some() && self.account.id() == meant;
                    if still_there && !repeated && !path.starts_with(SESSION) {
                        repeated = true;
                        continue;
                    }
                }
                _ => {}
            }
            return Err(failure);
        }
    }
}

/// Asks for something as whoever the browser's cookie stands for.
pub async fn ask<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    let reply = once(Method::GET, path, &Cargo::default(), None).await?;
    parse(&reply.text)
}

/// Sends a call once, for the person `meant`.
async fn once(
    method: Method,
    path: &str,
    cargo: &Cargo,
    meant: Option<&str>,
) -> Result<Reply, Failure> {
    let (status, reply) = fetch(method, path, cargo, meant)
        .await
        .map_err(|_| Failure::Unreachable)?;
    if (200..300).contains(&status) {
        Ok(reply)
    } else {
        Err(refusal(parse(&reply.text)))
    }
}

/// Reads an answer.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    json::read(text).map_err(|_| Failure::Unreachable)
}

fn refusal(problem: Result<Problem, Failure>) -> Failure {
    match problem {
        Ok(problem) if problem.errors.is_empty() => Failure::Refused(Box::new(problem)),
        Ok(problem) => Failure::Invalid(problem.errors),
        Err(unreadable) => unreadable,
    }
}

async fn fetch(
    method: Method,
    path: &str,
    cargo: &Cargo,
    meant: Option<&str>,
) -> Result<(u16, Reply), gloo_net::Error> {
    let mut request = RequestBuilder::new(path).method(method);
    if let Some(person) = meant {
        request = request.header(SESSION_USER, person);
    }
    if let Some(tag) = &cargo.if_match {
        request = request.header("If-Match", tag);
    }
    let request = match &cargo.body {
        Some(body) => request
            .header("Content-Type", &cargo.media_type)
            .body(body.clone())?,
        None => request.build()?,
    };
    let response = request.send().await?;
    if let Some(date) = response.headers().get("Date") {
        clock::hear(&date);
    }
    let reply = Reply {
        tag: response.headers().get("ETag"),
        text: response.text().await?,
    };
    Ok((response.status(), reply))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(errors: Vec<Complaint>) -> Problem {
        Problem {
            kind: "/problems/conflict".into(),
            title: "T".into(),
            status: 409,
            detail: "D.".into(),
            code: Code::Conflict,
            request_id: "r".into(),
            errors,
            required_scopes: Vec::new(),
            repair_url: None,
        }
    }

    #[test]
    fn complaints_come_before_the_problem_that_carries_them() {
        let complaint = Complaint {
            pointer: "/email".into(),
            message: "Taken.".into(),
        };
        let failure = refusal(Ok(problem(vec![complaint.clone()])));
        assert_eq!(failure, Failure::Invalid(vec![complaint]));
        assert_eq!(failure.message(), "Taken.");
    }

    #[test]
    fn a_refusal_speaks_its_detail_and_rubbish_is_no_answer() {
        assert_eq!(refusal(Ok(problem(Vec::new()))).message(), "D.");
        assert_eq!(refusal(Err(Failure::Unreachable)), Failure::Unreachable);
    }
}
