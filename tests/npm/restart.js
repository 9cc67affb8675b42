// A client whose server is restarted. Told by standard input when to go on, it says by standard output where it is:
// `ready` with its first result, `back` when it is told of the message "after the restart". All the time it sends
// messages of its own, one after another. `done` ends that.
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { ConvexClient } from "convex/browser";
import { anyApi as api } from "convex/server";
import WebSocket from "ws";
import { until } from "./support.js";

const orders = createInterface({ input: process.stdin });
const isDone = new Promise((resolve) => orders.once("line", resolve));
let done = false;
const client = new ConvexClient(process.argv[2], { webSocketConstructor: WebSocket });

let seen;
const own = (bodies) => bodies.filter((body) => body.startsWith("own "));
client.onUpdate(api.messages.list, { channel: "c" }, (messages) => {
  const bodies = messages.map((message) => message.body);
  // What has been told stays. (Messages of others may come to stand between.)
  if (seen) assert.deepEqual(own(bodies).slice(0, own(seen).length), own(seen));
  else console.log("ready");
  if (bodies.includes("after the restart") && !seen?.includes("after the restart")) console.log("back");
  seen = bodies;
});

let sent = 0;
const sending = (async () => {
  await until(() => seen, "the first result");
  while (!done) {
    await client.mutation(api.messages.send, { channel: "c", author: "ada", body: `own ${sent}` });
    sent += 1;
  }
})();
assert.equal(await isDone, "done");
done = true;
await sending;
await until(() => own(seen).length >= sent, "what was sent");
assert.deepEqual(own(seen), Array.from({ length: sent }, (_, n) => `own ${n}`), "each once, in the order in which they were sent");
await client.close();
console.log("all well");
process.exit(0);
