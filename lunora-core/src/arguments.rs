//! The arguments of a function: a tuple in Rust, one object on the wire.

use crate::{
    shape::{Field, Shape, Shapes},
    value::{Object, Value, ValueError, from_value_ref, to_field},
};

/// A tuple of things that travel.
#[diagnostic::on_unimplemented(
    message = "these arguments cannot travel",
    label = "not a tuple of at most 12 arguments that have a shape"
)]
pub trait Arguments: Sized + Send + 'static {
    /// One object whose fields are the arguments by name; `None` is left out.
    fn encode(self, names: &[&str]) -> Result<Object, ValueError>;
    /// The inverse, for an object that [`Shapes::check`] has accepted.
    fn decode(names: &[&str], object: &Object) -> Result<Self, ValueError>;
    /// Name and shape of each argument.
    fn fields(names: &[&'static str], shapes: &mut Shapes) -> Vec<Field>;
}

macro_rules! tuples {
    ($(($($type:ident $position:tt),*))*) => {$(
        impl<$($type: Shape),*> Arguments for ($($type,)*) {
            #[allow(unused_variables, unused_mut, reason = "the empty tuple uses neither")]
            fn encode(self, names: &[&str]) -> Result<Object, ValueError> {
                let mut object = Object::new();
                $(insert(&mut object, names[$position], &self.$position)?;)*
                Ok(object)
            }

            #[allow(unused_variables, unused_mut, clippy::unused_unit, reason = "the empty tuple uses neither")]
            fn decode(names: &[&str], object: &Object) -> Result<Self, ValueError> {
                Ok(($(take::<$type>(object, names[$position])?,)*))
            }

            #[allow(unused_variables, reason = "the empty tuple uses neither")]
            fn fields(names: &[&'static str], shapes: &mut Shapes) -> Vec<Field> {
                vec![$(Field::of::<$type>(names[$position], shapes)),*]
            }
        }
    )*};
}

tuples! {
    ()
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
}

fn insert<T: Shape>(object: &mut Object, name: &str, argument: &T) -> Result<(), ValueError> {
    if let Some(value) = to_field(argument).map_err(|error| error.in_field(name))? {
        object.insert(name, value);
    }
    Ok(())
}

fn take<T: Shape>(object: &Object, name: &str) -> Result<T, ValueError> {
    from_value_ref(object.get(name).unwrap_or(&Value::Null)).map_err(|error| error.in_field(name))
}
