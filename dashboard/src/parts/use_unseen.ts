/** How many cards were never seen, as the newest answer of any screen has it. */
import { useEffect, useState } from "preact/hooks";

const heard = new Set<(count: number) => void>();
let newest = 0;

/** A screen has learnt the count. */
export function sayUnseen(count: number): void {
  newest = count;
  for (const each of heard) each(count);
}

export function useUnseen(): number {
  const [count, setCount] = useState(newest);
  useEffect(() => {
    heard.add(setCount);
    setCount(newest);
    return () => void heard.delete(setCount);
  }, []);
  return count;
}
