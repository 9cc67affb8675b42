// Calls the fixture by the references that were generated for it.
import { ConvexHttpClient } from "convex/browser";
import { api } from "./lunora/api.js";

const client = new ConvexHttpClient(process.argv[2]);
await client.mutation(api.messages.send, { channel: "general", author: "ada", body: "hello" });
const [message] = await client.query(api.messages.list, { channel: "general" });
console.log(message.body);
