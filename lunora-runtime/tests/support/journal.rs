//! The log of a test.

use std::{
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex},
};

use tracing::{Event, Metadata, Subscriber, field, span};

/// Records every span and event, ids and times aside.
#[derive(Clone, Default)]
pub struct Journal(Arc<Mutex<String>>);

impl Journal {
    pub fn take(&self) -> String {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    fn begin(&self, metadata: &Metadata<'_>) {
        let mut lines = self.0.lock().unwrap();
        write!(
            lines,
            "\n{} {} {}:",
            metadata.level(),
            metadata.target(),
            metadata.name()
        )
        .unwrap();
    }
}

impl field::Visit for Journal {
    fn record_debug(&mut self, field: &field::Field, value: &dyn Debug) {
        if !matches!(field.name(), "request_id" | "duration") {
            write!(self.0.lock().unwrap(), " {}={value:?}", field.name()).unwrap();
        }
    }
}

impl Subscriber for Journal {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("lunora")
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        self.begin(attributes.metadata());
        attributes.record(&mut self.clone());
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        self.begin(event.metadata());
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
