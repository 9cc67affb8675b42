import { useSyncExternalStore } from "react";

const DEFAULT = "lobby";

/** The room that the address names behind its `#`. */
export function useRoomName(): string {
  return useSyncExternalStore(subscribe, () => decode(window.location.hash.slice(1)) || DEFAULT);
}

function subscribe(changed: () => void) {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
}

function decode(text: string) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
