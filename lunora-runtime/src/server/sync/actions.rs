//! The actions of a connection: side by side, answered as they end.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::super::{admission::Share, caller::Caller, dispatch, finishing::Finishing, problem::log_lost};
use crate::functions::{Answer, CallError, CallRequest, RequestId, Runtime, lost};

/// The actions of one connection. There are no more messages under way than actions.
pub(super) struct Actions {
    report: UnboundedSender<Ended>,
    reports: UnboundedReceiver<Ended>,
    under_way: usize,
}

/// An action that has ended.
pub(super) struct Ended {
    pub(super) request_id: u32,
    pub(super) caller: Arc<Caller>,
    pub(super) request: RequestId,
    pub(super) result: Result<Answer, CallError>,
}

impl Actions {
    pub(super) fn new() -> Self {
        let (report, reports) = unbounded_channel();
        Self {
            report,
            reports,
            under_way: 0,
        }
    }

    /// How many have not ended.
    pub(super) const fn under_way(&self) -> usize {
        self.under_way
    }

    /// Starts one, which holds its shares until it has ended, also when the connection is gone.
    pub(super) fn start(
        &mut self,
        runtime: Runtime,
        caller: Arc<Caller>,
        request_id: u32,
        call: CallRequest,
        shares: (Share, Share),
    ) {
        self.under_way += 1;
        let report = self.report.clone();
        let (request, for_call) = (call.request_id, Arc::clone(&caller));
        let work = Finishing::new(async move { dispatch::call(&runtime, &for_call, call).await });
        tokio::spawn(async move {
            let result = work.await.unwrap_or_else(|panic| {
                log_lost(&*panic);
                Err(lost())
            });
            drop(shares);
            // Nobody listens any more if the connection is gone.
            let _ = report.send(Ended {
                request_id,
                caller,
                request,
                result,
            });
        });
    }

    /// The next one that has ended.
    pub(super) fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        match self.reports.poll_recv(cx) {
            Poll::Ready(Some(ended)) => {
                self.under_way -= 1;
                Poll::Ready(ended)
            }
            // It does not end while there is a sender here.
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }
}
