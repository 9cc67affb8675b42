//! What one call may take, with all that it waits for.

use std::time::Duration;

/// Limits of one call. Every limit has a name, which its error carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallLimits {
    /// Time of a query or mutation in all, waiting and repeated runs included. Default 15 s.
    pub total_time: Duration,
    /// Time of an action. Default 10 minutes.
    pub action_time: Duration,
    /// Size of the arguments, as values count it. Default 16 MiB.
    pub argument_bytes: usize,
    /// Size of the result, as values count it. Default 16 MiB.
    pub result_bytes: usize,
    /// How deep calls may be nested in it; the outermost is at 0. Default 32.
    pub call_depth: u32,
}

impl Default for CallLimits {
    fn default() -> Self {
        Self {
            total_time: Duration::from_secs(15),
            action_time: Duration::from_mins(10),
            argument_bytes: 16 << 20,
            result_bytes: 16 << 20,
            call_depth: 32,
        }
    }
}
