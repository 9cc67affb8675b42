// Tokens that end while their connection lives: nobody notices.
import assert from "node:assert/strict";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { anyApi as api } from "convex/server";
import WebSocket from "ws";
import { until } from "./support.js";

const [, , address, issuer] = process.argv;
const direct = new ConvexHttpClient(address);
const ada = "https://issuer.example|ada";
/** Tokens that last. They differ, because the client takes the same one for none. */
const last = (number) => ({ age: 0, left: 600 + number });

/** Logs in with a token that lasts, replaces it by `short`, and looks at what is watched when that has ended. */
async function outlive(name, short, options) {
  const client = new ConvexClient(address, { webSocketConstructor: WebSocket, ...options });
  const heard = [];
  const users = [];
  let [asked, end, bodies] = [0, Infinity, []];
  client.setAuth(
    async () => {
      asked++;
      const { age, left } = asked === 2 ? short : last(asked);
      const token = await (await fetch(`${issuer}/${age}/${left}`)).text();
      // Its end is a whole second, and this is not before.
      if (asked === 2) end = Date.now() + left * 1000;
      return token;
    },
    (isAuthenticated) => heard.push(isAuthenticated),
  );
  client.onUpdate(api.users.me, {}, (me) => users.push(me));
  client.onUpdate(api.messages.list, { channel: name }, (messages) => {
    bodies = messages.map((message) => message.body);
  });
  await until(() => heard.length > 0 && users.length > 0, "the first results");
  await until(() => Date.now() > end && asked >= 3, "another token after the short one");
  const send = (by, body) => by.mutation(api.messages.send, { channel: name, author: "ada", body });
  await send(direct, "of another");
  await send(client, "of its own");
  await until(() => bodies.length === 2, "what was committed after the end");
  assert.deepEqual(bodies, ["of another", "of its own"]);
  assert(heard.every((isAuthenticated) => isAuthenticated), `it was always authenticated: ${heard}`);
  assert(users.every((user) => user === ada), `it was always the same user: ${users}`);
  await client.close();
  return asked;
}

// The client sees the end coming.
assert.equal(await outlive("replaced before", { age: 0, left: 6 }, { authRefreshTokenLeewaySeconds: 3 }), 3);
// The client takes the token for one that lasts, and the server ends it.
assert.equal(await outlive("ended by the server", { age: 3600, left: 4 }), 3);
console.log("all well");
process.exit(0);
