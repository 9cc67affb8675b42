/* eslint-disable */
// The public functions of this application, written by its command `codegen typescript`. Changes here are lost.

import { anyApi } from "convex/server";

/** References to the public functions, for `useQuery`, `useMutation` and the like. */
export const api = anyApi;
