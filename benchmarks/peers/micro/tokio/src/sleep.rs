use crate::figures::{cpu_microseconds, Figures};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::time::sleep_until;

// The same plan as the C++ programs follow, see support/sleep_plan.hpp.
const SLEEPERS: usize = 1_000_000;
const LIE_DOWN: Duration = Duration::from_secs(3);
const SPREAD: Duration = Duration::from_secs(4);

pub async fn sleep_million() -> Figures {
    let cpu_before = cpu_microseconds();
    let lateness = Arc::new(Mutex::new(Vec::with_capacity(SLEEPERS)));
    let start = Instant::now();
    let tasks: Vec<_> = (0..SLEEPERS)
        .map(|i| {
            let lateness = lateness.clone();
            tokio::spawn(async move {
                let place = (i * 7_368_787 % SLEEPERS) as u32;
                let wake_time = start + LIE_DOWN + place * (SPREAD / SLEEPERS as u32);
                sleep_until(wake_time.into()).await;
                lateness.lock().unwrap().push(wake_time.elapsed());
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let cpu = cpu_microseconds() - cpu_before;
    let mut lateness = lateness.lock().unwrap();
    lateness.sort();
    let percentile = |percent: usize| {
        lateness[(SLEEPERS - 1) * percent / 100].as_nanos() as f64 / 1e3
    };
    Figures(vec![
        ("sleepers", SLEEPERS as f64),
        ("lateness_p50_us", percentile(50)),
        ("lateness_p99_us", percentile(99)),
        ("lateness_max_us", percentile(100)),
        ("cpu_us_each", cpu / SLEEPERS as f64),
    ])
}
