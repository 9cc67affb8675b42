//! What must not compile, with what the compiler says.
//!
//! One mistake a file, whose name is the mistake. `TRYBUILD=overwrite cargo test --test compile_fail` writes the texts
//! anew; read each as somebody who sees it for the first time.

#[test]
fn mistakes_are_refused_and_explained() {
    trybuild::TestCases::new().compile_fail("tests/ui/*/fail/*.rs");
}
