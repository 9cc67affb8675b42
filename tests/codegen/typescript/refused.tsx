// What must not type-check: each mistake has a line above it that says so.
import { ConvexHttpClient } from "convex/browser";
import { useMutation, usePaginatedQuery, useQuery } from "convex/react";
import type { GenericId } from "convex/values";
import { api } from "./lunora/api";
import type { CustomerDoc, Id, Payment, Plan } from "./lunora/api";

declare const client: ConvexHttpClient;
declare const id: Id<"customers">;

// @ts-expect-error internal functions are in no module
api.secrets;
// @ts-expect-error nor anywhere else
api.customers.secretQuery;
// @ts-expect-error there is no such function
api.customers.missing;
// @ts-expect-error nor is there such a table
export type Other = Id<"secretAudits">;

// @ts-expect-error a query is no mutation
client.mutation(api.customers.find, { id });
// @ts-expect-error a mutation is no query
useQuery(api.customers.add, { customer: null });
// @ts-expect-error an action is no mutation
useMutation(api.values.payment);
// @ts-expect-error this query has no pages
usePaginatedQuery(api.customers.find, { id }, { initialNumItems: 10 });

// @ts-expect-error the argument is missing
client.query(api.customers.find, {});
// @ts-expect-error a string is no id
client.query(api.customers.find, { id: "abc" });
// @ts-expect-error an argument too many
client.query(api.customers.find, { id, more: 1 });
// @ts-expect-error there are no arguments
client.query(api.customers.plans.all, { id });
// @ts-expect-error the hook sets the page
usePaginatedQuery(api.customers.listPages, { paginationOpts: null }, { initialNumItems: 10 });
// @ts-expect-error not one of the plans
usePaginatedQuery(api.customers.listPages, { plan: "premium" }, { initialNumItems: 10 });

declare const room: GenericId<"rooms">;
// @ts-expect-error an id of another table
client.query(api.customers.find, { id: room });
// @ts-expect-error not one of the plans
export const plan: Plan = "ProPlus";
// @ts-expect-error 64-bit integers are bigint
export const balance: CustomerDoc["balance"] = 5;
// @ts-expect-error the fields of another variant
export const payment: Payment = { type: "cash", lastDigits: "1234" };
// @ts-expect-error a field of the variant is missing
export const card: Payment = { type: "card" };
// @ts-expect-error a tuple has its length
client.action(api.values.loose, { value: { city: "Bern", position: [1] } });
// @ts-expect-error the content belongs to the other variant
client.action(api.values.adjacent, { value: { kind: "off", value: 1 } });
// @ts-expect-error one variant at a time
client.action(api.values.external, { value: { both: 1 } });

export async function results() {
  const customer = await client.query(api.customers.find, { id });
  // @ts-expect-error there may be none
  customer.name;
  // @ts-expect-error a document has no such field
  customer?.secretSubject;
  const plans = await client.query(api.customers.plans.all);
  // @ts-expect-error plans are strings
  plans[0].toFixed();
}
