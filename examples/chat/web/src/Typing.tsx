import { useQuery } from "convex/react";
import type { Id } from "./lunora/api";
import { api } from "./lunora/api";
import { useFresh } from "./useFresh";

const LIFETIME = 8_000;

/** Who else is typing. */
export function Typing({ room, name }: { room: Id<"rooms">; name: string }) {
  const typing = useFresh(useQuery(api.typing.list, { room }), (typing) => typing.at, LIFETIME);
  const names = typing.map((typing) => typing.name).filter((other) => other !== name);
  return (
    <p className="typing" aria-live="polite">
      {names.length > 0 && (
        <>
          <span className="dots" aria-hidden>
            <i />
            <i />
            <i />
          </span>
          {words(names)}
        </>
      )}
    </p>
  );
}

function words([first, second, ...others]: string[]): string {
  if (!second) return `${first} is typing`;
  return others.length > 0 ? "Several people are typing" : `${first} and ${second} are typing`;
}
