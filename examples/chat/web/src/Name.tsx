import { useState } from "react";
import { Avatar } from "./Avatar";

/** Who you are, which is whoever you say. */
export function Name({ name, onChange }: { name: string; onChange: (name: string) => void }) {
  const [draft, setDraft] = useState<string>();
  const keep = () => {
    if (draft?.trim()) onChange(draft.trim());
    setDraft(undefined);
  };
  return (
    <form
      className="me"
      onSubmit={(event) => {
        event.preventDefault();
        (document.activeElement as HTMLElement).blur();
      }}
    >
      <Avatar name={name} />
      <label>
        <span>You are</span>
        <input
          aria-label="Your name"
          value={draft ?? name}
          maxLength={24}
          spellCheck={false}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={keep}
        />
      </label>
    </form>
  );
}
