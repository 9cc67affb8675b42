import { useCallback, useState } from "react";

const ADJECTIVES = ["Quiet", "Bright", "Gentle", "Swift", "Curious", "Merry", "Patient", "Bold"];
const ANIMALS = ["Heron", "Otter", "Finch", "Badger", "Lynx", "Hare", "Wren", "Marten"];

const any = (words: string[]) => words[Math.floor(Math.random() * words.length)];

/** The name of whoever sits in front of this page. Two tabs are two people, so it is kept by the tab. */
export function useName(): [string, (name: string) => void] {
  const [name, setName] = useState(() => {
    const name = sessionStorage.getItem("name") ?? `${any(ADJECTIVES)} ${any(ANIMALS)}`;
    sessionStorage.setItem("name", name);
    return name;
  });
  const change = useCallback((name: string) => {
    sessionStorage.setItem("name", name);
    setName(name);
  }, []);
  return [name, change];
}
