import { insertAtTop, useAction, useConvexConnectionState, useMutation } from "convex/react";
import { useRef, useState } from "react";
import type { Id } from "./lunora/api";
import { api } from "./lunora/api";
import { optimisticId } from "./optimistic";
import { problem } from "./problem";

/** How often a page says that somebody is typing, while they are. */
const TYPING = 3_000;

/** Where you write. */
export function Composer({ room, roomName, name }: { room: Id<"rooms">; roomName: string; name: string }) {
  const [draft, setDraft] = useState("");
  const [error, setError] = useState<string>();
  const send = useSend();
  const ask = useAction(api.bot.ask);
  const typing = useTyping(room, name);

  const submit = async () => {
    const body = draft.trim();
    if (!body) return;
    setDraft("");
    setError(undefined);
    typing.sent();
    try {
      await (body.startsWith("/") ? ask({ room, command: body }) : send({ room, name, body }));
    } catch (error) {
      setError(problem(error));
      setDraft((newer) => newer || body);
    }
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {error && <p className="refusal" role="alert">{error}</p>}
      <div className="field">
        <textarea
          aria-label="Message"
          placeholder={`Message #${roomName}, or /help`}
          rows={1}
          value={draft}
          maxLength={2_000}
          onChange={(event) => {
            setDraft(event.target.value);
            typing.typed(event.target.value !== "");
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            void submit();
          }}
        />
        <button type="submit" aria-label="Send" disabled={!draft.trim()}>
          <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden>
            <path d="M12 20V5M5.5 11.5 12 5l6.5 6.5" fill="none" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" strokeLinejoin="round" />
          </svg>
        </button>
      </div>
    </form>
  );
}

/** Sends a message, which is seen here before the server has it. */
function useSend() {
  return useMutation(api.messages.send).withOptimisticUpdate((store, { room, name, body }) => {
    insertAtTop({
      paginatedQuery: api.messages.list,
      argsToMatch: { room },
      localQueryStore: store,
      item: { _id: optimisticId(), _creationTime: Date.now(), room, author: { kind: "person", name }, body },
    });
  });
}

/** Tells the others that somebody is typing, now and then. */
function useTyping(room: Id<"rooms">, name: string) {
  const { isWebSocketConnected } = useConvexConnectionState();
  const start = useMutation(api.typing.start);
  const stop = useMutation(api.typing.stop);
  const told = useRef(-Infinity);
  return {
    typed(something: boolean) {
      if (!isWebSocketConnected) return;
      const now = performance.now();
      if (something && now - told.current > TYPING) {
        told.current = now;
        void start({ room, name }).catch(() => {});
      } else if (!something && told.current > -Infinity) {
        told.current = -Infinity;
        void stop({ room, name }).catch(() => {});
      }
    },
    /** The message itself tells the others. */
    sent() {
      told.current = -Infinity;
    },
  };
}
