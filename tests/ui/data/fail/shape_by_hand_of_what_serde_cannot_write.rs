use lunora::{
    __private::{Node, Shapes},
    Shape,
};

#[derive(serde::Deserialize)]
pub struct Name(String);

impl Shape for Name {
    fn shape(_: &mut Shapes) -> Node {
        Node::String
    }
}

fn main() {}
