//! The figures, as a table and as JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Outcome, load::Run};

/// The runs of each program, in the order they were first added.
#[derive(Debug, Default)]
pub(crate) struct Report {
    names: Vec<&'static str>,
    runs: BTreeMap<&'static str, Vec<Run>>,
}

#[derive(Debug, Serialize)]
struct Line {
    name: &'static str,
    calls: u64,
    refused: u64,
    per_second: f64,
    ratio: f64,
    server_cpu_us_per_call: f64,
    p50_us: f64,
    p99_us: f64,
}

impl Report {
    pub(crate) fn add(&mut self, name: &'static str, run: Run) {
        if !self.names.contains(&name) {
            self.names.push(name);
        }
        self.runs.entry(name).or_default().push(run);
    }

    /// Prints each program's median run; ratios are of calls per second, to the reference in the same round.
    pub(crate) fn print(&self, reference: &str) -> Outcome<()> {
        let references = self.runs.get(reference).ok_or("no run of the reference")?;
        let lines: Vec<_> = self
            .names
            .iter()
            .map(|name| line(name, &self.runs[name], references))
            .collect();
        println!(
            "{:<28} {:>10} {:>7} {:>12} {:>9} {:>9} {:>8}",
            "", "calls/s", "ratio", "CPU µs/call", "p50 µs", "p99 µs", "refused"
        );
        for line in &lines {
            println!(
                "{:<28} {:>10.0} {:>7.2} {:>12.1} {:>9.0} {:>9.0} {:>8}",
                line.name,
                line.per_second,
                line.ratio,
                line.server_cpu_us_per_call,
                line.p50_us,
                line.p99_us,
                line.refused
            );
        }
        println!("{}", serde_json::to_string(&lines)?);
        Ok(())
    }
}

fn line(name: &'static str, runs: &[Run], references: &[Run]) -> Line {
    let over_runs = |figure: &dyn Fn(&Run) -> f64| median(runs.iter().map(figure));
    let ratios = runs
        .iter()
        .zip(references)
        .map(|(run, reference)| run.per_second / reference.per_second);
    Line {
        name,
        calls: runs.iter().map(|run| run.calls).sum(),
        refused: runs.iter().map(|run| run.refused).sum(),
        per_second: over_runs(&|run| run.per_second),
        ratio: median(ratios),
        server_cpu_us_per_call: over_runs(&|run| run.cpu_per_call.as_secs_f64() * 1e6),
        p50_us: over_runs(&|run| run.p50.as_secs_f64() * 1e6),
        p99_us: over_runs(&|run| run.p99.as_secs_f64() * 1e6),
    }
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
