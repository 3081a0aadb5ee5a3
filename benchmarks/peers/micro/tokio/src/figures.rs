use std::fs;
use std::time::{Duration, Instant};

/// The named figures that a case reports.
pub struct Figures(pub Vec<(&'static str, f64)>);

impl Figures {
    pub fn nanoseconds(each: f64) -> Self {
        Figures(vec![("ns_per_op", each)])
    }

    pub fn to_json(&self, case: &str) -> String {
        let figures: String =
            self.0.iter().map(|(name, value)| format!(",\"{name}\":{value}")).collect();
        format!("{{\"case\":\"{case}\"{figures}}}")
    }
}

/// Batches for a fifth of a second; the figure is that of the median batch.
pub struct Batches {
    start: Instant,
    times: Vec<f64>,
}

impl Batches {
    pub fn new() -> Self {
        Batches { start: Instant::now(), times: Vec::new() }
    }

    pub fn add(&mut self, operations: usize, time: Duration) {
        self.times.push(time.as_nanos() as f64 / operations as f64);
    }

    pub fn more(&self) -> bool {
        self.start.elapsed() < Duration::from_millis(200)
    }

    pub fn median(mut self) -> Figures {
        self.times.sort_by(f64::total_cmp);
        Figures::nanoseconds(self.times[self.times.len() / 2])
    }
}

/// The proportional set size (PSS) of this process.
pub fn memory_bytes() -> f64 {
    let text = fs::read_to_string("/proc/self/smaps_rollup").unwrap();
    let line = text.lines().find(|line| line.starts_with("Pss:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0
}

pub fn mapping_count() -> f64 {
    fs::read_to_string("/proc/self/maps").unwrap().lines().count() as f64
}

/// The CPU time that this process has used so far: the first field of its only thread's schedstat
/// counts nanoseconds.
pub fn cpu_microseconds() -> f64 {
    let text = fs::read_to_string("/proc/self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e3
}
