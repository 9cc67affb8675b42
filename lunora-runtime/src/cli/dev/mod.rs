//! `dev`: serves the application and, whenever its sources change, builds it and serves it again.
//!
//! This process stays what it was when it was started; cargo builds, and the program that comes out serves, as a process
//! that ends with this one. What does not compile leaves the old server where it is.

mod build;
mod serving;
mod sources;

use std::path::Path;

use self::{
    build::{Build, Built},
    serving::Serving,
    sources::Sources,
};
use super::{Failure, args::Dev, block_on, output::print, signals::told_to_stop};

pub(super) fn dev(options: &Dev) -> Result<(), Failure> {
    block_on(async {
        let mut stop = std::pin::pin!(told_to_stop());
        let mut workshop = Workshop::new(options)?;
        tokio::select! {
            () = &mut stop => {}
            ended = workshop.work() => return ended,
        }
        workshop.serving.stop().await;
        Ok(())
    })
}

struct Workshop<'a> {
    options: &'a Dev,
    build: Build,
    sources: Sources,
    serving: Serving,
}

impl<'a> Workshop<'a> {
    fn new(options: &'a Dev) -> Result<Self, Failure> {
        let build = Build::of_this_program(options.features.as_deref())?;
        Ok(Self {
            options,
            sources: Sources::of(build.package()),
            build,
            serving: Serving::default(),
        })
    }

    async fn work(&mut self) -> Result<(), Failure> {
        loop {
            // What changes from here on, also while cargo builds, is built next.
            self.sources.look();
            match self.build.run().await? {
                Some(built) => self.take(built).await?,
                None if self.serving.is_up() => {
                    print("It does not compile. The server goes on as it was; waiting for a change\n")?;
                }
                None => print("It does not compile; waiting for a change\n")?,
            }
            tokio::select! {
                () = self.sources.changed() => {}
                () = self.serving.ended() => {
                    print("The server has ended; waiting for a change\n")?;
                    self.sources.changed().await;
                }
            }
        }
    }

    /// Puts a program in the place of the one before.
    async fn take(&mut self, built: Built) -> Result<(), Failure> {
        self.sources.add(built.sources());
        if !built.is_new && self.serving.is_up() {
            return Ok(());
        }
        if let Some(out) = &self.options.typescript {
            typescript(&built.program, out).await?;
        }
        self.serving.stop().await;
        self.serving.start(&built.program, &self.options.serve)
    }
}

/// Has the new program write what it knows. A failure is told, and nothing else: the server is of use without.
async fn typescript(program: &Path, out: &Path) -> Result<(), Failure> {
    let mut codegen = tokio::process::Command::new(program);
    codegen.args(["codegen", "typescript", "--out"]).arg(out);
    let output = codegen.output().await.map_err(Failure::unusable)?;
    let said = String::from_utf8_lossy(&output.stdout);
    for line in said.lines().filter(|line| line.starts_with("wrote ")) {
        print(format_args!("{line}\n"))?;
    }
    if !output.status.success() {
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
