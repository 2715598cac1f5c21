/** What is left out of every number and sentence: the list of it, putting back, and leaving something else out. */
import { useRef, useState } from "preact/hooks";
import { Exclude, Include } from "../../../api/documents";
import { Refusals } from "../../../parts/refusals";
import { useChange, useProposed } from "../../../parts/use_change";
import type { Room } from "../control";
import { LeavingOutForm } from "./leaving_out_form";
import { LeftOutList } from "./left_out_list";
import { type Draft, type LeftOut, proposedOf, targetOf } from "./target";
import { words } from "./words";

export function LeavingOut({ viewer, picked, pick, asked, askMore }: Room) {
  const { nodes, totalCount, pageInfo } = viewer.exclusions;
  const { shown, propose } = useProposed(nodes);
  const exclude = useChange(Exclude, { once: true });
  const include = useChange(Include, { once: true });
  const [said, say] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);

  const putBack = async (exclusion: LeftOut) => {
    const settle = propose(
      shown.map((each) => (each === exclusion ? { ...each, status: "REMOVING" } : each)),
    );
    say("");
    heading.current?.focus();
    if (await include.send({ exclusionIds: [exclusion.id] }, settle)) say(words.doneBack);
  };
  const leaveOut = async (draft: Draft, previewToken: string | null) => {
    const settle = propose([proposedOf(draft), ...shown]);
    say("");
    const input = previewToken ? { previewToken } : { targets: [targetOf(draft)] };
    const done = await exclude.send(input, settle);
    if (!done) return false;
    say(words.done);
    pick(null);
    heading.current?.focus();
    return true;
  };
  return (
    <>
      <p class="soft">{words.lead}</p>
      <section class="sheet" aria-labelledby="list-title">
        <h2 id="list-title" ref={heading} tabIndex={-1}>
          {words.list}
        </h2>
        <p role="status" class={said ? "notice" : "unseen-by-eye"}>
          {said}
        </p>
        <Refusals refused={include.refused} />
        <LeftOutList
          shown={shown}
          putBack={putBack}
          more={pageInfo.hasNextPage && asked < 100 ? askMore : null}
          total={totalCount}
        />
      </section>
      <LeavingOutForm
        hasPlan={viewer.spectrum !== null}
        picked={picked}
        unpick={() => pick(null)}
        leaveOut={leaveOut}
        busy={exclude.busy}
        refused={exclude.refused}
        forget={exclude.forget}
      />
    </>
  );
}
