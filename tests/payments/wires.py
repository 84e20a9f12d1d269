"""Servers on loopback that do not behave, for what a stand-in for Stripe cannot do: vanish, hang, talk nonsense."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

RESET = b""


def answer(status: str, body: str) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n"
    return f"{head}Connection: close\r\n\r\n{body}".encode()


@contextlib.contextmanager
def saying(*answers: bytes) -> Iterator[str]:
    """The address of a server that gives these answers, one a request, and then is gone. RESET: it hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener:
            for number, words in enumerate(answers, 1):
                with contextlib.suppress(OSError):
                    connection, _ = listener.accept()
                    if number == len(answers):
                        listener.close()
                    with connection:
                        connection.recv(65536)
                        connection.sendall(words)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@contextlib.contextmanager
def refusing() -> Iterator[str]:
    """The address of a port where nobody listens; it is held, so that nobody else takes it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@contextlib.contextmanager
def full() -> Iterator[str]:
    """The address of a server that accepts nobody: whoever connects waits."""
    with socket.socket() as listener, contextlib.ExitStack() as crowd:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = crowd.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
