//! From method and path to the action.

use std::{collections::HashMap, sync::Arc};

use http::Method;

use super::{
    action::BoundAction,
    path,
    template::{Part, Template},
};

/// All HTTP actions of an application.
#[derive(Debug, Default)]
pub struct HttpActions {
    methods: Vec<(Method, Node)>,
}

/// Where the parts of a path lead: a text before any part, any part before the rest.
///
/// A node is reached by one way alone, so looking for a path takes at most as many steps as there are nodes.
#[derive(Debug, Default)]
struct Node {
    texts: HashMap<&'static str, Node>,
    one: Option<Box<Node>>,
    rest: Option<Arc<BoundAction>>,
    end: Option<Arc<BoundAction>>,
}

/// Two HTTP actions answer to the same requests.
#[derive(Debug, thiserror::Error)]
#[error(
    "two HTTP actions answer to `{method} {first}` and `{method} {second}`, which are the same; change one of them"
)]
pub struct TwoActions {
    method: Method,
    first: &'static str,
    second: &'static str,
}

/// What a request is for.
#[derive(Debug)]
pub enum Found {
    /// This action.
    Action(FoundAction),
    /// None, but there are some for the same path and these methods.
    OtherMethods(Vec<Method>),
    /// Nothing of the application.
    Nothing,
}

/// An action, and what the named parts of its route are.
#[derive(Debug)]
pub struct FoundAction {
    pub(super) action: Arc<BoundAction>,
    pub(super) params: Vec<(&'static str, String)>,
}

impl FoundAction {
    /// The path of its route, as its attribute says it.
    pub fn route(&self) -> &'static str {
        self.action.template.route
    }
}

impl HttpActions {
    pub(in crate::functions) fn new(
        actions: impl IntoIterator<Item = BoundAction>,
    ) -> Result<Self, TwoActions> {
        let mut all = Self::default();
        for action in actions {
            let method = action.method.clone();
            let at = all.methods.iter().position(|(known, _)| *known == method);
            let at = at.unwrap_or_else(|| {
                all.methods.push((method, Node::default()));
                all.methods.len() - 1
            });
            all.methods[at].1.insert(Arc::new(action))?;
        }
        Ok(all)
    }

    /// What a request is for. `HEAD` falls back to `GET`.
    pub fn find(&self, method: &Method, path: &str) -> Found {
        if self.methods.is_empty() {
            return Found::Nothing;
        }
        let Some(path) = path::parts(path) else {
            return Found::Nothing;
        };
        let get = (method == Method::HEAD).then_some(&Method::GET);
        let found = [Some(method), get]
            .into_iter()
            .flatten()
            .find_map(|method| self.tree(method)?.find(&path));
        if let Some(action) = found {
            let params = action.template.values(&path);
            let action = Arc::clone(action);
            return Found::Action(FoundAction { action, params });
        }
        match self.others(&path) {
            methods if methods.is_empty() => Found::Nothing,
            methods => Found::OtherMethods(methods),
        }
    }

    fn tree(&self, method: &Method) -> Option<&Node> {
        let found = self.methods.iter().find(|(known, _)| known == method);
        found.map(|(_, tree)| tree)
    }

    /// The methods for which there is an action at `path`.
    fn others(&self, path: &[String]) -> Vec<Method> {
        let answering = self.methods.iter().filter(|(_, tree)| tree.find(path).is_some());
        let mut methods: Vec<_> = answering.map(|(method, _)| method.clone()).collect();
        if methods.contains(&Method::GET) && !methods.contains(&Method::HEAD) {
            methods.push(Method::HEAD);
        }
        methods
    }
}

impl Node {
    fn insert(&mut self, action: Arc<BoundAction>) -> Result<(), TwoActions> {
        let mut node = self;
        let Template { parts, .. } = &action.template;
        for part in parts {
            match part {
                Part::Text(text) => node = node.texts.entry(text).or_default(),
                Part::One(_) => node = node.one.get_or_insert_default(),
                Part::Rest(_) => return put(&mut node.rest, Arc::clone(&action)),
            }
        }
        put(&mut node.end, Arc::clone(&action))
    }

    fn find(&self, path: &[String]) -> Option<&Arc<BoundAction>> {
        let Some((first, more)) = path.split_first() else {
            return self.end.as_ref();
        };
        let text = self.texts.get(first.as_str());
        let one = self.one.as_deref().filter(|_| !first.is_empty());
        [text, one]
            .into_iter()
            .flatten()
            .find_map(|node| node.find(more))
            .or(self.rest.as_ref())
    }
}

