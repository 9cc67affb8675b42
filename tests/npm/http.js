// ConvexHttpClient.
import assert from "node:assert/strict";
import { ConvexHttpClient } from "convex/browser";
import { anyApi as api } from "convex/server";
import { ConvexError } from "convex/values";
import { values } from "./values.js";

const client = new ConvexHttpClient(process.argv[2]);
for (const value of values) {
  assert.deepEqual(await client.query(api.values.echo, { value }), value);
}
await client.mutation(api.messages.send, { channel: "c", author: "ada", body: "hi" });
await client.action(api.messages.sendViaAction, { channel: "c", author: "bot", body: "ho" });
const bodies = (await client.query(api.messages.list, { channel: "c" })).map((message) => message.body);
assert.deepEqual(bodies, ["hi", "ho"]);
assert.equal((await client.consistentQuery(api.messages.list, { channel: "c" })).length, 2);
await assert.rejects(client.mutation(api.errors.fail, { code: "E42" }), (error) => {
  assert(error instanceof ConvexError);
  assert.deepEqual(error.data, { code: "E42" });
  return true;
});
await assert.rejects(client.mutation(api.messages.purge, { channel: "c" }), /Could not find public function/);
console.log("all well");
