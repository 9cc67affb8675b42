/** The first letters of a name, in a colour of its own. */
export function Avatar({ name, small }: { name: string; small?: boolean }) {
  const words = name.trim().split(/\s+/);
  const initials = words.slice(0, 2).map((word) => [...word][0]?.toUpperCase()).join("");
  return (
    <span className={small ? "avatar small" : "avatar"} style={{ "--hue": hue(name) } as React.CSSProperties} title={name} aria-hidden>
      {initials}
    </span>
  );
}

/** The same colour for the same name, everywhere. */
function hue(name: string): number {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)!) % 3_600;
  return hash / 10;
}
