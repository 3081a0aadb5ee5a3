// Tokio's tasks on its current-thread runtime: stackless, so a switch is a return and a call.
// `PROGRAM CASE` prints the figures of one case as a line of JSON, `PROGRAM --list` their names.

mod cases;
mod figures;
mod sleep;
mod sync;

use figures::Figures;
use std::future::Future;
use std::pin::Pin;
use tokio::runtime::Builder;

type Case = fn() -> Pin<Box<dyn Future<Output = Figures> + Send>>;

const CASES: [(&str, Case); 15] = [
    ("yield_2", || Box::pin(cases::yield_among(2))),
    ("yield_1000", || Box::pin(cases::yield_among(1000))),
    ("spawn_join", || Box::pin(cases::spawn_join())),
    ("spawn_million", || Box::pin(cases::spawn_million())),
    ("skynet", || Box::pin(cases::skynet())),
    ("park_million", || Box::pin(cases::park_million())),
    ("sleep_million", || Box::pin(sleep::sleep_million())),
    ("mutex", || Box::pin(cases::mutex())),
    ("condition_variable", || Box::pin(cases::condition_variable())),
    ("semaphore", || Box::pin(sync::semaphore())),
    ("semaphore_ping_pong", || Box::pin(sync::semaphore_ping_pong())),
    ("shared_mutex", || Box::pin(sync::shared_mutex())),
    ("future", || Box::pin(sync::future())),
    ("channel_stream", || Box::pin(sync::channel_stream())),
    ("blocking", || Box::pin(sync::blocking())),
];

fn run(name: &str) -> Result<(), String> {
    if name == "--list" {
        CASES.iter().for_each(|(name, _)| println!("{name}"));
        return Ok(());
    }
    let (_, case) = CASES
        .iter()
        .find(|each| each.0 == name)
        .ok_or(format!("{name}: no such case; --list names them"))?;
    let runtime = Builder::new_current_thread().enable_time().build();
    let figures = runtime
        .map_err(|error| error.to_string())?
        // As a task: block_on's own future is polled out of turn.
        .block_on(async { tokio::spawn(case()).await })
        .map_err(|error| error.to_string())?;
    println!("{}", figures.to_json(name));
    Ok(())
}

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    if let Err(error) = run(&name) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
