use lunora::prelude::*;

struct Pending {
    call: Call<String>,
}

fn main() {}
