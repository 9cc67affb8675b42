//! `/api/query_batch`: several queries at one timestamp.

use std::{fmt, marker::PhantomData};

use axum_core::{extract::Request, response::Response};
use http::{HeaderMap, StatusCode};
use lunora_core::reference::Kind;
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    answer::{Refusal, View},
    body,
    call::{Asked, outcome, too_many},
    caller::Caller,
    dispatch,
    entry::{Shared, request_id},
    envelope::{Envelope, Shape, bad_json, is_json},
    finishing::Finishing,
    held::hold,
    moments,
    object::ObjectAs,
    options::ServerLimits,
    problem::{Problem, json},
};
use crate::{
    database::Moment,
    functions::{CallLimits, CallRequest, RequestId, Runtime},
};

/// Answers a request for several queries.
pub(super) async fn batch(shared: &Shared, request: Request) -> Response {
    try_batch(shared, request).await.unwrap_or_else(Response::from)
}

async fn try_batch(shared: &Shared, request: Request) -> Result<Response, Problem> {
    if shared.lifecycle.is_ending() {
        return Err(Problem::shutting_down());
    }
    let limits = shared.options.limits;
    let (parts, body) = request.into_parts();
    let body = body::receive(&parts.headers, body, &limits, &shared.buffers).await?;
    let slot = shared.requests.take(1).ok_or_else(too_many)?;
    let caller = Caller::of(&parts, &shared.runtime).await?;
    let queries = read(&parts.headers, &body.bytes, &limits, shared.runtime.call_limits())?;
    let batch = Batch {
        runtime: shared.runtime.clone(),
        moment: moments::newest(&shared.runtime)?,
        request_id: request_id(&parts),
        in_full: caller.is_admin() || shared.options.dev,
        caller,
        max_bytes: limits.batch_result_bytes,
    };
    // As with a single call: it goes on when its client hangs up, and holds its place and its memory meanwhile.
    let results = Finishing::new(async move {
        let _held = (slot, body);
        batch.run(queries).await
    });
    let results = results.await.map_err(|panic| Problem::lost(&*panic))??;
    Ok(json(StatusCode::OK, hold(results, &shared.unread)?))
}

struct Batch {
    runtime: Runtime,
    /// What all of them read.
    moment: Moment,
    request_id: RequestId,
    in_full: bool,
    caller: Caller,
    max_bytes: usize,
}

impl Batch {
    /// One after the other: a batch gets no more of the server than a single call.
    async fn run(&self, queries: Vec<Asked>) -> Result<Vec<u8>, Problem> {
        let mut results = br#"{"results":["#.to_vec();
        for (number, asked) in queries.into_iter().enumerate() {
            if number > 0 {
                results.push(b',');
            }
            results.extend_from_slice(&self.query(asked).await?);
            if results.len() > self.max_bytes {
                return Err(too_large(self.max_bytes));
            }
        }
        results.extend_from_slice(b"]}");
        Ok(results)
    }

    async fn query(&self, asked: Asked) -> Result<Vec<u8>, Problem> {
        let view = View {
            request_id: self.request_id,
            format: asked.format,
            in_full: self.in_full,
            refusal: Refusal::PublicFunction,
        };
        let request = CallRequest {
            path: asked.path,
            kind: Some(Kind::Query),
            args: asked.args,
            identity: None,
            idempotency_key: None,
            request_id: self.request_id,
            at: Some(self.moment.clone()),
        };
        outcome(dispatch::call(&self.runtime, &self.caller, request).await, &view)
    }
}

fn too_large(limit: usize) -> Problem {
    let message = format!("The results are larger than {limit} bytes in all (limit: batch_result_bytes).");
    Problem::too_large("ResultsTooLarge", message)
}

/// Reads `{"queries": [..]}`, and no more queries than there may be.
fn read(
    headers: &HeaderMap,
    body: &[u8],
    limits: &ServerLimits,
    calls: &CallLimits,
) -> Result<Vec<Asked>, Problem> {
    if !is_json(headers) {
        return Err(bad_json("the Content-Type header is not application/json"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let max = limits.batch_queries;
    let queries = AtMost(max).deserialize(&mut json).map_err(bad_json)?;
    json.end().map_err(bad_json)?;
    let Some(queries) = queries else {
        let message = format!("The batch has more than {max} queries (limit: batch_queries).");
        return Err(Problem::too_large("TooManyQueries", message));
    };
    queries
        .into_iter()
        .map(|envelope| Asked::from_envelope(envelope, Shape::ObjectOrArray, body.len(), calls))
        .collect()
}

/// The queries of a batch; none when there are more than so many. The rest is not kept.
struct AtMost(usize);

impl<'de> DeserializeSeed<'de> for AtMost {
    type Value = Option<Vec<Envelope<'de>>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for AtMost {
    type Value = Option<Vec<Envelope<'de>>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `queries`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut queries = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "queries" {
                if queries.is_some() {
                    return Err(A::Error::duplicate_field("queries"));
                }
                queries = Some(map.next_value_seed(Queries(self.0))?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        queries.ok_or_else(|| A::Error::missing_field("queries"))
    }
}

/// The list itself.
struct Queries(usize);

impl<'de> DeserializeSeed<'de> for Queries {
    type Value = Option<Vec<Envelope<'de>>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Queries {
    type Value = Option<Vec<Envelope<'de>>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of queries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut queries = Vec::new();
        while queries.len() < self.0 {
            match seq.next_element_seed(ObjectAs(PhantomData))? {
                Some(envelope) => queries.push(envelope),
                None => return Ok(Some(queries)),
            }
        }
        if seq.next_element::<IgnoredAny>()?.is_none() {
            return Ok(Some(queries));
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}
