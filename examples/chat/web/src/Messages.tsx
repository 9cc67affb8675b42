import { usePaginatedQuery } from "convex/react";
import { useEffect, useRef, useState } from "react";
import type { Id } from "./lunora/api";
import { api } from "./lunora/api";
import { Message } from "./Message";

const PAGE = 30;
/** How far up somebody has to be to be offered the way back down. */
const FAR = 240;

/** The messages of a room. The list is upside down in the document, so a browser keeps it at the newest by itself. */
export function Messages({ room, name }: { room: Id<"rooms">; name: string }) {
  const { results, status, loadMore } = usePaginatedQuery(api.messages.list, { room }, { initialNumItems: PAGE });
  const list = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const [far, setFar] = useState(false);
  useEffect(() => {
    if (status !== "CanLoadMore" || !end.current) return;
    // A screen ahead, so that whoever scrolls at an ordinary pace does not have to wait.
    const observer = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting && loadMore(PAGE),
      { root: list.current, rootMargin: "600px 0px 0px 0px" },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [status, loadMore]);
  return (
    <div className="scroll">
      <div className="messages" ref={list} onScroll={(event) => setFar(event.currentTarget.scrollTop < -FAR)}>
        {results.map((message, index) => (
          <Message key={message._id} message={message} before={results[index + 1]} name={name} />
        ))}
        <div className="end" ref={end}>
          {status === "Exhausted" ? (
            results.length > 0 ? "This is where it began." : "Nothing has been said yet. You could be the first."
          ) : (
            <span className="spinner" role="status" aria-label="Loading" />
          )}
        </div>
      </div>
      {far && (
        <button className="newest" onClick={() => list.current?.scrollTo({ top: 0, behavior: "smooth" })}>
          Newest ↓
        </button>
      )}
    </div>
  );
}
