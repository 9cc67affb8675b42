"""The Python clients, unmodified: the one over the WebSocket, which is the Rust crate inside, and the one over HTTP."""

import multiprocessing
import socket
import sys
import threading

from convex import ConvexClient, ConvexError, ConvexInt64
from convex.http_client import ConvexHttpClient

ADDRESS = sys.argv[1]
HOST, PORT = ADDRESS.removeprefix("http://").split(":")
VALUES = [None, True, 0.0, 1.5, 5.0, -2.5e300, ConvexInt64(5), ConvexInt64(-(2**63)), "", "grüße \U0001f642", b"\x00\xff",
          [], [1.0, "a", [None]], {}, {"a": 1.0, "b": {"c": [ConvexInt64(2)]}}]


class Proxy:
    """A TCP proxy whose connections can be cut. A process of its own: a client that waits lets no other thread work."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.orders, orders = multiprocessing.Pipe()
        multiprocessing.get_context("fork").Process(target=self.serve, args=(orders,), daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def cut(self):
        self.orders.send("cut")
        self.orders.recv()

    def serve(self, orders):
        self.open = []
        threading.Thread(target=self.accept, daemon=True).start()
        while orders.recv():
            self.cut_all()
            orders.send("done")

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection((HOST, int(PORT)))
            self.open += [client, server]
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self.copy, args=ends, daemon=True).start()

    @staticmethod
    def copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            end.close()

    def cut_all(self):
        for end in self.open:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.open = []


def fails(call, *words, data=None):
    try:
        call()
    except Exception as error:
        assert all(word in str(error) for word in words), error
        if data is not None:
            assert isinstance(error, ConvexError) and error.data == data, error
        return
    raise AssertionError("it succeeded")


def both(client):
    for value in VALUES:
        got = client.query("values:echo", {"value": value})
        assert got == value and type(got) is type(value), (got, value)
    fails(lambda: client.mutation("errors:fail", {"code": "E42"}), data={"code": "E42"})
    fails(lambda: client.query("messages:internalCount", {"channel": "c"}), "Could not find public function")
    fails(lambda: client.mutation("messages:purge", {"channel": "c"}), "Could not find public function")
    fails(lambda: client.query("errors:crash", {}), "Server Error")


def bodies(messages):
    return [message["body"] for message in messages]


def send(client, body):
    client.mutation("messages:send", {"channel": "c", "author": "ada", "body": body})


def live():
    network = Proxy()
    client, other = ConvexClient(network.address), ConvexClient(ADDRESS)
    both(client)
    results = client.subscribe("messages:list", {"channel": "c"})
    assert bodies(next(results)) == []
    send(client, "one")
    assert bodies(next(results)) == ["one"]
    client.action("messages:sendViaAction", {"channel": "c", "author": "bot", "body": "two"})
    assert bodies(next(results)) == ["one", "two"]
    network.cut()
    send(other, "three")
    latest = bodies(next(results))
    while latest != ["one", "two", "three"]:
        latest = bodies(next(results))
    send(client, "four")
    while latest != ["one", "two", "three", "four"]:
        latest = bodies(next(results))


live()
both(ConvexHttpClient(ADDRESS))
print("all well")
