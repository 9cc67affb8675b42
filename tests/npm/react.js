// The hooks, rendered without a browser.
import assert from "node:assert/strict";
import { createElement as element } from "react";
import { create } from "react-test-renderer";
import {
  ConvexProvider, ConvexReactClient, useAction, useMutation, usePaginatedQuery, useQuery,
} from "convex/react";
import { ConvexHttpClient } from "convex/browser";
import { anyApi as api } from "convex/server";
import WebSocket from "ws";
import { until } from "./support.js";

// While messages are held back, the server hears of nothing.
let held;
class Socket extends WebSocket {
  send(message) {
    held ? held.push(() => super.send(message)) : super.send(message);
  }
}

const client = new ConvexReactClient(process.argv[2], {
  webSocketConstructor: Socket,
  unsavedChangesWarning: false,
});
const other = new ConvexHttpClient(process.argv[2]);
const channel = "c";
const send = (body) => other.mutation(api.messages.send, { channel, author: "other", body });

// All that was rendered, in order.
const shown = [];
const latest = () => shown.at(-1);
let calls;

function Channel() {
  const messages = useQuery(api.messages.list, { channel });
  const pages = usePaginatedQuery(api.messages.listPaginated, { channel }, { initialNumItems: 2 });
  calls = {
    loadMore: pages.loadMore,
    bot: useAction(api.messages.sendViaAction),
    send: useMutation(api.messages.send).withOptimisticUpdate((store, args) => {
      const before = store.getQuery(api.messages.list, { channel });
      if (before) {
        store.setQuery(api.messages.list, { channel }, [...before, { ...args, _id: "optimistic", _creationTime: 0 }]);
      }
    }),
  };
  shown.push({
    bodies: messages?.map((message) => message.body),
    ids: messages?.map((message) => message._id),
    page: pages.results.map((message) => message.body),
    status: pages.status,
  });
  return null;
}

create(element(ConvexProvider, { client }, element(Channel)));
await until(() => shown.length > 0, "the first rendering");
assert.equal(shown[0].bodies, undefined, "nothing is known at first");
await until(() => latest().bodies && latest().status === "Exhausted", "the first results");
assert.deepEqual(latest().bodies, []);

// A mutation shows at once, once, and then as what was committed.
const from = shown.length;
held = [];
const sent = calls.send({ channel, author: "ada", body: "one" });
await until(() => latest().ids[0] === "optimistic", "the message before the server knows of it");
const messages = held;
held = undefined;
for (const release of messages) release();
await sent;
await until(() => latest().bodies.length === 1 && latest().ids[0] !== "optimistic", "the committed message");
const since = shown.slice(from).map((state) => state.bodies);
assert(since.every((bodies) => bodies.length <= 1), "it is never there twice");

await calls.bot({ channel, author: "bot", body: "two" });
await until(() => latest().bodies.length === 2, "what the action wrote");

// Pages, newest first: they grow where something is inserted, and no row is lost or doubled between them.
for (const body of ["three", "four", "five"]) await send(body);
await until(() => latest().bodies.length === 5, "five messages");
const isWhole = () => {
  const { page, bodies } = latest();
  return JSON.stringify(page) === JSON.stringify([...bodies].reverse().slice(0, page.length));
};
await until(() => isWhole() && latest().page.length >= 2, "a first page without gaps");
while (latest().status !== "Exhausted") {
  calls.loadMore(2);
  await until(() => ["CanLoadMore", "Exhausted"].includes(latest().status), "the next page");
}
await until(() => isWhole() && latest().page.length === 5, "all pages");
for (const body of ["six", "seven"]) await send(body);
await until(() => latest().page.length === 7 && isWhole(), "pages that have grown");

console.log("all well");
process.exit(0);
