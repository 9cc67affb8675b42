//! For types whose serde implementations are derived: that a field's type does not travel is said once.

use std::marker::PhantomData;

use super::{Node, Shape, Shapes};
use crate::value::{Value, ValueError, ValueSerializer};

/// The type has a shape, as a bound that rustc does not check where it stands, for the sake of its lifetime.
pub trait Travels<'a>: Shape {}
impl<T: Shape> Travels<'_> for T {}

/// What is asked of a field's type where nothing is to be said if it cannot answer, because it has been said already:
/// the methods of its own are there for types with a shape, those of [`NoShape`] for the others.
#[derive(Debug)]
pub struct ShapeOf<T>(PhantomData<T>);

impl<T: Shape> ShapeOf<T> {
    /// [`Shape::shape`].
    pub fn node(shapes: &mut Shapes) -> Node {
        T::shape(shapes)
    }

    /// [`Serialize::serialize`].
    pub fn write(value: &T, serializer: ValueSerializer<'_>) -> Result<Value, ValueError> {
        value.serialize(serializer)
    }
}

/// The same without a shape: only in a program that does not compile.
pub trait NoShape<T> {
    /// Nothing.
    fn node(_shapes: &mut Shapes) -> Node {
        Node::Any
    }

    /// Nothing.
    fn write(_value: &T, _serializer: ValueSerializer<'_>) -> Result<Value, ValueError> {
        Ok(Value::Null)
    }
}
impl<T> NoShape<T> for ShapeOf<T> {}
