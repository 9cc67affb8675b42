import { ConvexError } from "convex/values";
import type { Refusal } from "./refusal";

/** What to tell somebody whose call has failed. */
export function problem(error: unknown): string {
  if (!(error instanceof ConvexError)) return "Something went wrong. Please try again.";
  const refusal = error.data as Refusal;
  switch (refusal.code) {
    case "empty":
      return "There is nothing in it.";
    case "tooLong":
      return `That is too long: ${refusal.limit} characters are the most.`;
    case "invalidName":
      return "A name is one line of letters and signs.";
    case "invalidRoomName":
      return "The name of a room has small letters, digits and hyphens.";
    case "tooManyRooms":
      return "There are as many rooms as there may be.";
    case "unknownRoom":
      return "There is no such room any more.";
    case "unknownCommand":
      return "The bot does not know that. Try /help.";
  }
}
