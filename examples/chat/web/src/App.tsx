import { useConvexConnectionState, useMutation } from "convex/react";
import { useEffect, useState } from "react";
import { Composer } from "./Composer";
import type { Id } from "./lunora/api";
import { api } from "./lunora/api";
import { Messages } from "./Messages";
import { Name } from "./Name";
import { People } from "./People";
import { problem } from "./problem";
import { Rooms } from "./Rooms";
import { Typing } from "./Typing";
import { useName } from "./useName";
import { useRoomName } from "./useRoomName";

export function App() {
  const [name, setName] = useName();
  const roomName = useRoomName();
  const { room, error } = useRoom(roomName);
  return (
    <div className="app">
      <aside className="side">
        <h1 className="brand">
          <img src="/icon.svg" alt="" width="26" height="26" />
          Chat
        </h1>
        <Rooms current={roomName} />
        <Name name={name} onChange={setName} />
      </aside>
      <main className="room">
        <header className="bar">
          <h2>
            <span className="hash">#</span>
            {roomName}
          </h2>
          {room && <People key={room} room={room} name={name} />}
        </header>
        <Connection />
        {error && <p className="notice" role="alert">{error}</p>}
        {room ? <Messages key={room} room={room} name={name} /> : <div className="messages" />}
        {room && <Typing key={`typing-${room}`} room={room} name={name} />}
        {room && <Composer key={`composer-${room}`} room={room} roomName={roomName} name={name} />}
      </main>
    </div>
  );
}

/** The room of that name, which is made if there is none. */
function useRoom(name: string) {
  const open = useMutation(api.rooms.open);
  const [opened, setOpened] = useState<{ name: string; room?: Id<"rooms">; error?: string }>({ name });
  useEffect(() => {
    let current = true;
    const tell = (outcome: { room?: Id<"rooms">; error?: string }) => current && setOpened({ name, ...outcome });
    open({ name }).then((room) => tell({ room }), (error) => tell({ error: problem(error) }));
    return () => {
      current = false;
    };
  }, [name, open]);
  return opened.name === name ? opened : { name };
}

/** Says when there is no connection, and nothing otherwise. */
function Connection() {
  const { isWebSocketConnected, hasEverConnected } = useConvexConnectionState();
  const state = isWebSocketConnected ? "connected" : hasEverConnected ? "reconnecting" : "connecting";
  return (
    <p className="connection" data-state={state} role="status">
      {state === "connected" ? "" : state === "connecting" ? "Connecting…" : "Connection lost. What you write is sent when it is back."}
    </p>
  );
}
