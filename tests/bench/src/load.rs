//! Load: many connections, each with one request in flight.

use std::time::{Duration, Instant};

use rand::{SeedableRng, rngs::StdRng};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{Outcome, server::Server};

/// What is asked of a server.
pub(crate) trait Workload: Clone + Send + 'static {
    /// Path of the requests.
    const PATH: &'static str;
    /// Appends the body of the next request.
    fn body(&self, random: &mut StdRng, body: &mut Vec<u8>);
}

/// What came of a run.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) calls: u64,
    /// Calls that the function refused (an overdraft, for example).
    pub(crate) refused: u64,
    pub(crate) per_second: f64,
    pub(crate) cpu_per_call: Duration,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// What one task has measured.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// In nanoseconds.
    latencies: Vec<u64>,
    refused: u64,
}

impl Measured {
    pub(crate) fn add(&mut self, latency: Duration, succeeded: bool) {
        self.latencies
            .push(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
        self.refused += u64::from(!succeeded);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.refused += other.refused;
    }

    /// The figures of all calls together, made within `elapsed` with `cpu` of processor time.
    pub(crate) fn finish(mut self, elapsed: Duration, cpu: Duration) -> Outcome<Run> {
        self.latencies.sort_unstable();
        let calls = u32::try_from(self.latencies.len())?;
        let last = self
            .latencies
            .len()
            .checked_sub(1)
            .ok_or("no call came to its end")?;
        let quantile = |part: usize| Duration::from_nanos(self.latencies[last * part / 100]);
        Ok(Run {
            calls: u64::from(calls),
            refused: self.refused,
            per_second: f64::from(calls) / elapsed.as_secs_f64(),
            cpu_per_call: cpu / calls,
            p50: quantile(50),
            p99: quantile(99),
        })
    }
}

/// Runs a workload on `connections` connections for `time`.
pub(crate) async fn run(
    server: &Server,
    connections: usize,
    time: Duration,
    workload: &impl Workload,
) -> Outcome<Run> {
    let (cpu, start) = (server.cpu()?, Instant::now());
    let end = start + time;
    let clients: Vec<_> = (0..connections)
        .map(|number| tokio::spawn(client(server.addr, workload.clone(), number as u64, end)))
        .collect();
    let mut all = Measured::default();
    for client in clients {
        all.merge(client.await?.map_err(|error| error.to_string())?);
    }
    all.finish(start.elapsed(), server.cpu()?.saturating_sub(cpu))
}

async fn client<W: Workload>(
    addr: std::net::SocketAddr,
    workload: W,
    seed: u64,
    end: Instant,
) -> std::io::Result<Measured> {
    let mut stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let mut random = StdRng::seed_from_u64(seed);
    let mut measured = Measured::default();
    let (mut body, mut request, mut answer) = (Vec::new(), Vec::new(), Vec::new());
    while Instant::now() < end {
        body.clear();
        workload.body(&mut random, &mut body);
        write_request(W::PATH, &body, &mut request);
        let sent = Instant::now();
        exchange(&mut stream, &request, &mut answer).await?;
        measured.add(sent.elapsed(), contains(&answer, br#""status":"success""#));
    }
    Ok(measured)
}

pub(crate) fn write_request(path: &str, body: &[u8], request: &mut Vec<u8>) {
    request.clear();
    let length = body.len();
    request.extend_from_slice(
        format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n")
            .as_bytes(),
    );
    request.extend_from_slice(body);
}

/// Sends a request and reads its answer, head included, into `answer`.
pub(crate) async fn exchange(
    stream: &mut TcpStream,
    request: &[u8],
    answer: &mut Vec<u8>,
) -> std::io::Result<()> {
    stream.write_all(request).await?;
    answer.clear();
    loop {
        if stream.read_buf(answer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(length) = whole_length(answer)
            && answer.len() >= length
        {
            return Ok(());
        }
    }
}

/// Length of head and body, once the head is there.
fn whole_length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head]).ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    })?;
    Some(head + length)
}

pub(crate) fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
