/* eslint-disable */
// The public functions of this application, written by its command `codegen typescript`. Changes here are lost.

import type { FunctionReference, PaginationOptions, PaginationResult } from "convex/server";
import type { GenericId } from "convex/values";

/** The tables of which public functions speak. */
export type TableNames = "customers" | "visits";

/** The id of a document of a table: a string that fits no other table. */
export type Id<TableName extends TableNames> = GenericId<TableName>;

/** The documents that public functions return or take, by their tables. */
export interface Documents {
  customers: CustomerDoc;
}

/** A document of a table, as it is stored. */
export type Doc<TableName extends keyof Documents> = Documents[TableName];

/** A place. */
export interface Address {
  /** Its city. */
  city: string;
  /** Degrees. */
  position: [number, number];
}

/** Adjacent tagging. */
export type Adjacent = { kind: "off" } | { kind: "level"; value: number };

/** Holds itself in a box. */
export interface Chain {
  next?: Chain | null;
}

/** A customer. */
export interface Customer {
  /** What they are called. */
  name: string;
  /** What they pay for. */
  plan: Plan;
  /** Where bills go, if not by mail. */
  address?: Address | null;
  /** Who brought them. */
  invitedBy?: Id<"customers"> | null;
  /** Cents. */
  balance: bigint;
  /** Cents, as a plain number. */
  limit: number;
}

/** A customer. */
export interface CustomerDoc {
  _id: Id<"customers">;
  _creationTime: number;
  /** What they are called. */
  name: string;
  /** What they pay for. */
  plan: Plan;
  /** Where bills go, if not by mail. */
  address?: Address | null;
  /** Who brought them. */
  invitedBy?: Id<"customers"> | null;
  /** Cents. */
  balance: bigint;
  /** Cents, as a plain number. */
  limit: number;
}

/** Everything else. */
export interface Everything {
  flag: boolean;
  small: number;
  float: number;
  large: bigint;
  bytes: ArrayBuffer;
  nothing?: null;
  anything?: any;
  counts: { [key: string]: bigint };
  list: Array<string | null>;
  tree: Tree;
  "odd-name": string;
  defaulted?: number;
  maybe?: number;
}

/** External tagging. */
export type External =
  | "nothing"
  | { text: string }
  | { pair: [string, number] }
  | { point: { xAxis: number } };

/** Fields beside others. */
export interface Flat {
  first: string;
  [key: string]: number | string;
}

/** Another type of this name, which comes first by the path of its function. */
export interface Level {
  height: number;
}

/** Other names are one variant. */
export type Level2 = "low" | "HIGH-est" | bigint;

/** No tagging. */
export type Loose = number | string | Address;

/** Internal tagging. */
export type Payment =
  | { type: "cash" }
  | {
      type: "card";
      /** The last four. */
      lastDigits: string;
    }
  | {
      type: "sent";
      /** Its city. */
      city: string;
      /** Degrees. */
      position: [number, number];
    };

/** What is paid for. Closes a comment: *\/ and goes on. */
export type Plan = "free" | "proPlus";

/** A type that is called like one of ours. */
export interface Record2 {
  record: string;
}

/** Contains itself. */
export interface Tree {
  label: string;
  branches: Array<Tree>;
}

/** References to the public functions, for `useQuery`, `useMutation` and the like. */
export declare const api: {
  customers: {
    /** Adds one. */
    add: FunctionReference<"mutation", "public", { customer: Customer }, Id<"customers">>;
    /**
     * Finds one.
     *
     * Gives `null` if there is none.
     */
    find: FunctionReference<"query", "public", { id: Id<"customers"> }, CustomerDoc | null>;
    /** All of them, a page at a time. */
    listPages: FunctionReference<"query", "public", { plan?: Plan | null; paginationOpts: PaginationOptions }, PaginationResult<CustomerDoc>>;
    plans: {
      /** What there is. */
      all: FunctionReference<"query", "public", Record<string, never>, Array<Plan>>;
      /** Says how high. */
      level: FunctionReference<"query", "public", Record<string, never>, Level>;
    };
  };
  values: {
    adjacent: FunctionReference<"action", "public", { value: Adjacent }, Adjacent>;
    /** Gives back what it gets. */
    everything: FunctionReference<"action", "public", { value: Everything }, Everything>;
    external: FunctionReference<"action", "public", { value: External }, External>;
    flat: FunctionReference<"action", "public", { value: Flat }, Flat>;
    loose: FunctionReference<"action", "public", { value: Loose }, Loose>;
    payment: FunctionReference<"action", "public", { value: Payment }, Payment>;
    record: FunctionReference<"action", "public", { value: Record2 }, Record2>;
    /** Names and types of the unusual sort. */
    unusual: FunctionReference<"action", "public", {
      type: Chain;
      when: number;
      wait: { secs: bigint; nanos: number };
      level: Level2;
      visit?: Id<"visits"> | null;
    }, Array<[bigint, Plan | null]>>;
  };
};
