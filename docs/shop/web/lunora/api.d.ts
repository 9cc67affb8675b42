/* eslint-disable */
// The public functions of this application, written by its command `codegen typescript`. Changes here are lost.

import type { FunctionReference, PaginationOptions, PaginationResult } from "convex/server";
import type { GenericId } from "convex/values";

/** The tables of which public functions speak. */
export type TableNames = "_jobs" | "products" | "purchases";

/** The id of a document of a table: a string that fits no other table. */
export type Id<TableName extends TableNames> = GenericId<TableName>;

/** The documents that public functions return or take, by their tables. */
export interface Documents {
  products: ProductDoc;
  purchases: PurchaseDoc;
}

/** A document of a table, as it is stored. */
export type Doc<TableName extends keyof Documents> = Documents[TableName];

/** Where something goes. */
export interface Address {
  /** Street and number. */
  street: string;
  /** Town. */
  city: string;
}

/** Something to buy. */
export interface ProductDoc {
  _id: Id<"products">;
  _creationTime: number;
  /** Short name, one of a kind. */
  sku: string;
  /** Where it stands. */
  category: string;
  /** In cents. */
  price: number;
  /** How many there are to sell. */
  stock: number;
  /** What the shelf says about it. */
  label?: string | null;
}

/** A purchase of one product. */
export interface PurchaseDoc {
  _id: Id<"purchases">;
  _creationTime: number;
  /** Who buys: the token identifier of a user. */
  customer: string;
  /** What. */
  product: Id<"products">;
  /** How many. */
  quantity: number;
  /** How far it is. */
  state: State;
  /** Where it goes. */
  address: Address;
}

/** Where a scheduled call stands. */
export type JobState = "pending" | "running" | "succeeded" | "failed" | "canceled";

/** What can be told of a scheduled call. */
export interface JobStatus {
  state: JobState;
  attempts: number;
  scheduledFor: number;
  startedAt?: number | null;
  endedAt?: number | null;
}

/** How far a purchase is. */
export type State = "reserved" | "paying" | "paid" | "canceled";

/** References to the public functions, for `useQuery`, `useMutation` and the like. */
export declare const api: {
  products: {
    /** The products of a category, cheapest first. */
    list: FunctionReference<"query", "public", { category: string }, Array<ProductDoc>>;
    /** All products, page by page. */
    page: FunctionReference<"query", "public", { paginationOpts: PaginationOptions }, PaginationResult<ProductDoc>>;
    /** The products of a category that cost from `least` to less than `most` cents, dearest first. */
    priced: FunctionReference<"query", "public", { category: string; least: number; most: number }, Array<ProductDoc>>;
  };
  purchases: {
    /** Orders something: the stock is set aside until it is paid for. */
    buy: FunctionReference<"mutation", "public", { sku: string; quantity: number; address: Address }, Id<"purchases">>;
    /** Lets a purchase go that is not paid for. */
    cancel: FunctionReference<"mutation", "public", { purchase: Id<"purchases"> }, null>;
    /** The caller's purchases, newest first. */
    mine: FunctionReference<"query", "public", Record<string, never>, Array<PurchaseDoc>>;
    /**
     * Pays for a purchase of the caller.
     *
     * An action is no transaction. So the purchase says that it is being paid for before the card is charged, and nobody
     * can cancel it meanwhile. If the server stops in between, paying again charges nothing twice: the provider knows the
     * purchase.
     */
    pay: FunctionReference<"action", "public", { purchase: Id<"purchases">; card: string }, null>;
  };
  staff: {
    /** Takes a planned price back. False if it is too late. */
    dropPrice: FunctionReference<"mutation", "public", { job: Id<"_jobs"> }, boolean>;
    /** Sets the price of a product when the time has come. */
    planPrice: FunctionReference<"mutation", "public", { sku: string; price: number; at: number }, Id<"_jobs">>;
    /** How far a planned price is. */
    planned: FunctionReference<"query", "public", { job: Id<"_jobs"> }, JobStatus | null>;
    /** Sets the price of a product, in cents. */
    setPrice: FunctionReference<"mutation", "public", { sku: string; price: number }, null>;
  };
};
