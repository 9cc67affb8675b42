use lunora::prelude::*;

struct Purge;

impl FunctionRef for Purge {
    type Place = Purge;
    type Kind = lunora::Mutation;
    type Visibility = lunora::Public;
    type Args = ();
    type Return = Result<()>;
    const ARGS: &'static [&'static str] = &[];
    const NAME: &'static str = "purge";
}

fn main() {}
