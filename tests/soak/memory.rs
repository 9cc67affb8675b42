//! What the server takes.

use std::{fmt, fs};

/// The server's budget, in MiB: small enough to be used up soon.
pub(crate) const BUDGET: u64 = 96;
/// What is kept within a fifth of it.
const MOST: u64 = (BUDGET << 10) * 6 / 5;

/// The memory of a process over time, in KiB.
#[derive(Debug)]
pub(crate) struct Memory {
    status: String,
    looks: Vec<u64>,
}

impl Memory {
    pub(crate) fn of(process: u32) -> Self {
        Self {
            status: format!("/proc/{process}/status"),
            looks: Vec::new(),
        }
    }

    pub(crate) fn look(&mut self) {
        // Only Linux tells it here.
        let Ok(status) = fs::read_to_string(&self.status) else {
            return;
        };
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = resident.and_then(|text| text.trim().strip_suffix(" kB"));
        self.looks.extend(kib.and_then(|text| text.parse::<u64>().ok()));
    }

    /// The most of each third of the time.
    fn thirds(&self) -> [u64; 3] {
        let third = self.looks.len().div_ceil(3).max(1);
        let mut most = [0; 3];
        for (most, looks) in most.iter_mut().zip(self.looks.chunks(third)) {
            *most = looks.iter().copied().max().unwrap_or(0);
        }
        most
    }

    pub(crate) fn check(&self) {
        assert!(self.thirds().iter().all(|most| *most <= MOST), "{self}");
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, third] = self.thirds().map(|kib| kib >> 10);
        write!(
            f,
            "the server took at most {first}, {second}, {third} MiB in each third of the time"
        )
    }
}
