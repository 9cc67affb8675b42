import { useQuery } from "convex/react";
import { useEffect, useRef, useState } from "react";
import { api } from "./lunora/api";

/** All rooms, and a way to make another. */
export function Rooms({ current }: { current: string }) {
  const rooms = useQuery(api.rooms.list);
  const [draft, setDraft] = useState("");
  const here = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    here.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [current, rooms?.length]);
  return (
    <nav className="rooms" aria-label="Rooms">
      <ul>
        {rooms?.map((room) => (
          <li key={room._id}>
            <a ref={room.name === current ? here : undefined} href={`#${room.name}`} aria-current={room.name === current ? "page" : undefined}>
              <span className="hash">#</span>
              {room.name}
            </a>
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (draft) window.location.hash = draft;
          setDraft("");
        }}
      >
        <input
          aria-label="New room"
          placeholder="New room"
          value={draft}
          maxLength={24}
          onChange={(event) => setDraft(event.target.value.toLowerCase().replace(/[^a-z0-9-]+/g, "-"))}
        />
      </form>
    </nav>
  );
}
