use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::thread::ServerThread;

/// Passes the bytes of websockets both ways until it is told to be silent.
#[derive(Debug)]
pub struct WebsocketProxy {
    port: u16,
    is_silent: Arc<AtomicBool>,
    connections: Arc<AtomicUsize>,
    _thread: ServerThread,
}

impl WebsocketProxy {
    /// Stands in front of the websocket at `upstream`, a loopback address such as `127.0.0.1:8900`.
    pub fn start(upstream: &str) -> Self {
        let upstream: SocketAddr = upstream.parse().expect("the upstream is an address and a port");
        let (is_silent, connections) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (silence, count) = (Arc::clone(&is_silent), Arc::clone(&connections));
        let (thread, port) = ServerThread::start(move |listener| serve(listener, upstream, silence, count));
        Self { port, is_silent, connections, _thread: thread }
    }

    /// Its own URL.
    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}/", self.port)
    }

    /// Swallows every byte from now on, both ways; connections stay open and new ones are taken.
    pub fn silence(&self) {
        self.is_silent.store(true, Ordering::Relaxed);
    }

    /// Passes bytes again. What was swallowed is lost.
    pub fn speak(&self) {
        self.is_silent.store(false, Ordering::Relaxed);
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

async fn serve(listener: TcpListener, upstream: SocketAddr, is_silent: Arc<AtomicBool>, connections: Arc<AtomicUsize>) {
    while let Ok((client, _)) = listener.accept().await {
        connections.fetch_add(1, Ordering::Relaxed);
        let is_silent = Arc::clone(&is_silent);
        tokio::spawn(async move {
            // An upstream that is down ends the client's connection.
            let Ok(server) = TcpStream::connect(upstream).await else { return };
            let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
                (client.into_split(), server.into_split());
            tokio::select! {
                () = pump(&mut from_client, &mut to_server, &is_silent) => {}
                () = pump(&mut from_server, &mut to_client, &is_silent) => {}
            }
        });
    }
}

async fn pump(from: &mut (impl AsyncReadExt + Unpin), to: &mut (impl AsyncWriteExt + Unpin), is_silent: &AtomicBool) {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match from.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) if is_silent.load(Ordering::Relaxed) => {}
            Ok(bytes) if to.write_all(&buffer[..bytes]).await.is_err() => return,
            Ok(_) => {}
        }
    }
}
