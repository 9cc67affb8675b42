// Tokens: accepted, refreshed, refused, and none.
import assert from "node:assert/strict";
import { ConvexClient } from "convex/browser";
import { anyApi as api } from "convex/server";
import WebSocket from "ws";
import { until } from "./support.js";

const [, , address, first, second, old] = process.argv;

/** Sets a fetcher, and waits until the client knows where it stands. */
async function cycle(tokens) {
  const client = new ConvexClient(address, { webSocketConstructor: WebSocket });
  const asked = [];
  const heard = [];
  client.setAuth(
    async ({ forceRefreshToken }) => {
      asked.push(forceRefreshToken);
      return tokens[Math.min(asked.length, tokens.length) - 1];
    },
    (isAuthenticated) => heard.push(isAuthenticated),
  );
  await until(() => heard.length > 0 && asked.length >= tokens.length, "a verdict");
  const me = await client.query(api.users.me, {});
  await client.close();
  return { asked, heard: heard.at(-1), me };
}

const ada = "https://issuer.example|ada";
assert.deepEqual(await cycle([first, second]), { asked: [false, true], heard: true, me: ada });
const renewed = await cycle([old, first]);
assert.equal(renewed.me, ada, "refused once, and then let in");
assert.equal(renewed.heard, true);
assert.deepEqual(await cycle([null, null]), { asked: [false, true], heard: false, me: null });
console.log("all well");
process.exit(0);
