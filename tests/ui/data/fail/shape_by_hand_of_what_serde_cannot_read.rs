use lunora::{
    __private::{Node, Shapes},
    Shape,
};

#[derive(serde::Serialize)]
pub struct Name(String);

impl Shape for Name {
    fn shape(_: &mut Shapes) -> Node {
        Node::String
    }
}

fn main() {}
