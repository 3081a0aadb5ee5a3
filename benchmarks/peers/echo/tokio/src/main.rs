// A task per connection on Tokio: its current-thread runtime, or its work-stealing one for several
// workers.

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

struct Options {
    port: u16,
    workers: usize,
    idle_timeout: Option<Duration>,
}

fn parse_options() -> Result<Options, String> {
    let mut options = Options { port: 0, workers: 1, idle_timeout: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(format!("{name}: a number is missing"))?;
        let number: u16 = value.parse().map_err(|error| format!("{name} {value}: {error}"))?;
        match name.as_str() {
            "--port" => options.port = number,
            "--workers" => options.workers = number.into(),
            "--idle-timeout" if number == 0 => options.idle_timeout = None,
            "--idle-timeout" => options.idle_timeout = Some(Duration::from_secs(number.into())),
            _ => return Err(format!("{name}: unknown option")),
        }
    }
    Ok(options)
}

async fn read(
    stream: &mut TcpStream,
    buffer: &mut [u8],
    idle_timeout: Option<Duration>,
) -> std::io::Result<usize> {
    match idle_timeout {
        Some(limit) => timeout(limit, stream.read(buffer)).await?,
        None => stream.read(buffer).await,
    }
}

async fn handle(mut stream: TcpStream, idle_timeout: Option<Duration>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = [0; 1024];
    loop {
        let size = read(&mut stream, &mut buffer, idle_timeout).await?;
        if size == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..size]).await?;
    }
}

async fn serve(options: Options) -> std::io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(handle(stream, options.idle_timeout));
        }
    }
}

fn runtime(workers: usize) -> std::io::Result<Runtime> {
    match workers {
        1 => Builder::new_current_thread().enable_all().build(),
        _ => Builder::new_multi_thread().worker_threads(workers).enable_all().build(),
    }
}

fn main() {
    let result = parse_options().and_then(|options| {
        runtime(options.workers)
            .and_then(|runtime| runtime.block_on(async {
                // As a task rather than as block_on's own future, so that accepting is scheduled
                // like everything else.
                tokio::spawn(serve(options)).await?
            }))
            .map_err(|error| error.to_string())
    });
    if let Err(error) = result {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
