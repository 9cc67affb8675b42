//! The procedural macros of Lunora.
