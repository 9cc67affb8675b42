import type { Id } from "./lunora/api";

const PREFIX = "optimistic-";
let count = 0;

/** An id for a message that the server does not have yet. */
export const optimisticId = () => `${PREFIX}${(count += 1)}` as Id<"messages">;

export const isOptimistic = (id: Id<"messages">) => id.startsWith(PREFIX);
