/** The errors of the application, `Refusal` in text.rs: errors are not part of a function's type. */
export type Refusal =
  | { code: "empty" | "invalidName" | "invalidRoomName" | "tooManyRooms" | "unknownRoom" | "unknownCommand" }
  | { code: "tooLong"; limit: number };
