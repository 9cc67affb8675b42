//! The path of a route, with names for some of its parts.

/// The path of an `#[http_action]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    pub(super) route: &'static str,
    pub(super) parts: Vec<Part>,
}

/// One part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// This text.
    Text(&'static str),
    /// `{name}`: any one part that is not empty.
    One(&'static str),
    /// `{*name}`: one part or more, to the end.
    Rest(&'static str),
}

impl Template {
    /// The attribute has checked the syntax.
    pub(super) fn parse(route: &'static str) -> Self {
        let parts = route.split('/').filter(|part| !part.is_empty());
        Self {
            route,
            parts: parts.map(Part::parse).collect(),
        }
    }

    /// What the named parts are in a path that was found under this route.
    pub(super) fn values(&self, path: &[String]) -> Vec<(&'static str, String)> {
        let value = |(at, part): (usize, &Part)| match *part {
            Part::Text(_) => None,
            Part::One(name) => Some((name, path.get(at)?.clone())),
            Part::Rest(name) => Some((name, path.get(at..)?.join("/"))),
        };
        self.parts.iter().enumerate().filter_map(value).collect()
    }
}

impl Part {
    fn parse(part: &'static str) -> Self {
        let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        match name.map(|name| (name, name.strip_prefix('*'))) {
            None => Self::Text(part),
            Some((_, Some(name))) => Self::Rest(name),
            Some((name, None)) => Self::One(name),
        }
    }
}
