use crate::figures::{Batches, Figures};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot, RwLock, Semaphore};
use tokio::task::spawn_blocking;

const MILLION: usize = 1_000_000;
const HUNDRED_THOUSAND: usize = 100_000;

pub async fn semaphore() -> Figures {
    let free = Semaphore::new(1);
    let mut batches = Batches::new();
    while batches.more() {
        let start = Instant::now();
        for _ in 0..MILLION {
            drop(free.acquire().await);
        }
        batches.add(MILLION, start.elapsed());
    }
    batches.median()
}

pub async fn semaphore_ping_pong() -> Figures {
    let ping = Arc::new(Semaphore::new(0));
    let pong = Arc::new(Semaphore::new(0));
    {
        let ping = ping.clone();
        let pong = pong.clone();
        tokio::spawn(async move {
            loop {
                ping.acquire().await.unwrap().forget();
                pong.add_permits(1);
            }
        });
    }
    let mut batches = Batches::new();
    while batches.more() {
        let start = Instant::now();
        for _ in 0..HUNDRED_THOUSAND {
            ping.add_permits(1);
            pong.acquire().await.unwrap().forget();
        }
        batches.add(HUNDRED_THOUSAND, start.elapsed());
    }
    batches.median()
}

pub async fn shared_mutex() -> Figures {
    let lock = RwLock::new(());
    let mut batches = Batches::new();
    while batches.more() {
        let start = Instant::now();
        for _ in 0..MILLION {
            drop(lock.read().await);
        }
        batches.add(MILLION, start.elapsed());
    }
    batches.median()
}

pub async fn future() -> Figures {
    let (asked, mut questions) = mpsc::channel::<oneshot::Sender<usize>>(1);
    tokio::spawn(async move {
        while let Some(question) = questions.recv().await {
            question.send(1).unwrap();
        }
    });
    let mut batches = Batches::new();
    while batches.more() {
        let start = Instant::now();
        for _ in 0..HUNDRED_THOUSAND {
            let (question, answer) = oneshot::channel();
            asked.send(question).await.unwrap();
            answer.await.unwrap();
        }
        batches.add(HUNDRED_THOUSAND, start.elapsed());
    }
    batches.median()
}

pub async fn channel_stream() -> Figures {
    let mut batches = Batches::new();
    while batches.more() {
        let start = Instant::now();
        let (sender, mut values) = mpsc::channel::<usize>(128);
        tokio::spawn(async move {
            for i in 0..MILLION {
                sender.send(i).await.unwrap();
            }
        });
        let mut sum = 0;
        while let Some(value) = values.recv().await {
            sum += value;
        }
        assert_eq!(sum, MILLION * (MILLION - 1) / 2);
        batches.add(MILLION, start.elapsed());
    }
    batches.median()
}

pub async fn blocking() -> Figures {
    const COUNT: usize = 5_000;
    let mut batches = Batches::new();
    while batches.more() {
        let start = Instant::now();
        for i in 0..COUNT {
            spawn_blocking(move || i).await.unwrap();
        }
        batches.add(COUNT, start.elapsed());
    }
    batches.median()
}
