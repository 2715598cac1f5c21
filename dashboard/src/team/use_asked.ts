/** The answer to a document as state: asked at once, again when its variables change, and, where wanted, again and again. */
import { createContext } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import { type Ask, Failed, type TeamDocument } from "./api";

export interface Team {
  readonly ask: Ask;
  readonly roles: readonly string[];
}

export const TeamContext = createContext<Team | null>(null);

export function useTeam(): Team {
  const team = useContext(TeamContext);
  if (!team) throw new Error("There is no team outside its pages.");
  return team;
}

export interface Asked<Result> {
  /** The newest answer, also while another is awaited; null before the first. */
  readonly data: Result | null;
  /** When it came, in milliseconds since 1970. */
  readonly at: number | null;
  readonly isWaiting: boolean;
  readonly failure: Failed | null;
  readonly again: () => void;
}

/** What a query answers below `ops`, which is null to nobody who may ask. */
export type OpsOf<Result extends { readonly ops: unknown }> = NonNullable<Result["ops"]>;

export function useAsked<Result extends { readonly ops: unknown }, Variables>(
  document: TeamDocument<Result, Variables>,
  variables: Variables,
  { everyMs }: { readonly everyMs?: number } = {},
): Asked<OpsOf<Result>> {
  const { ask } = useTeam();
  const [state, setState] = useState<Omit<Asked<OpsOf<Result>>, "again">>({
    ...{ data: null, at: null, isWaiting: true, failure: null },
  });
  const round = useRef(0);
  const given = JSON.stringify(variables);

  const asked = useCallback(async () => {
    const mine = ++round.current;
    setState((before) => ({ ...before, isWaiting: true }));
    try {
      const { ops } = await ask(document, JSON.parse(given) as Variables);
      if (!ops) throw new Failed("FORBIDDEN");
      const data = ops as OpsOf<Result>;
      if (mine === round.current) setState({ data, at: Date.now(), isWaiting: false, failure: null });
    } catch (failure) {
      const failed = failure instanceof Failed ? failure : new Failed("UNREACHABLE");
      if (mine === round.current) setState((before) => ({ ...before, isWaiting: false, failure: failed }));
    }
  }, [ask, document, given]);
  const again = useCallback(() => void asked(), [asked]);

  useEffect(() => {
    again();
    return () => void round.current++;
  }, [again]);
  useEffect(() => {
    if (!everyMs) return;
    const timer = setInterval(() => isSeen() && again(), everyMs);
    return () => clearInterval(timer);
  }, [again, everyMs]);
  return { ...state, again };
}

const isSeen = () => !globalThis.document.hidden;
