/** Why a change was refused, beside what it belongs to. */
import type { Refusal } from "./use_change";

/** Of one field; without `field`, of everything that `fields` (shown elsewhere) do not name. */
export function Refusals({
  refused,
  field,
  fields = [],
}: {
  refused: readonly Refusal[];
  field?: string;
  fields?: readonly string[];
}) {
  const told = refused.filter((each) =>
    field ? each.field === field : each.field === null || !fields.includes(each.field),
  );
  return (
    <div role="alert" class="refusals">
      {told.map(({ message }) => (
        <p key={message} class="notice">
          {message}
        </p>
      ))}
    </div>
  );
}
