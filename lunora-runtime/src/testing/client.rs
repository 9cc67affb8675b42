//! A client's side of a test.

use std::sync::Arc;

use lunora_core::{
    error::{Error, Result},
    identity::Identity,
    json::{parse, to_encoded_string},
    path::FunctionPath,
    reference::{Call, ClientMayCall, FunctionRef, IsAction, IsMutation, IsQuery, Kind, Output},
    value::{Object, Value, from_value},
};

use super::watch::{NUMBER, View, Watch};
use crate::functions::{BoxFuture, CallError, CallRequest, RequestId, Runtime, WatchRequest, encode_args};

/// Calls public functions as a client does: arguments and results travel as JSON, system errors come redacted.
#[derive(Debug, Clone)]
pub struct TestClient {
    runtime: Runtime,
    identity: Option<Arc<Identity>>,
}

impl TestClient {
    pub(super) const fn new(runtime: Runtime, identity: Option<Arc<Identity>>) -> Self {
        Self { runtime, identity }
    }

    /// Runs a public query.
    pub fn query<F: FunctionRef<Kind: IsQuery, Visibility: ClientMayCall>>(
        &self,
        call: Call<F>,
    ) -> BoxFuture<'_, Result<Output<F>>> {
        self.call(call, Kind::Query)
    }

    /// Runs a public mutation.
    pub fn mutation<F: FunctionRef<Kind: IsMutation, Visibility: ClientMayCall>>(
        &self,
        call: Call<F>,
    ) -> BoxFuture<'_, Result<Output<F>>> {
        self.call(call, Kind::Mutation)
    }

    /// Runs a public action.
    pub fn action<F: FunctionRef<Kind: IsAction, Visibility: ClientMayCall>>(
        &self,
        call: Call<F>,
    ) -> BoxFuture<'_, Result<Output<F>>> {
        self.call(call, Kind::Action)
    }

    /// Watches a public query.
    pub fn watch<F: FunctionRef<Kind: IsQuery, Visibility: ClientMayCall>>(
        &self,
        call: Call<F>,
    ) -> Result<Watch<F>> {
        let args = over_the_wire(Value::Object(encode_args(call)?))?;
        let mut queries = self.runtime.connect();
        let request = WatchRequest {
            path: self.runtime.public().path_of::<F>()?,
            args: args.into_object().unwrap_or_default(),
            identity: self.identity.clone(),
            journal: None,
        };
        self.runtime.public().watch(&mut queries, NUMBER, request)?;
        Ok(Watch::new(queries, self.runtime.clone(), View::Client))
    }

    fn call<F: FunctionRef>(&self, call: Call<F>, kind: Kind) -> BoxFuture<'_, Result<Output<F>>> {
        Box::pin(async move {
            let args = over_the_wire(Value::Object(encode_args(call)?))?
                .into_object()
                .unwrap_or_default();
            let path = self.runtime.public().path_of::<F>()?;
            let value = self.send_to(path, Some(kind), args).await?;
            Ok(from_value(over_the_wire(value)?)?)
        })
    }

    /// Sends a call by name, as anybody with a socket can.
    pub async fn send(&self, path: &str, kind: Option<Kind>, args: Object) -> Result<Value> {
        self.send_to(FunctionPath::parse(path)?, kind, args).await
    }

    async fn send_to(&self, path: FunctionPath, kind: Option<Kind>, args: Object) -> Result<Value> {
        let request_id = RequestId::random();
        let request = CallRequest {
            path,
            kind,
            args,
            identity: self.identity.clone(),
            idempotency_key: None,
            request_id,
            at: None,
        };
        let answer = self.runtime.public().call(request).await;
        answer
            .map(|answer| answer.value.into_value())
            .map_err(|error| as_client_sees(error, request_id))
    }
}

fn over_the_wire(value: Value) -> Result<Value> {
    Ok(parse(to_encoded_string(&value).as_bytes())?)
}

fn as_client_sees(error: CallError, id: RequestId) -> Error {
    match error {
        CallError::Function(error) if error.is_readable() => error,
        CallError::Function(_) => Error::internal(format!("[Request ID: {id}] Server Error")),
        other => Error::internal(other.to_string()),
    }
}
