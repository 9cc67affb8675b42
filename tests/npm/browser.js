// ConvexClient, the client of browsers, over its WebSocket.
import assert from "node:assert/strict";
import { ConvexClient } from "convex/browser";
import { anyApi as api } from "convex/server";
import { ConvexError } from "convex/values";
import WebSocket from "ws";
import { until } from "./support.js";
import { values } from "./values.js";

const client = new ConvexClient(process.argv[2], { webSocketConstructor: WebSocket });

for (const value of values) {
  assert.deepEqual(await client.query(api.values.echo, { value }), value);
}

// Live results, and a mutation whose promise resolves when they contain it.
const seen = [];
const stop = client.onUpdate(api.messages.list, { channel: "c" }, (messages) => {
  seen.push(messages.map((message) => message.body));
});
await until(() => seen.length === 1, "the first result");
await client.mutation(api.messages.send, { channel: "c", author: "ada", body: "one" });
assert.deepEqual(seen.at(-1), ["one"]);
await Promise.all(
  ["two", "three", "four"].map((body) => client.mutation(api.messages.send, { channel: "c", author: "ada", body })),
);
assert.deepEqual(seen.at(-1), ["one", "two", "three", "four"]);
await client.action(api.messages.sendViaAction, { channel: "c", author: "bot", body: "five" });
await until(() => seen.at(-1).length === 5, "what the action wrote");
stop();

// Errors.
await assert.rejects(client.mutation(api.errors.fail, { code: "E42" }), (error) => {
  assert(error instanceof ConvexError);
  assert.deepEqual(error.data, { code: "E42" });
  return true;
});
const failures = [];
client.onUpdate(api.errors.crash, {}, () => assert.fail("it has a result"), (error) => failures.push(error));
await until(() => failures.length === 1, "the failure of a query");
assert.match(failures[0].message, /Server Error/);
assert.doesNotMatch(failures[0].message, /panic/);
await assert.rejects(client.mutation(api.messages.send, { channel: 5 }), /ArgumentValidationError/);

// What is internal is not there.
for (const call of [
  client.query(api.messages.internalCount, { channel: "c" }),
  client.mutation(api.messages.purge, { channel: "c" }),
  client.action(api.messages.purge, { channel: "c" }),
]) {
  await assert.rejects(call, /Could not find public function/);
}
assert.equal((await client.query(api.messages.list, { channel: "c" })).length, 5);
await client.close();
console.log("all well");
process.exit(0);
