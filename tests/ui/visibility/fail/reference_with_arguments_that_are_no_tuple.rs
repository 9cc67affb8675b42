use lunora::prelude::*;

struct Purge;

impl lunora::__private::Listed for Purge {
    const MODULE: &'static str = "messages";
}

impl FunctionRef for Purge {
    type Place = Purge;
    type Kind = lunora::Mutation;
    type Visibility = lunora::Public;
    type Args = String;
    type Return = Result<()>;
    const ARGS: &'static [&'static str] = &["channel"];
    const NAME: &'static str = "purge";
}

fn main() {}
