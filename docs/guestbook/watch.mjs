import { ConvexClient } from "convex/browser";
import { anyApi as api } from "convex/server";

const client = new ConvexClient(process.argv[2] ?? "http://127.0.0.1:3210");
client.onUpdate(api.entries.list, {}, (entries) => {
  console.log(entries.map((entry) => `${entry.name}: ${entry.text}`));
});
