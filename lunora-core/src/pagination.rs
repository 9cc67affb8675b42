//! Pages of a query: what a client asks for and what it gets (the protocol of the Convex clients).

use serde::{Deserialize, Serialize, Serializer};

use crate::shape::{Field, Node, Shape, Shapes};

/// Which page a client asks for: the argument `paginationOpts`.
///
/// ```
/// use lunora_core::pagination::PaginationOptions;
///
/// let first = PaginationOptions::first(20);
/// assert_eq!(first.num_items, 20.0);
/// assert_eq!(first.cursor, None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaginationOptions {
    /// Rows wanted; JavaScript knows no other number, so it travels as a double. Ignored with an `end_cursor`.
    pub num_items: f64,
    /// Where the page before this one ended; `None` is the start.
    pub cursor: Option<String>,
    /// Where this page ends, if that is already settled.
    pub end_cursor: Option<String>,
    /// A number by which npm's hooks keep equal queries apart; a query that a client calls is not told of it.
    pub id: Option<f64>,
    /// Rows to read at most, those that a filter withholds included.
    pub maximum_rows_read: Option<f64>,
    /// Bytes of documents to read at most.
    pub maximum_bytes_read: Option<f64>,
}

impl PaginationOptions {
    /// The first `items` rows.
    pub fn first(items: u32) -> Self {
        Self {
            num_items: f64::from(items),
            ..Self::default()
        }
    }

    /// The `items` rows after the page that ended at `cursor`.
    pub fn after(cursor: impl Into<String>, items: u32) -> Self {
        Self {
            cursor: Some(cursor.into()),
            ..Self::first(items)
        }
    }
}

#[diagnostic::do_not_recommend]
impl Shape for PaginationOptions {
    fn shape(shapes: &mut Shapes) -> Node {
        shapes.named::<Self>("PaginationOptions", "Which page a client asks for.", |shapes| {
            Node::object([
                Field::of::<f64>("numItems", shapes),
                Field::of::<Option<String>>("cursor", shapes),
                Field::of::<Option<String>>("endCursor", shapes),
                Field::of::<Option<f64>>("id", shapes),
                Field::of::<Option<f64>>("maximumRowsRead", shapes),
                Field::of::<Option<f64>>("maximumBytesRead", shapes),
            ])
        })
    }
}

/// One page of a query's rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The rows.
    pub page: Vec<T>,
    /// There are no further rows.
    pub is_done: bool,
    /// The `cursor` of the next page.
    pub continue_cursor: String,
    /// Where this page should be cut in two, if it should be.
    #[serde(serialize_with = "or_null")]
    pub split_cursor: Option<String>,
    /// Whether it should be.
    #[serde(serialize_with = "or_null")]
    pub page_status: Option<PageStatus>,
}

/// What to do about a page that grew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageStatus {
    /// The page is complete, but large.
    SplitRecommended,
    /// The page is not complete: it has to be cut at `split_cursor` and asked for again.
    SplitRequired,
}

impl<T> Page<T> {
    /// A page that needs no cutting; the database puts it together.
    pub fn new(page: Vec<T>, is_done: bool, continue_cursor: String) -> Self {
        Self {
            page,
            is_done,
            continue_cursor,
            split_cursor: None,
            page_status: None,
        }
    }

    /// The same page with other rows.
    pub fn map<U>(self, row: impl FnMut(T) -> U) -> Page<U> {
        Page {
            page: self.page.into_iter().map(row).collect(),
            is_done: self.is_done,
            continue_cursor: self.continue_cursor,
            split_cursor: self.split_cursor,
            page_status: self.page_status,
        }
    }
}

// Clients expect these fields to be there, and a `None` would be left out.
#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
fn or_null<T: Serialize, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => value.serialize(serializer),
        None => serializer.serialize_unit(),
    }
}

#[diagnostic::do_not_recommend]
impl<T: Shape> Shape for Page<T> {
    fn shape(shapes: &mut Shapes) -> Node {
        page_of(T::shape(shapes))
    }
}

fn page_of(row: Node) -> Node {
    let status = Node::union([
        Node::literal("SplitRecommended"),
        Node::literal("SplitRequired"),
        Node::Null,
    ]);
    let rows = Node::Array {
        element: Box::new(row),
    };
    Node::object([
        Field::new("page", rows),
        Field::new("isDone", Node::Boolean),
        Field::new("continueCursor", Node::String),
        Field::new("splitCursor", Node::String.nullable()),
        Field::new("pageStatus", status),
    ])
}

/// The row of a page, if `node` looks like a [`Page`]: whatever does is one for its reader.
pub fn row_of_page(node: &Node) -> Option<&Node> {
    let Node::Object { fields, rest: None } = node else {
        return None;
    };
    let row = fields.iter().find(|field| field.name == "page")?;
    let Node::Array { element } = &row.shape else {
        return None;
    };
    (page_of((**element).clone()) == *node).then_some(element)
}