fn put(place: &mut Option<Arc<BoundAction>>, action: Arc<BoundAction>) -> Result<(), TwoActions> {
    if let Some(first) = place {
        return Err(TwoActions {
            method: action.method.clone(),
            first: first.template.route,
            second: action.template.route,
        });
    }
    *place = Some(action);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn actions(routes: &[(Method, &'static str)]) -> Result<HttpActions, TwoActions> {
        HttpActions::new(routes.iter().map(|(method, route)| BoundAction {
            method: method.clone(),
            template: Template::parse(route),
            run: |_, _| unreachable!("nothing is run here"),
        }))
    }

    fn all() -> HttpActions {
        actions(&[
            (Method::GET, "/"),
            (Method::GET, "/users/{id}"),
            (Method::GET, "/users/me"),
            (Method::POST, "/users/me"),
            (Method::GET, "/users/{id}/posts/{post}"),
            (Method::GET, "/users/me/posts"),
            (Method::GET, "/files/{*path}"),
            (Method::GET, "/files/{name}"),
            (Method::HEAD, "/files/{name}"),
            (Method::PUT, "/{*all}"),
        ])
        .unwrap()
    }

    /// The route, and the values of its names; or the other methods.
    fn found(method: Method, path: &str) -> String {
        match all().find(&method, path) {
            Found::Action(found) => {
                let values: Vec<_> = found
                    .params
                    .iter()
                    .map(|(name, value)| format!(" {name}={value}"))
                    .collect();
                format!("{}{}", found.route(), values.concat())
            }
            Found::OtherMethods(methods) => format!("{methods:?}"),
            Found::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn the_nearest_route_answers() {
        for (path, answer) in [
            ("/", "/"),
            ("/users/7", "/users/{id} id=7"),
            ("//users//7", "/users/{id} id=7"),
            ("/users/a%20b", "/users/{id} id=a b"),
            ("/users/me", "/users/me"),
            ("/users/me/posts", "/users/me/posts"),
            // `me` leads no further there, so it is an id.
            ("/users/me/posts/3", "/users/{id}/posts/{post} id=me post=3"),
            ("/files/a", "/files/{name} name=a"),
            ("/files/a/b%2Fc", "/files/{*path} path=a/b/c"),
            ("/files/a/", "/files/{*path} path=a/"),
            ("/files/", "/files/{*path} path="),
            ("/files", "[PUT]"),
            ("/users/", "[PUT]"),
            ("/api/x", "nothing"),
            ("/api/../users/7", "nothing"),
            ("/users/../api/query", "nothing"),
        ] {
            assert_eq!(found(Method::GET, path), answer, "{path}");
        }
    }

    #[test]
    fn head_is_get_where_it_has_no_action_of_its_own() {
        assert_eq!(found(Method::HEAD, "/users/me"), "/users/me");
        assert_eq!(found(Method::HEAD, "/files/a"), "/files/{name} name=a");
        assert_eq!(found(Method::DELETE, "/users/me"), "[GET, POST, PUT, HEAD]");
    }

    #[test]
    fn names_do_not_tell_routes_apart() {
        let twice = actions(&[(Method::GET, "/a/{x}"), (Method::GET, "/a/{y}")]).unwrap_err();
        assert_eq!(
            twice.to_string(),
            "two HTTP actions answer to `GET /a/{x}` and `GET /a/{y}`, which are the same; change one of them"
        );
        actions(&[(Method::GET, "/{*a}"), (Method::GET, "/{*b}")]).unwrap_err();
        actions(&[(Method::GET, "/a/{x}"), (Method::POST, "/a/{y}")]).unwrap();
    }

    proptest! {
        #[test]
        fn no_spelling_reaches_what_is_the_servers(
            path in "(/|\\.|%2[fF]|%2[eE]|%61|api|query|%70|p|i|users|%|%25){0,16}",
        ) {
            let all = all();
            for method in [Method::GET, Method::PUT, Method::HEAD, Method::TRACE] {
                let raw = path.starts_with("/api/") || path == "/api";
                if let Found::Action(found) = all.find(&method, &path) {
                    let rest = found.params.first().map_or("", |(_, value)| value.as_str());
                    let catches_all = found.route() == "/{*all}";
                    prop_assert!(!raw && !(catches_all && (rest == "api" || rest.starts_with("api/"))), "{path}");
                }
            }
        }
    }
}
