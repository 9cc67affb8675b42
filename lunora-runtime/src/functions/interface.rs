//! What clients may know of an application.

use std::sync::Arc;

use lunora_core::{
    pagination::PaginationOptions,
    reference::Visibility,
    shape::{Node, Shape, Shapes},
};

use super::{App, app::ItemKind, function::FunctionInfo};

/// The public functions of an application, with the types that they use.
///
/// Internal functions and tables are never described for it. What only they use is not left out when it is printed: it
/// is not here.
#[derive(Debug)]
pub(crate) struct PublicInterface {
    functions: Vec<FunctionInfo>,
    shapes: Shapes,
    pagination_options: Node,
}

impl PublicInterface {
    pub(crate) fn of(app: &App) -> Self {
        let functions = app.items().filter_map(|item| match item.0 {
            ItemKind::Function(function) if function.visibility == Visibility::Public => Some(function),
            _ => None,
        });
        // Types of one name are numbered as they come, which must not depend on the order of the list.
        let mut functions: Vec<_> = functions.collect();
        functions.sort_by_key(|function| function.path);
        let mut shapes = Shapes::default();
        let pagination_options = PaginationOptions::shape(&mut shapes);
        let functions: Vec<_> = functions
            .into_iter()
            .map(|function| Arc::new((function.bind)(&mut shapes)))
            .collect();
        Self {
            functions: FunctionInfo::list(functions.iter(), &shapes),
            shapes,
            pagination_options,
        }
    }

    /// The functions, by path.
    pub(crate) fn functions(&self) -> &[FunctionInfo] {
        &self.functions
    }

    /// The named types in arguments and results.
    pub(crate) const fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// Whether this is the argument that says which page is wanted.
    pub(crate) fn is_pagination_options(&self, node: &Node) -> bool {
        *node == self.pagination_options
    }
}
