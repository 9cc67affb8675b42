import { ConvexError } from "convex/values";
import { useMutation, useQuery } from "convex/react";
import { api } from "./lunora/api";
import type { Address } from "./lunora/api";

/** The errors of the shop, `Refusal` in errors.rs: errors are not part of a function's type. */
type Refusal = { code: "outOfStock"; left: number } | { code: "unknownProduct" };

export function Shelf({ category, address }: { category: string; address: Address }) {
  const products = useQuery(api.products.list, { category });
  const buy = useMutation(api.purchases.buy);

  async function order(sku: string) {
    try {
      await buy({ sku, quantity: 1, address });
    } catch (error) {
      if (!(error instanceof ConvexError)) throw error;
      const refusal = error.data as Refusal;
      alert(refusal.code === "outOfStock" ? `Only ${refusal.left} left` : refusal.code);
    }
  }

  if (products === undefined) return <p>Loading</p>;
  return products.map((product) => (
    <button key={product._id} onClick={() => order(product.sku)}>
      {product.sku}: {product.price / 100} €, {product.stock} left
    </button>
  ));
}
