lunora::app! {}

fn main() {
    let _ = app();
}
