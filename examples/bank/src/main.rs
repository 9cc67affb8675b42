//! Serves the bank.

/// Calls make many small allocations on several threads, which is what this allocator is for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    lunora::main(bank::app())
}
