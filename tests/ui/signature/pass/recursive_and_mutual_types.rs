mod m {
    use lunora::prelude::*;

    #[data]
    #[derive(Clone)]
    pub struct Tree {
        pub name: String,
        pub children: Vec<Tree>,
        pub parent: Option<Box<Self>>,
    }

    #[data]
    #[serde(tag = "type")]
    pub enum Expression {
        Sum { left: Box<Expression>, right: Box<Self> },
        Group { inside: Vec<Statement> },
        Number { value: i64 },
    }

    #[data]
    pub struct Statement {
        pub expression: Expression,
        pub next: Option<Box<Statement>>,
    }

    #[query]
    pub async fn walk(_ctx: &QueryCtx, tree: Tree, statement: Statement) -> Result<Vec<Tree>> {
        drop(statement);
        Ok(tree.children)
    }
}

lunora::app! { m::walk }

fn main() {
    let text = r#"{"name":"a","children":[{"name":"b","children":[]}]}"#;
    let tree: m::Tree = serde_json::from_str(text).unwrap();
    assert!(tree.parent.is_none());
    assert_eq!(tree.children[0].name, "b");
    let _ = app();
}
