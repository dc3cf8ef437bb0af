//! Child processes of ours: a free port for them, their lines, and their end.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// A port of the loopback address that nobody listens on now.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

/// Whether we could listen on this port of the loopback address.
pub(crate) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Puts the process in a group of its own: Ctrl-C reaches us alone, and we stop our children in order.
pub(crate) fn detach(command: &mut Command) {
    command.process_group(0).stdin(Stdio::null());
}

/// While it lives, Ctrl-C ends the command in the foreground but not us, so that we can clean up after it.
pub(crate) struct Shield {
    _interrupts: Signal,
    _runtime: Runtime,
}

impl Shield {
    pub(crate) fn raise() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let interrupts = {
            let _inside = runtime.enter();
            signal(SignalKind::interrupt())?
        };
        Ok(Self { _interrupts: interrupts, _runtime: runtime })
    }
}

/// Hands each line of `stream` to `line` on a thread of its own, until the stream ends.
pub(crate) fn follow(stream: impl Read + Send + 'static, mut line: impl FnMut(String) + Send + 'static) {
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut buffer = Vec::new();
        while reader.read_until(b'\n', &mut buffer).is_ok_and(|length| length > 0) {
            line(String::from_utf8_lossy(&buffer).trim_end().to_owned());
            buffer.clear();
        }
    });
}

/// Asks the process to end, waits for it, and ends it by force after `grace`.
pub(crate) fn stop(mut child: Child, grace: Duration) {
    let pid = child.id();
    send_signal("TERM", pid);
    let (sender, ended) = mpsc::channel();
    let waiter = thread::spawn(move || {
        let _ = child.wait();
        let _ = sender.send(());
    });
    if ended.recv_timeout(grace).is_err() {
        send_signal("KILL", pid);
    }
    let _ = waiter.join();
}

/// The shell's built-in `kill`: the program of that name isn't on every machine.
fn send_signal(name: &str, pid: u32) {
    let script = format!("kill -{name} {pid}");
    let _ = Command::new("sh").args(["-c", &script]).stderr(Stdio::null()).status();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_ignores_the_request_is_ended_by_force() {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        follow(child.stdout.take().unwrap(), move |line| {
            sender.send(line).unwrap();
        });
        assert_eq!(lines.recv_timeout(Duration::from_secs(10)).unwrap(), "ready");
        stop(child, Duration::from_millis(100));
    }
}
