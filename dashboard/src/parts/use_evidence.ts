/** Evidence by id, each counted again when it is read: watched together, and each number once. */
import { useEffect, useState } from "preact/hooks";
import { Evidence, type EvidenceQuery } from "../api/documents";
import { NOTHING_YET, type Reading } from "../api/reader";
import { useHome } from "../home";

export type EvidenceRead = Extract<NonNullable<EvidenceQuery["node"]>, { readonly check: unknown }>;

export interface EvidenceFound {
  /** In the order of the ids; two sentences that rest on the same number share one. */
  readonly found: readonly { readonly evidence: EvidenceRead; readonly reading: Reading<EvidenceQuery> }[];
  readonly isWaiting: boolean;
  /** How many are not there any more. */
  readonly gone: number;
  readonly failure: Error | null;
  readonly again: () => void;
}

export function useEvidence(ids: readonly string[]): EvidenceFound {
  const { reader } = useHome();
  const [readings, setReadings] = useState<Readonly<Record<string, Reading<EvidenceQuery>>>>({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    const watches = ids.map((id) =>
      reader.watch(Evidence, { id }, (reading) => setReadings((all) => ({ ...all, [id]: reading }))),
    );
    return () => {
      for (const { stop } of watches) stop();
    };
  }, [reader, ids.join(" "), round]);

  const all = ids.map((id) => readings[id] ?? NOTHING_YET);
  const told = new Set<string>();
  const found = all.flatMap((reading) => {
    const node = reading.data?.node;
    if (!node || !("check" in node)) return [];
    const { metric, subject, period, value, comparison, check } = node;
    const number = JSON.stringify([metric, subject, period, value, comparison, check]);
    if (told.has(number)) return [];
    told.add(number);
    return [{ evidence: node, reading }];
  });
  return {
    found,
    isWaiting: all.some(({ data, failure }) => !data && !failure),
    gone: all.filter(({ data }) => data && !data.node).length,
    failure: all.find(({ data, failure }) => !data && failure)?.failure ?? null,
    again: () => setRound((before) => before + 1),
  };
}
