use std::{future::Future, net::TcpListener as StdListener, thread};

use tokio::{net::TcpListener, runtime::Builder, sync::oneshot};

/// A thread with a runtime of its own. It ends when this is dropped.
#[derive(Debug)]
pub struct ServerThread {
    stop: Option<oneshot::Sender<()>>,
    handle: Option<thread::JoinHandle<()>>,
}

impl ServerThread {
    /// Runs `serve` on a free loopback port and returns the port.
    pub fn start<F: Future<Output = ()>>(serve: impl FnOnce(TcpListener) -> F + Send + 'static) -> (Self, u16) {
        let listener = StdListener::bind("127.0.0.1:0").expect("loopback has a free port");
        listener.set_nonblocking(true).expect("a listener can be made asynchronous");
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let (stop, stopped) = oneshot::channel();
        let handle = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("the runtime takes the listener");
                tokio::select! {
                    () = serve(listener) => {}
                    _ = stopped => {}
                }
            });
        });
        (Self { stop: Some(stop), handle: Some(handle) }, port)
    }
}

impl Drop for ServerThread {
    fn drop(&mut self) {
        // Fails only when the thread has ended by itself.
        self.stop.take().map(|stop| stop.send(()));
        self.handle.take().map(thread::JoinHandle::join);
    }
}
