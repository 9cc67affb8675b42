import { useEffect, useRef, useState } from "react";

/**
 * Those of `entries` that were heard of in the last `lifetime` milliseconds.
 *
 * A query does not run again because time has passed. So the page counts from when it heard of an entry, by its own
 * clock, which need not agree with the server's.
 */
export function useFresh<T extends { _id: string }>(entries: T[] | undefined, stamp: (entry: T) => number, lifetime: number): T[] {
  const heard = useRef(new Map<string, { stamp: number; at: number }>());
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const at = performance.now();
    const before = heard.current;
    heard.current = new Map(
      entries?.map((entry) => {
        const known = before.get(entry._id);
        return [entry._id, known?.stamp === stamp(entry) ? known : { stamp: stamp(entry), at }];
      }),
    );
    setNow(at);
  }, [entries]);
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (entries ?? []).filter((entry) => {
    const known = heard.current.get(entry._id);
    return known === undefined || now - known.at < lifetime;
  });
}
