// What must type-check.
import { ConvexHttpClient } from "convex/browser";
import { useAction, useMutation, usePaginatedQuery, useQuery } from "convex/react";
import type { FunctionArgs, FunctionReturnType } from "convex/server";
import { api } from "./lunora/api";
import type { Address, CustomerDoc, Doc, Id, Payment, Plan } from "./lunora/api";

/** Compiles only if both types are one. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(value?: T) => value;

is<Same<FunctionReturnType<typeof api.customers.find>, Doc<"customers"> | null>>();
is<Same<FunctionArgs<typeof api.customers.find>, { id: Id<"customers"> }>>();
is<Same<FunctionReturnType<typeof api.customers.add>, Id<"customers">>>();
is<Same<Plan, "free" | "proPlus">>();
is<Same<CustomerDoc["plan"], Plan>>();
is<Same<CustomerDoc["balance"], bigint>>();
is<Same<CustomerDoc["limit"], number>>();
is<Same<CustomerDoc["invitedBy"], Id<"customers"> | null | undefined>>();
is<Same<CustomerDoc["_id"], Id<"customers">>>();
is<Same<Address["position"], [number, number]>>();

export function Customers({ id }: { id: Id<"customers"> }) {
  const customer = useQuery(api.customers.find, { id });
  const plans = useQuery(api.customers.plans.all);
  const skipped = useQuery(api.customers.find, "skip");
  const { results, loadMore } = usePaginatedQuery(api.customers.listPages, { plan: "free" }, { initialNumItems: 10 });
  const all = usePaginatedQuery(api.customers.listPages, {}, { initialNumItems: 10 });
  const add = useMutation(api.customers.add).withOptimisticUpdate((store, { customer }) => {
    const known = store.getQuery(api.customers.find, { id });
    if (known) store.setQuery(api.customers.find, { id }, { ...known, name: customer.name });
  });
  const pay = useAction(api.values.payment);
  const click = async () => {
    const added: Id<"customers"> = await add({ customer: { name: "Ada", plan: "proPlus", balance: 5n, limit: 5 } });
    const payment = await pay({ value: { type: "card", lastDigits: "1234" } });
    if (payment.type === "card") payment.lastDigits.trim();
    if (payment.type === "sent") payment.city.trim();
    loadMore(5);
    return added;
  };
  return (
    <button onClick={click}>
      {customer?.name} {customer?.address?.city} {plans?.length} {skipped?.plan} {results.map((row) => row.name)}
      {all.results.map((row) => row.balance + 1n)}
    </button>
  );
}

export async function values(client: ConvexHttpClient) {
  const everything = await client.action(api.values.everything, {
    value: {
      flag: true,
      small: 1,
      float: 0.5,
      large: 1n,
      bytes: new ArrayBuffer(1),
      nothing: null,
      anything: { any: ["thing", 1] },
      counts: { a: 1n },
      list: ["a", null],
      tree: { label: "root", branches: [{ label: "leaf", branches: [] }] },
      "odd-name": "odd",
    },
  });
  const bytes: ArrayBuffer = everything.bytes;
  const count: bigint = everything.counts["a"];
  const leaf: string = everything.tree.branches[0].branches[0].label;
  const odd: string = everything["odd-name"];

  await client.action(api.values.external, { value: "nothing" });
  await client.action(api.values.external, { value: { text: "x" } });
  await client.action(api.values.external, { value: { pair: ["x", 1] } });
  const external = await client.action(api.values.external, { value: { point: { xAxis: 1 } } });
  if (typeof external === "object" && "point" in external) external.point.xAxis.toFixed();

  const adjacent = await client.action(api.values.adjacent, { value: { kind: "level", value: 3 } });
  if (adjacent.kind === "level") adjacent.value.toFixed();
  await client.action(api.values.adjacent, { value: { kind: "off" } });

  await client.action(api.values.loose, { value: 1 });
  await client.action(api.values.loose, { value: "x" });
  await client.action(api.values.loose, { value: { city: "Bern", position: [1, 2] } });

  const flat = await client.action(api.values.flat, { value: { first: "x", second: 2 } });
  const first: string = flat.first;
  await client.action(api.values.record, { value: { record: "x" } });
  return [bytes, count, leaf, odd, first];
}

export const payment: Payment = { type: "cash" };
