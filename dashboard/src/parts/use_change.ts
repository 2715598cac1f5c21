/**
 * A change that a person asks for: sent, refused in words, and shown before it is known to hold.
 *
 * `useChange` sends a mutation, and says why it was refused. `useProposed` shows a value as if the change had been made
 * already, and goes back when it was not.
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Document } from "../api/document";
import type { UserErrorCode } from "../api/documents";
import { SignedOut } from "../api/failures";
import { useHome } from "../home";
import { sentence } from "./failure";
import { Proposals, type Settle } from "./proposals";

interface Payload {
  readonly userErrors: readonly {
    readonly code: UserErrorCode;
    readonly message: string;
    readonly field: readonly string[] | null;
  }[];
}

export interface Refusal {
  readonly message: string;
  /** Null when nobody answered. */
  readonly code: UserErrorCode | null;
  /** The field of the input that it is about; null when it concerns all of it, or nobody answered. */
  readonly field: string | null;
}

export interface Change<Result, Input> {
  readonly busy: boolean;
  /** Sentences that are fit to show; empty until something was refused. */
  readonly refused: readonly Refusal[];
  /** The answer, or null when it was refused or nobody answered. */
  readonly send: (
    input: Omit<Input, "idempotencyKey">,
    settle?: Settle,
  ) => Promise<Result[keyof Result] | null>;
  /** Say no more of the last refusal. */
  readonly forget: () => void;
}

type Field<Result> = { readonly [Name in keyof Result]: Payload };

/**
 * A mutation with one field and an `input`. With `once`, the input is given an idempotency key, which is kept until the
 * server has answered: trying again after a broken connection does not do it twice.
 */
export function useChange<Result extends Field<Result>, Input extends object>(
  document: Document<Result, { readonly input: Input }>,
  { once = false }: { readonly once?: boolean } = {},
): Change<Result, Input> {
  const { ask, reader } = useHome();
  const [busy, setBusy] = useState(0);
  const [refused, setRefused] = useState<readonly Refusal[]>([]);
  const unanswered = useRef({ input: "", key: "" });

  const keyed = (given: object): Input => {
    if (!once) return given as Input;
    const input = JSON.stringify(given);
    if (unanswered.current.input !== input) unanswered.current = { input, key: crypto.randomUUID() };
    return { ...given, idempotencyKey: unanswered.current.key } as unknown as Input;
  };

  const send: Change<Result, Input>["send"] = async (given, settle) => {
    setBusy((count) => count + 1);
    setRefused([]);
    let answer: Result[keyof Result] | null = null;
    let answered = false;
    try {
      const result = await ask(document, { input: keyed(given) });
      if (result === "unchanged") throw new Error("A mutation has no tag.");
      answered = true;
      unanswered.current = { input: "", key: "" };
      const [payload] = Object.values(result.data) as Result[keyof Result][];
      if (payload && payload.userErrors.length === 0) answer = payload;
      else setRefused((payload?.userErrors ?? []).map(refusal));
    } catch (failure) {
      setRefused([{ message: sentence(failure as Error), code: null, field: null }]);
      if (failure instanceof SignedOut) reader.refresh();
    }
    setBusy((count) => count - 1);
    settle?.(answer !== null);
    // what is on screen is old once it was done, and may be old when it was refused
    if (answered) reader.refresh();
    return answer;
  };
  return { busy: busy > 0, refused, send, forget: () => setRefused([]) };
}

function refusal({ code, message, field }: Payload["userErrors"][number]): Refusal {
  return { code, message, field: field?.[1] ?? null };
}

/**
 * `value` as the server has it, or what was proposed since. A proposal that held stays until the server's next value,
 * so that nothing flickers; one that did not goes at once.
 */
export function useProposed<Value>(value: Value): {
  readonly shown: Value;
  readonly propose: (next: Value) => Settle;
} {
  const [proposed, setProposed] = useState<{ readonly value: Value } | null>(null);
  const proposals = useMemo(() => new Proposals<Value>(setProposed), []);
  const propose = useMemo(() => (next: Value) => proposals.propose(next), []);
  useEffect(() => proposals.arrived(), [value]);
  return { shown: proposed ? proposed.value : value, propose };
}
