//! Both stores are a running engine; they differ in how it is made.

/// Implements [`Store`](super::Store) for a type whose field `running` does the work.
macro_rules! delegate_store {
    ($store:ty) => {
        impl $crate::store::Store for $store {
            fn ordered(&self) -> $crate::store::Timestamp {
                self.running.engine.ordered()
            }

            fn durable(&self) -> $crate::store::Timestamp {
                self.running.engine.durable()
            }

            fn snapshot(
                &self,
                ts: $crate::store::Timestamp,
            ) -> Result<std::sync::Arc<dyn $crate::store::Snapshot>, $crate::store::StoreError> {
                self.running.engine.snapshot(ts)
            }

            fn frozen(
                &self,
            ) -> Result<std::sync::Arc<dyn $crate::store::Snapshot>, $crate::store::StoreError> {
                self.running.engine.frozen()
            }

            fn append(
                &self,
                after: $crate::store::Timestamp,
                commit: $crate::store::Commit,
            ) -> Result<(), $crate::store::StoreError> {
                self.running.engine.append(after, commit)
            }

            fn when_durable(&self, ts: $crate::store::Timestamp, done: $crate::store::Durable) {
                self.running.engine.when_durable(ts, done);
            }

            fn on_failure(&self, failed: $crate::store::OnFailure) {
                self.running.engine.on_failure(failed);
            }

            fn feed(
                &self,
                since: $crate::store::Timestamp,
            ) -> Result<Vec<std::sync::Arc<$crate::store::Commit>>, $crate::store::StoreError> {
                self.running.engine.feed(since)
            }

            fn close(&self) -> Result<(), $crate::store::StoreError> {
                self.running.close()
            }
        }
    };
}

pub(crate) use delegate_store;
