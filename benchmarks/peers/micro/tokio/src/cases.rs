use crate::figures::{mapping_count, memory_bytes, Batches, Figures};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{Mutex, Notify, Semaphore};
use tokio::task::{yield_now, JoinHandle};

const MILLION: usize = 1_000_000;

async fn join_each(tasks: Vec<JoinHandle<()>>) {
    for task in tasks {
        task.await.unwrap();
    }
}

pub async fn yield_among(count: usize) -> Figures {
    let done = Arc::new(AtomicBool::new(false));
    for _ in 1..count {
        let done = done.clone();
        tokio::spawn(async move {
            while !done.load(Relaxed) {
                yield_now().await;
            }
        });
    }
    yield_now().await;
    let rounds = MILLION / count;
    let mut batches = Batches::new();
    while batches.more() {
        let start = Instant::now();
        for _ in 0..rounds {
            yield_now().await;
        }
        batches.add(rounds * count, start.elapsed());
    }
    done.store(true, Relaxed);
    batches.median()
}

pub async fn spawn_join() -> Figures {
    const COUNT: usize = 1000;
    let mut batches = Batches::new();
    while batches.more() {
        let start = Instant::now();
        for _ in 0..COUNT {
            tokio::spawn(async {}).await.unwrap();
        }
        batches.add(COUNT, start.elapsed());
    }
    batches.median()
}

pub async fn spawn_million() -> Figures {
    let start = Instant::now();
    join_each((0..MILLION).map(|_| tokio::spawn(async {})).collect()).await;
    Figures::nanoseconds(start.elapsed().as_nanos() as f64 / MILLION as f64)
}

fn skynet_node(first: usize, size: usize) -> Pin<Box<dyn Future<Output = usize> + Send>> {
    Box::pin(async move {
        if size == 1 {
            return first;
        }
        let part = size / 10;
        let children: Vec<_> =
            (0..10).map(|i| tokio::spawn(skynet_node(first + i * part, part))).collect();
        let mut total = 0;
        for child in children {
            total += child.await.unwrap();
        }
        total
    })
}

pub async fn skynet() -> Figures {
    let start = Instant::now();
    let sum = skynet_node(0, MILLION).await;
    Figures(vec![("ms", start.elapsed().as_nanos() as f64 / 1e6), ("sum", sum as f64)])
}

pub async fn park_million() -> Figures {
    let before = memory_bytes();
    let gate = Arc::new(Semaphore::new(0));
    let parked = Arc::new(AtomicUsize::new(0));
    let tasks = (0..MILLION)
        .map(|_| {
            let gate = gate.clone();
            let parked = parked.clone();
            tokio::spawn(async move {
                parked.fetch_add(1, Relaxed);
                let _closed = gate.acquire().await;
            })
        })
        .collect();
    while parked.load(Relaxed) < MILLION {
        yield_now().await;
    }
    let bytes = memory_bytes() - before;
    let mappings = mapping_count();
    let start = Instant::now();
    gate.close();
    join_each(tasks).await;
    let waking = start.elapsed().as_nanos() as f64;
    Figures(vec![
        ("bytes_each", bytes / MILLION as f64),
        ("mappings", mappings),
        ("wake_ns_each", waking / MILLION as f64),
    ])
}

pub async fn mutex() -> Figures {
    let mutex = Mutex::new(());
    let mut batches = Batches::new();
    while batches.more() {
        let start = Instant::now();
        for _ in 0..MILLION {
            drop(mutex.lock().await);
        }
        batches.add(MILLION, start.elapsed());
    }
    batches.median()
}

/// Tokio has no condition variable; Notify is what stands in its place.
pub async fn condition_variable() -> Figures {
    let ping = Arc::new(Notify::new());
    let pong = Arc::new(Notify::new());
    {
        let ping = ping.clone();
        let pong = pong.clone();
        tokio::spawn(async move {
            loop {
                ping.notified().await;
                pong.notify_one();
            }
        });
    }
    const COUNT: usize = 100_000;
    let mut batches = Batches::new();
    while batches.more() {
        let start = Instant::now();
        for _ in 0..COUNT {
            ping.notify_one();
            pong.notified().await;
        }
        batches.add(COUNT, start.elapsed());
    }
    batches.median()
}
