//! Frames on their way: small ones as datagrams, large ones over TCP. Both may get lost, and nobody is told: the protocol lives
//! with that.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use quorate::Address;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket, lookup_host};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How many frames may wait for a connection to one peer. What finds no room is lost.
const FRAMES_WAITING: usize = 16;
/// How many frames of all peers may wait to be handed over.
const FRAMES_ARRIVED: usize = 256;
/// How long connecting, or one frame, may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a connection is kept that nothing goes over.
const IDLE: Duration = Duration::from_secs(60);
/// How often a free port is looked for that is free for both.
const PORTS_TRIED: usize = 16;

/// The sockets of a node.
pub(crate) struct Transport {
    address: Address,
    datagrams: UdpSocket,
    datagram_bytes: usize,
    buffer: Vec<u8>,
    arrived: mpsc::Receiver<(SocketAddr, Vec<u8>)>,
    peers: BTreeMap<Address, Peer>,
    tasks: JoinSet<()>,
}

/// What is kept of a peer while it is written to.
struct Peer {
    /// Where its name leads, once that is known.
    at: watch::Receiver<Option<SocketAddr>>,
    /// To whoever connects to it.
    queue: mpsc::Sender<Vec<u8>>,
}

impl Transport {
    /// Opens both sockets at an address; with port 0 at one that is free for both.
    ///
    /// # Errors
    /// An address that can't be had, and why.
    pub(crate) async fn open(
        address: &Address,
        datagram_bytes: usize,
        frame_bytes: usize,
    ) -> Result<Self, String> {
        let mut tries = 1..=PORTS_TRIED;
        let (datagrams, listener) = loop {
            let is_last = tries.next().is_none_or(|attempt| attempt == PORTS_TRIED);
            match bind(address).await {
                Ok(sockets) => break sockets,
                Err(error) if address.port() != 0 || is_last => return Err(format!("{address}: {error}")),
                Err(_) => {}
            }
        };
        let port = datagrams.local_addr().map_err(|error| error.to_string())?.port();
        let address = Address::new(address.host(), port).map_err(|error| error.to_string())?;
        let (arrivals, arrived) = mpsc::channel(FRAMES_ARRIVED);
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, arrivals, frame_bytes));
        let (buffer, peers) = (vec![0; 1 << 16], BTreeMap::new());
        Ok(Self { address, datagrams, datagram_bytes, buffer, arrived, peers, tasks })
    }

    /// Where this node is.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// The next frame that has arrived, and from where. Nothing is lost if nobody waits for it to the end.
    pub(crate) async fn receive(&mut self) -> (SocketAddr, Vec<u8>) {
        loop {
            tokio::select! {
                received = self.datagrams.recv_from(&mut self.buffer) => match received {
                    Ok((bytes, from)) => return (from, self.buffer[..bytes].to_vec()),
                    // The system tells so of a peer that is gone, which heartbeats will find out.
                    Err(error) => tracing::debug!("datagrams: {error}"),
                },
                Some(arrived) = self.arrived.recv() => return arrived,
            }
        }
    }

    /// Sends a frame, or loses it.
    pub(crate) async fn send(&mut self, to: &Address, frame: &[u8]) {
        if !self.peers.contains_key(to) {
            let peer = self.meet(to);
            self.peers.insert(to.clone(), peer);
        }
        let peer = &self.peers[to];
        let at = *peer.at.borrow();
        match at {
            Some(at) if frame.len() <= self.datagram_bytes => {
                if let Err(error) = self.datagrams.send_to(frame, at).await {
                    tracing::debug!("{to}: {error}");
                }
            }
            // Also what is sent before it is known where the peer is.
            _ => {
                if peer.queue.try_send(frame.to_vec()).is_err() {
                    tracing::debug!("{to}: a frame of {} bytes is lost, as others wait", frame.len());
                }
            }
        }
    }

    /// Keeps nothing of a peer that is gone. If another one comes to its address, it begins anew.
    pub(crate) fn forget(&mut self, peer: &Address) {
        self.peers.remove(peer);
    }

    /// Sends what still waits, for a while.
    pub(crate) async fn close(mut self) {
        self.peers.clear();
        drop(self.arrived);
        let emptied = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(Duration::from_millis(200), emptied).await.is_err() {
            // So it mostly is: what accepts connections never ends by itself.
            tracing::debug!("the sockets are closed");
        }
    }

    fn meet(&mut self, peer: &Address) -> Peer {
        // Most addresses are numbers, and need not be looked up.
        let number = peer.host().parse().ok().map(|ip| SocketAddr::new(ip, peer.port()));
        let (found, at) = watch::channel(number);
        let (queue, waiting) = mpsc::channel(FRAMES_WAITING);
        self.tasks.spawn(carry(peer.clone(), found, waiting));
        Peer { at, queue }
    }
}

