//! Shapes: the static description of everything that travels.
//!
//! One shape feeds argument errors ([`Shapes::check`]), the function list, generated TypeScript and the schema
//! fingerprint of a table. `#[data]` and `#[table]` write the implementations and read serde's attributes, so
//! that a shape says what the type's serde implementation does.

mod check;
mod describe;
mod node;
mod std_types;
mod travels;

use serde::{Serialize, de::DeserializeOwned};

#[doc(hidden)]
pub use self::travels::{NoShape, ShapeOf, Travels};
pub use self::{
    check::Mismatch,
    node::{Definition, DocumentOf, Field, Node, Shapes},
};

/// A type that can travel: as argument, result, document field or error data.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel between client and server",
    label = "has no shape",
    note = "put `#[data]` above a type of your own; strings, numbers, `bool`, `Option`, `Vec`, maps with string keys, \
            tuples of up to six, `Id<T>`, `Doc<T>`, `Bytes` and `Value` travel as they are"
)]
pub trait Shape: Serialize + DeserializeOwned + Send + 'static {
    /// What the type looks like on the wire. Named types register themselves in `shapes`.
    fn shape(shapes: &mut Shapes) -> Node;
}
