//! Stores that leave to another what they do not do themselves.

/// In an implementation of [`Store`](super::Store): the methods that the field named first does.
///
/// ```ignore
/// delegate!((running.engine): ordered, durable, snapshot);
/// ```
macro_rules! delegate {
    ($to:tt: $($method:ident),+) => {
        $($crate::store::delegate!(@$method $to);)+
    };
    (@ordered ($($to:ident).+)) => {
        fn ordered(&self) -> $crate::store::Timestamp {
            self.$($to).+.ordered()
        }
    };
    (@durable ($($to:ident).+)) => {
        fn durable(&self) -> $crate::store::Timestamp {
            self.$($to).+.durable()
        }
    };
    (@snapshot ($($to:ident).+)) => {
        fn snapshot(
            &self,
            ts: $crate::store::Timestamp,
        ) -> Result<std::sync::Arc<dyn $crate::store::Snapshot>, $crate::store::StoreError> {
            self.$($to).+.snapshot(ts)
        }
    };
    (@frozen ($($to:ident).+)) => {
        fn frozen(
            &self,
        ) -> Result<std::sync::Arc<dyn $crate::store::Snapshot>, $crate::store::StoreError> {
            self.$($to).+.frozen()
        }
    };
    (@append ($($to:ident).+)) => {
        fn append(
            &self,
            after: $crate::store::Timestamp,
            commit: &$crate::store::Commit,
        ) -> Result<(), $crate::store::StoreError> {
            self.$($to).+.append(after, commit)
        }
    };
    (@when_durable ($($to:ident).+)) => {
        fn when_durable(&self, ts: $crate::store::Timestamp, done: $crate::store::Durable) {
            self.$($to).+.when_durable(ts, done);
        }
    };
    (@on_failure ($($to:ident).+)) => {
        fn on_failure(&self, failed: $crate::store::OnFailure) {
            self.$($to).+.on_failure(failed);
        }
    };
    (@feed ($($to:ident).+)) => {
        fn feed(
            &self,
            since: $crate::store::Timestamp,
        ) -> Result<Vec<std::sync::Arc<$crate::store::Changes>>, $crate::store::StoreError> {
            self.$($to).+.feed(since)
        }
    };
    (@close ($($to:ident).+)) => {
        fn close(&self) -> Result<(), $crate::store::StoreError> {
            self.$($to).+.close()
        }
    };
}

pub(crate) use delegate;
