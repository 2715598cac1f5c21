/** Other systems that are told, what they were told last, and a way to tell them again. */
import { useState } from "preact/hooks";
import { catalogue } from "../../words/catalogue";
import { instant } from "../../words/dates";
import { Deliveries, type DeliveriesQuery, Redeliver, type UseQuery } from "../documents";
import { Sheet, Table, Trouble } from "../parts";
import { type OpsOf, useAsked, useTeam } from "../use_asked";
import { words as common } from "../words";

const words = catalogue({
  title: "Webhooks",
  none: "No other system is told.",
  on: "is told",
  off: "is told nothing",
  key: (hint: string) => `key ${hint}…`,
  columns: ["Event", "Happened", "Attempts", "Answer", "Standing", "Again"],
  deliveries: (url: string) => `Last deliveries to ${url}`,
  noAnswer: "none",
  over: "handed over",
  next: (at: string) => `again ${at}`,
  given: "given up",
  redeliver: "Deliver again",
  redeliverThis: (event: string, at: string) => `Deliver again: ${event} of ${at}`,
  asked: "It is handed over again, now.",
  refused: "It could not be asked for.",
});

type Endpoint = OpsOf<UseQuery>["webhooks"][number];
type Delivery = OpsOf<DeliveriesQuery>["webhookDeliveries"]["nodes"][number];

export function Webhooks({ endpoints }: { endpoints: readonly Endpoint[] }) {
  return (
    <Sheet title={words.title} wide>
      {endpoints.length === 0 && <p class="soft">{words.none}</p>}
      {endpoints.map((endpoint) => (
        <Told key={endpoint.id} endpoint={endpoint} />
      ))}
    </Sheet>
  );
}

function Told({ endpoint: { id, url, enabled, events, keyHint, disabledReason } }: { endpoint: Endpoint }) {
  const asked = useAsked(Deliveries, { endpointId: id });
  const { ask, roles } = useTeam();
  const [said, say] = useState("");
  const may = roles.some((role) => role === "OPERATOR" || role === "ADMIN");
  const again = async (deliveryId: string) => {
    say("");
    const answer = await ask(Redeliver, { input: { deliveryId } }).catch(() => null);
    const { userErrors = [] } = answer?.redeliver ?? {};
    say(answer === null ? words.refused : (userErrors[0]?.message ?? words.asked));
    asked.again();
  };
  return (
    <section class="stack" aria-label={url}>
      <h3 class="address">{url}</h3>
      <p class="soft small">
        {[enabled ? words.on : words.off, disabledReason, words.key(keyHint), events.join(", ")]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <Trouble asked={asked} />
      {asked.data && (
        <Table
          caption={words.deliveries(url)}
          columns={may ? words.columns : words.columns.slice(0, -1)}
          wordColumns={6}
          rows={asked.data.webhookDeliveries.nodes.map((delivery) => [
            delivery.event,
            instant(delivery.at),
            String(delivery.attempt),
            delivery.httpStatus === null ? words.noAnswer : String(delivery.httpStatus),
            standing(delivery),
            ...(may
              ? [
                  <button
                    type="button"
                    aria-label={words.redeliverThis(delivery.event, instant(delivery.at))}
                    onClick={() => void again(delivery.id)}
                  >
                    {words.redeliver}
                  </button>,
                ]
              : []),
          ])}
          empty={common.nothing}
        />
      )}
      <p role="status" class="soft small">
        {said}
      </p>
    </section>
  );
}

function standing({ deliveredAt, nextAttemptAt }: Delivery): string {
  if (deliveredAt !== null) return words.over;
  return nextAttemptAt === null ? words.given : words.next(instant(nextAttemptAt));
}
