/** A document's newest reading as state of a component. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Document } from "../api/document";
import { NOTHING_YET, type Reading } from "../api/reader";
import { useHome } from "../home";

export interface Answered<Result> extends Reading<Result> {
  /** Ask again. */
  readonly again: () => void;
}

/** While other variables are asked for, what was shown before stays, marked `stale`. */
export function useAnswer<Result, Variables>(
  document: Document<Result, Variables>,
  variables: Variables,
): Answered<Result> {
  const { reader } = useHome();
  const [reading, setReading] = useState<Reading<Result>>(NOTHING_YET);
  const asked = JSON.stringify(variables);
  const asking = useRef<() => void>(() => undefined);

  useEffect(() => {
    const watched = reader.watch(document, variables, setReading);
    asking.current = watched.again;
    setReading((before) => (before.data ? { ...before, stale: true, failure: null } : before));
    return watched.stop;
  }, [reader, document, asked]);

  return { ...reading, again: useCallback(() => asking.current(), []) };
}
