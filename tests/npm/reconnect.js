// The client of browsers over connections that break: it misses nothing, and nothing runs twice.
import assert from "node:assert/strict";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { anyApi as api } from "convex/server";
import WebSocket from "ws";
import { proxy, until } from "./support.js";

const network = await proxy(process.argv[2]);
const direct = new ConvexHttpClient(process.argv[2]);
const client = new ConvexClient(network.address, { webSocketConstructor: WebSocket });
const send = (by, body) => by.mutation(api.messages.send, { channel: "c", author: "ada", body });

let bodies;
client.onUpdate(api.messages.list, { channel: "c" }, (messages) => {
  bodies = messages.map((message) => message.body);
});
await until(() => bodies, "the first result");

// What was committed while it was away.
network.cut();
await send(direct, "while away");
await until(() => bodies.includes("while away"), "what was committed meanwhile");

// A mutation that was committed, and whose answer was lost.
for (let round = 0; round < 3; round++) {
  const body = `lost ${round}`;
  network.loseAnswers(true);
  const sent = send(client, body);
  const isThere = async () => (await direct.query(api.messages.list, { channel: "c" })).some((m) => m.body === body);
  await until(isThere, "the commit");
  network.cut();
  network.loseAnswers(false);
  await sent;
  assert(bodies.includes(body), "the result that contains it came with the answer");
}

// Many at once, cut in the middle.
const many = Array.from({ length: 50 }, (_, n) => send(client, `many ${n}`));
network.cut();
await Promise.all(many);
const all = (await direct.query(api.messages.list, { channel: "c" })).map((message) => message.body);
assert.equal(all.length, new Set(all).size, "nothing ran twice");
assert.equal(all.length, 1 + 3 + 50);
const order = all.filter((body) => body.startsWith("many"));
assert.deepEqual(order, Array.from({ length: 50 }, (_, n) => `many ${n}`), "in the order in which they were sent");

// An action that was under way is not sent again: it has had its effect, and nobody knows.
const act = (body) => client.action(api.messages.sendViaAction, { channel: "a", author: "ada", body });
const acted = async () => (await direct.query(api.messages.list, { channel: "a" })).map((message) => message.body);
network.loseAnswers(true);
const lost = assert.rejects(act("lost"), /Connection lost/);
await until(async () => (await acted()).includes("lost"), "the effect of the action");
network.cut();
network.loseAnswers(false);
await lost;
await act("later");
await send(client, "last");
assert.deepEqual(await acted(), ["lost", "later"]);

await client.close();
network.close();
console.log("all well");
process.exit(0);
