//! HTTP actions: functions that answer requests for paths of the application's choice.
//!
//! A path is normalized once (`path`), looked up in a tree made of all routes (`routes`), and what it names is taken
//! out of the route's `template`. The `action` then gets a [`Request`], whose body arrives while it is read, and gives a
//! [`Response`]. `run` is the way of one call.

mod action;
mod body;
mod params;
mod path;
mod refusal;
mod request;
mod response;
mod routes;
mod run;
mod template;
mod webhook;

pub(super) use self::action::BoundAction;
pub(crate) use self::refusal::refusal;
pub use self::{
    action::{HttpAction, HttpOutcome, HttpRun, IsRequest, RunByRequestsAlone},
    body::{Body, BodySource},
    request::Request,
    response::{Response, ResponseBody, Streamed},
    routes::{Found, FoundAction, HttpActions, TwoActions},
    run::HttpCall,
    webhook::Webhook,
};