async fn bind(address: &Address) -> io::Result<(UdpSocket, TcpListener)> {
    let datagrams = UdpSocket::bind((address.host(), address.port())).await?;
    let listener = TcpListener::bind(datagrams.local_addr()?).await?;
    Ok((datagrams, listener))
}

/// Finds out where a peer is, and takes large frames to it, until it is forgotten.
async fn carry(
    peer: Address,
    found: watch::Sender<Option<SocketAddr>>,
    mut waiting: mpsc::Receiver<Vec<u8>>,
) {
    if found.borrow().is_none() {
        let mut tries = 0_u32;
        while let Err(error) = look_up(&peer, &found).await {
            // Once in a minute: whoever waits for the name knows already.
            if tries.is_multiple_of(60) {
                tracing::warn!("{peer}: {error}; it is looked up again each second");
            }
            tries += 1;
            sleep(Duration::from_secs(1)).await;
        }
    }
    while let Some(frame) = waiting.recv().await {
        if let Err(error) = deliver(&peer, &found, frame, &mut waiting).await {
            tracing::debug!("{peer}: {error}");
        }
    }
}

async fn look_up(peer: &Address, found: &watch::Sender<Option<SocketAddr>>) -> io::Result<()> {
    let at = lookup_host((peer.host(), peer.port())).await?.next();
    found.send_replace(Some(at.ok_or_else(|| io::Error::other("its name leads nowhere"))?));
    Ok(())
}

/// One connection: this frame, and those that come while it is open.
async fn deliver(
    peer: &Address,
    found: &watch::Sender<Option<SocketAddr>>,
    first: Vec<u8>,
    waiting: &mut mpsc::Receiver<Vec<u8>>,
) -> io::Result<()> {
    // A peer that was started anew may be somewhere else.
    look_up(peer, found).await?;
    let Some(at) = *found.borrow() else { return Ok(()) };
    let mut stream = timeout(PATIENCE, TcpStream::connect(at)).await??;
    stream.set_nodelay(true)?;
    let mut next = Some(first);
    while let Some(frame) = next {
        let length = u32::try_from(frame.len()).map_err(io::Error::other)?;
        timeout(PATIENCE, async {
            stream.write_all(&length.to_be_bytes()).await?;
            stream.write_all(&frame).await
        })
        .await??;
        next = timeout(IDLE, waiting.recv()).await.ok().flatten();
    }
    stream.shutdown().await
}

/// Takes connections of peers.
async fn accept(listener: TcpListener, arrivals: mpsc::Sender<(SocketAddr, Vec<u8>)>, frame_bytes: usize) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => drop(connections.spawn(read(stream, from, arrivals.clone(), frame_bytes))),
                Err(error) => {
                    tracing::warn!("a connection could not be taken: {error}");
                    sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Reads frames, each behind its length in four bytes, until the peer has no more.
async fn read(
    mut stream: TcpStream,
    from: SocketAddr,
    arrivals: mpsc::Sender<(SocketAddr, Vec<u8>)>,
    frame_bytes: usize,
) {
    let mut length = [0; 4];
    while let Ok(Ok(_)) = timeout(2 * IDLE, stream.read_exact(&mut length)).await {
        let bytes = u32::from_be_bytes(length) as usize;
        if bytes > frame_bytes {
            tracing::warn!("{from}: announces a frame of {bytes} bytes, and {frame_bytes} is the most");
            return;
        }
        let mut frame = vec![0; bytes];
        if !matches!(timeout(PATIENCE, stream.read_exact(&mut frame)).await, Ok(Ok(_))) {
            return;
        }
        if arrivals.send((from, frame)).await.is_err() {
            return;
        }
    }
}
