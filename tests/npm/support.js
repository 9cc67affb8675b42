// What the scripts share: a network that can break, and waiting for things.
import net from "node:net";

/** A TCP proxy to `target` ("http://host:port"). */
export async function proxy(target) {
  const { hostname, port } = new URL(target);
  const connections = new Set();
  let deaf = false;
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    const connection = { client, upstream };
    connections.add(connection);
    client.on("data", (data) => upstream.write(data));
    upstream.on("data", (data) => {
      if (!deaf) client.write(data);
    });
    const end = () => {
      client.destroy();
      upstream.destroy();
      connections.delete(connection);
    };
    for (const socket of [client, upstream]) socket.on("close", end).on("error", end);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    /** Ends all connections without a word. */
    cut() {
      for (const { client, upstream } of connections) {
        client.destroy();
        upstream.destroy();
      }
    },
    /** Whether what the server says gets lost. */
    loseAnswers(lose) {
      deaf = lose;
    },
    close() {
      this.cut();
      server.close();
    },
  };
}

/** Resolves when `condition` holds; it is looked at whenever something may have happened. */
export async function until(condition, what) {
  const end = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`this never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
