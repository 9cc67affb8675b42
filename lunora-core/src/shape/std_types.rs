//! Shapes of std's types and of our own.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    hash::{BuildHasher, Hash},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::{Duration, SystemTime},
};

use super::{Field, Node, Shape, Shapes};
use crate::{
    id::Id,
    table::{Doc, Table},
    value::{Bytes, Value},
};

macro_rules! shapes {
    ($($node:expr => $($type:ty),+;)*) => {$($(
        #[diagnostic::do_not_recommend]
        impl Shape for $type {
            fn shape(_: &mut Shapes) -> Node {
                $node
            }
        }
    )+)*};
}

shapes! {
    Node::Any => Value;
    Node::Null => ();
    Node::Boolean => bool;
    Node::String => String, Box<str>, Cow<'static, str>, char, IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr;
    Node::Bytes => Bytes;
    Node::Float64 => f32, f64;
    Node::Int64 { unsigned: false } => i64, isize;
    Node::Int64 { unsigned: true } => u64, usize;
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl Shape for $type {
            fn shape(_: &mut Shapes) -> Node {
                Node::Integer { min: i64::from(<$type>::MIN), max: i64::from(<$type>::MAX) }
            }
        }
    )*};
}
integers!(i8, i16, i32, u8, u16, u32);

macro_rules! transparent {
    ($($type:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Shape> Shape for $type {
            fn shape(shapes: &mut Shapes) -> Node {
                T::shape(shapes)
            }
        }
    )*};
}
transparent!(Box<T>);

#[diagnostic::do_not_recommend]
impl<T: Shape> Shape for Option<T> {
    fn shape(shapes: &mut Shapes) -> Node {
        T::shape(shapes).nullable()
    }
}

fn array<T: Shape>(shapes: &mut Shapes) -> Node {
    Node::Array {
        element: Box::new(T::shape(shapes)),
    }
}

#[diagnostic::do_not_recommend]
impl<T: Shape> Shape for Vec<T> {
    fn shape(shapes: &mut Shapes) -> Node {
        array::<T>(shapes)
    }
}
#[diagnostic::do_not_recommend]
impl<T: Shape> Shape for VecDeque<T> {
    fn shape(shapes: &mut Shapes) -> Node {
        array::<T>(shapes)
    }
}
#[diagnostic::do_not_recommend]
impl<T: Shape> Shape for Box<[T]> {
    fn shape(shapes: &mut Shapes) -> Node {
        array::<T>(shapes)
    }
}
#[diagnostic::do_not_recommend]
impl<T: Shape + Ord> Shape for BTreeSet<T> {
    fn shape(shapes: &mut Shapes) -> Node {
        array::<T>(shapes)
    }
}
#[diagnostic::do_not_recommend]
impl<T: Shape + Eq + Hash, S: BuildHasher + Default + Send + 'static> Shape for HashSet<T, S> {
    fn shape(shapes: &mut Shapes) -> Node {
        array::<T>(shapes)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Shape> Shape for BTreeMap<String, T> {
    fn shape(shapes: &mut Shapes) -> Node {
        Node::Record {
            value: Box::new(T::shape(shapes)),
        }
    }
}
#[diagnostic::do_not_recommend]
impl<T: Shape, S: BuildHasher + Default + Send + 'static> Shape for HashMap<String, T, S> {
    fn shape(shapes: &mut Shapes) -> Node {
        Node::Record {
            value: Box::new(T::shape(shapes)),
        }
    }
}

macro_rules! tuples {
    ($(($($type:ident)+))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($type: Shape),+> Shape for ($($type,)+) {
            fn shape(shapes: &mut Shapes) -> Node {
                Node::Tuple { elements: vec![$($type::shape(shapes)),+] }
            }
        }
    )*};
}
tuples! { (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) }

#[diagnostic::do_not_recommend]
impl Shape for Duration {
    fn shape(shapes: &mut Shapes) -> Node {
        Node::object([
            Field::of::<u64>("secs", shapes),
            Field::of::<u32>("nanos", shapes),
        ])
    }
}
#[diagnostic::do_not_recommend]
impl Shape for SystemTime {
    fn shape(shapes: &mut Shapes) -> Node {
        Node::object([
            Field::of::<u64>("secs_since_epoch", shapes),
            Field::of::<u32>("nanos_since_epoch", shapes),
        ])
    }
}

#[diagnostic::do_not_recommend]
impl<T: Table> Shape for Id<T> {
    fn shape(_: &mut Shapes) -> Node {
        Node::Id { table: T::NAME }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Table> Shape for Doc<T> {
    fn shape(shapes: &mut Shapes) -> Node {
        shapes.document::<T>()
    }
}
