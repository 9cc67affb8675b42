import { useConvexConnectionState, useMutation, useQuery } from "convex/react";
import { useEffect } from "react";
import { Avatar } from "./Avatar";
import type { Id } from "./lunora/api";
import { api } from "./lunora/api";
import { useFresh } from "./useFresh";

const HEARTBEAT = 10_000;
const LIFETIME = 25_000;
const SHOWN = 4;

/** Who is in the room. While this is shown, so are you. */
export function People({ room, name }: { room: Id<"rooms">; name: string }) {
  const { isWebSocketConnected } = useConvexConnectionState();
  const heartbeat = useMutation(api.presence.heartbeat);
  const leave = useMutation(api.presence.leave);
  const people = useFresh(useQuery(api.presence.list, { room }), (person) => person.seen, LIFETIME);
  useEffect(() => {
    // Without a connection heartbeats would wait for the next one, all of them.
    if (!isWebSocketConnected) return;
    const beat = () => void heartbeat({ room, name }).catch(() => {});
    beat();
    const timer = setInterval(beat, HEARTBEAT);
    return () => clearInterval(timer);
  }, [heartbeat, isWebSocketConnected, name, room]);
  // An effect of its own: whose connection is lost has not left.
  useEffect(() => () => void leave({ room, name }).catch(() => {}), [leave, name, room]);
  // Each heartbeat puts somebody first in the list; faces that change places all the time would be a nuisance.
  const names = people.map((person) => person.name).sort((left, right) => left.localeCompare(right));
  const words = names.length === 1 ? "1 here" : `${names.length} here`;
  return (
    <div className="people" title={names.join(", ")}>
      <span className="faces">
        {names.slice(0, SHOWN).map((name) => (
          <Avatar key={name} name={name} small />
        ))}
      </span>
      <span className="count">{names.length > 0 && words}</span>
    </div>
  );
}
