/** What a sentence rests on: each number behind it, counted again, and whether it still matches. */
import { Evidence as EvidenceDocument, type EvidenceQuery } from "../api/documents";
import { catalogue } from "../words/catalogue";
import { span } from "../words/dates";
import { estimateText } from "./estimate";
import { Failure } from "./failure";
import { Modal } from "./modal";
import { Skeleton } from "./skeleton";
import { useAnswer } from "./use_answer";
import { words as common } from "./words";

const words = catalogue({
  title: "What this rests on",
  check: {
    MATCHES: "Counted again just now: it matches.",
    CHANGED: "The numbers have changed since; the words are being rewritten.",
  },
  gone: "This number is not there any more.",
  value: (number: string) => `Number: ${number}`,
});

export function EvidenceDrawer({ ids, close }: { ids: readonly string[]; close: () => void }) {
  return (
    <Modal title={words.title} close={close}>
      {ids.map((id) => (
        <One key={id} id={id} />
      ))}
    </Modal>
  );
}

type Found = Extract<NonNullable<EvidenceQuery["node"]>, { readonly metric: unknown }>;

function One({ id }: { id: string }) {
  const { data, failure, again } = useAnswer(EvidenceDocument, { id });
  if (failure && !data) return <Failure failure={failure} again={again} />;
  if (!data) return <Skeleton heights={["6rem"]} />;
  if (!data.node || !("metric" in data.node)) return <p class="soft">{words.gone}</p>;
  const { label, period, value, check, sessions } = data.node as Found;
  return (
    <section>
      <h3>{label}</h3>
      <p>{words.value(estimateText({ ...value, sessionsNeeded: null }))}</p>
      <p class="soft small">
        {span(period)} · {common.sessions(sessions.totalCount)}
      </p>
      <p class="soft small">{words.check[check]}</p>
    </section>
  );
}
