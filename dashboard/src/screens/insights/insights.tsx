/** Screen 3: the cards, newest first, as far back as one wants to read. */
import { useState } from "preact/hooks";
import type { InsightKind } from "../../api/documents";
import { firstAsks } from "../../first_asks";
import { ChooseOne } from "../../parts/choice";
import { Screen } from "../../parts/screen";
import { Skeleton } from "../../parts/skeleton";
import { Feed } from "./feed";
import "./insights.css";
import type { Card } from "./pages";
import { words } from "./words";

type Kinds = ReadonlyMap<InsightKind, string>;
const ALL = "ALL";

export function Insights() {
  const [kind, setKind] = useState<InsightKind | null>(null);
  const [kinds, setKinds] = useState<Kinds>(new Map());
  const [isEmpty, setEmpty] = useState(false);
  return (
    <Screen
      title={words.title}
      document={firstAsks.insights.document}
      variables={{ ...firstAsks.insights.variables, kinds: kind ? [kind] : null }}
      viewed="FEED_VIEWED"
      evenEmpty
      skeleton={<Skeleton heights={["1.5rem", "18rem", "18rem"]} />}
      choices={
        // the place of the chips is kept until they are known, so that nothing jumps
        kinds.size !== 1 &&
        !isEmpty && (
          <div class="kinds">
            {kinds.size > 1 && (
              <ChooseOne
                legend={words.kinds}
                name="kind"
                options={[
                  { value: ALL, label: words.all },
                  ...[...kinds].map(([value, label]) => ({ value, label })),
                ]}
                chosen={kind ?? ALL}
                choose={(chosen) => setKind(chosen === ALL ? null : (chosen as InsightKind))}
              />
            )}
          </div>
        )
      }
    >
      {(spectrum, { stale, failure }) => (
        <Feed
          spectrum={spectrum}
          kind={kind}
          isChanging={stale && !failure}
          met={(cards) => {
            setKinds((known) => withKinds(known, cards));
            setEmpty(spectrum.insightFeed.emptyReason !== null);
          }}
        />
      )}
    </Screen>
  );
}

/** The same map when there is no new kind, so that nothing is drawn again. */
function withKinds(known: Kinds, cards: readonly Card[]): Kinds {
  const unknown = cards.filter(({ kind }) => !known.has(kind));
  return unknown.length === 0
    ? known
    : new Map([...known, ...unknown.map(({ kind, kindLabel }) => [kind, kindLabel] as const)]);
}
