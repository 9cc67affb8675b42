//! The book in `docs/`: what it prints is what there is. Its Rust is compiled and tested in the two applications beside
//! it, its commands are typed into a shell, its clients call, and the files of a deployment start a server.

#![cfg(unix)]

mod clients;
mod commands;
mod deployment;
mod limits;
mod pages;
mod printed;
#[path = "../support/mod.rs"]
mod support;
