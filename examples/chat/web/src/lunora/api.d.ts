/* eslint-disable */
// The public functions of this application, written by its command `codegen typescript`. Changes here are lost.

import type { FunctionReference, PaginationOptions, PaginationResult } from "convex/server";
import type { GenericId } from "convex/values";

/** The tables of which public functions speak. */
export type TableNames = "messages" | "presence" | "rooms" | "typing";

/** The id of a document of a table: a string that fits no other table. */
export type Id<TableName extends TableNames> = GenericId<TableName>;

/** The documents that public functions return or take, by their tables. */
export interface Documents {
  messages: MessageDoc;
  presence: PresenceDoc;
  rooms: RoomDoc;
  typing: TypingDoc;
}

/** A document of a table, as it is stored. */
export type Doc<TableName extends keyof Documents> = Documents[TableName];

/** Who wrote a message. No client can write as the bot. */
export type Author =
  | {
      kind: "person";
      /** The name. */
      name: string;
    }
  | { kind: "bot" };

/** Something that was said in a room. */
export interface MessageDoc {
  _id: Id<"messages">;
  _creationTime: number;
  /** Where. */
  room: Id<"rooms">;
  /** By whom. */
  author: Author;
  /** What. */
  body: string;
}

/** Somebody who has the page open. */
export interface PresenceDoc {
  _id: Id<"presence">;
  _creationTime: number;
  /** Where. */
  room: Id<"rooms">;
  /** Who. */
  name: string;
  /** When they last said so. */
  seen: number;
}

/** A place to talk. */
export interface RoomDoc {
  _id: Id<"rooms">;
  _creationTime: number;
  /** What it is called, in small letters, digits and hyphens. */
  name: string;
}

/** Somebody who was typing a moment ago. */
export interface TypingDoc {
  _id: Id<"typing">;
  _creationTime: number;
  /** Where. */
  room: Id<"rooms">;
  /** Who. */
  name: string;
  /** When they last did. */
  at: number;
}

/** References to the public functions, for `useQuery`, `useMutation` and the like. */
export declare const api: {
  bot: {
    /** Asks the bot for something: `/help`, `/roll 2d6` or `/stats`. It answers with a message in the room. */
    ask: FunctionReference<"action", "public", { room: Id<"rooms">; command: string }, null>;
  };
  messages: {
    /** The messages of a room, newest first. */
    list: FunctionReference<"query", "public", { room: Id<"rooms">; paginationOpts: PaginationOptions }, PaginationResult<MessageDoc>>;
    /** Says something in a room. Who does is no longer typing. */
    send: FunctionReference<"mutation", "public", { room: Id<"rooms">; name: string; body: string }, Id<"messages">>;
  };
  presence: {
    /** Somebody is in a room. */
    heartbeat: FunctionReference<"mutation", "public", { room: Id<"rooms">; name: string }, null>;
    /** Somebody has gone, or has another name now. */
    leave: FunctionReference<"mutation", "public", { room: Id<"rooms">; name: string }, null>;
    /** Who is in a room, the last one who said so first. As with typing, a page forgets by itself who was not heard of again. */
    list: FunctionReference<"query", "public", { room: Id<"rooms"> }, Array<PresenceDoc>>;
  };
  rooms: {
    /** All rooms, by name. */
    list: FunctionReference<"query", "public", Record<string, never>, Array<RoomDoc>>;
    /** The room of that name, which is made if there is none. */
    open: FunctionReference<"mutation", "public", { name: string }, Id<"rooms">>;
  };
  typing: {
    /**
     * Who was typing a moment ago, the last one first.
     *
     * Time alone does not run a query again. So a page forgets a name by itself when it has not changed for a while.
     */
    list: FunctionReference<"query", "public", { room: Id<"rooms"> }, Array<TypingDoc>>;
    /** Somebody is typing. */
    start: FunctionReference<"mutation", "public", { room: Id<"rooms">; name: string }, null>;
    /** Somebody has stopped, and sent nothing. */
    stop: FunctionReference<"mutation", "public", { room: Id<"rooms">; name: string }, null>;
  };
};
