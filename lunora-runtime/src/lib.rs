//! Everything of Lunora that runs: store, transactions, functions, server.
