//! The bridge between a sandbox and its broker: the confined starter makes the listener, in the sandbox's
//! own network, and hands it up; the supervisor accepts, and joins each connection to the socket. So the
//! command can neither see the socket nor reach what bridges to it.

use std::io;
use std::net::TcpListener as StdTcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};

/// How many connections are joined at once. Others wait.
const MAX_CONNECTIONS: usize = 128;
/// How long a client is listened to after the broker's last word, so that it gets to read it.
const LINGER_TIME: Duration = Duration::from_millis(500);

/// Joins connections on a thread of its own. Once it is dropped, the port is free: without a network of its own,
/// the next sandbox may want the same.
#[derive(Debug)]
pub(super) struct Bridge {
    thread: Option<JoinHandle<()>>,
    /// Dropped, it ends the thread.
    stop: Option<oneshot::Sender<()>>,
}

impl Bridge {
    pub(super) fn start(listener: StdTcpListener, socket: PathBuf) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let (stop, stopped) = oneshot::channel();
        let bridge = async move {
            let Ok(listener) = TcpListener::from_std(listener) else { return };
            tokio::select! {
                () = accept(&listener, socket.into()) => {}
                _ = stopped => {}
            }
        };
        let thread = thread::Builder::new().name("bridge".into()).spawn(move || runtime.block_on(bridge))?;
        Ok(Self { thread: Some(thread), stop: Some(stop) })
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _panicked = self.thread.take().map(JoinHandle::join);
    }
}

async fn accept(listener: &TcpListener, socket: Arc<Path>) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        let Ok((inside, _)) = listener.accept().await else {
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        let socket = Arc::clone(&socket);
        tokio::spawn(async move {
            let _ended = join(inside, &socket).await;
            drop(slot);
        });
    }
}

async fn join(mut inside: TcpStream, socket: &Path) -> io::Result<()> {
    let mut outside = UnixStream::connect(socket).await?;
    inside.set_nodelay(true)?;
    let ((mut from_inside, mut to_inside), (mut from_outside, mut to_outside)) =
        (inside.split(), outside.split());
    // The broker may refuse a request before it has read it all, and its answer must still arrive.
    let upwards = async {
        let _ended = copy(&mut from_inside, &mut to_outside).await;
        to_outside.shutdown().await
    };
    let downwards = async {
        copy(&mut from_outside, &mut to_inside).await?;
        to_inside.shutdown().await
    };
    tokio::pin!(downwards);
    tokio::select! {
        ended = &mut downwards => ended?,
        _ = upwards => return downwards.await,
    }
    // A connection that is closed with something unread is reset, and what was written is lost.
    let mut ignored = vec![0; 16 << 10];
    let drain = async { while matches!(from_inside.read(&mut ignored).await, Ok(1..)) {} };
    let _long_enough = timeout(LINGER_TIME, drain).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{Shutdown, TcpStream as StdTcpStream};
    use std::os::unix::net::UnixListener;

    /// A bridge, a connection inside of it, and the socket that it should lead to.
    fn bridged(folder: &Path) -> (Bridge, StdTcpStream, UnixListener) {
        let socket = folder.join("socket");
        let outside = UnixListener::bind(&socket).unwrap();
        let listener = StdTcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let bridge = Bridge::start(listener, socket).unwrap();
        (bridge, StdTcpStream::connect(address).unwrap(), outside)
    }

    #[test]
    fn an_answer_arrives_although_nobody_listens_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let (_bridge, mut inside, outside) = bridged(folder.path());
        let (mut outside, _) = outside.accept().unwrap();
        outside.shutdown(Shutdown::Read).unwrap();
        inside.write_all(b"a question").unwrap();
        thread::sleep(Duration::from_millis(100));
        outside.write_all(b"an answer").unwrap();
        drop(outside);
        let mut answer = String::new();
        inside.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "an answer");
    }

    #[test]
    fn the_end_of_each_side_is_passed_on() {
        let folder = tempfile::tempdir().unwrap();
        let (_bridge, mut inside, outside) = bridged(folder.path());
        let (mut outside, _) = outside.accept().unwrap();
        inside.write_all(b"a question").unwrap();
        inside.shutdown(Shutdown::Write).unwrap();
        let mut text = String::new();
        outside.read_to_string(&mut text).unwrap();
        outside.write_all(b", an answer").unwrap();
        drop(outside);
        inside.read_to_string(&mut text).unwrap();
        assert_eq!(text, "a question, an answer");
    }

    #[test]
    fn its_port_is_free_when_it_is_over_whoever_is_connected() {
        let folder = tempfile::tempdir().unwrap();
        let (bridge, mut inside, outside) = bridged(folder.path());
        let (_outside, _) = outside.accept().unwrap();
        drop(bridge);
        StdTcpListener::bind(inside.peer_addr().unwrap()).unwrap();
        assert_eq!(inside.read(&mut [0]).unwrap_or(0), 0);
    }
}
