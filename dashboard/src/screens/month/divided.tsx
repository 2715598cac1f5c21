/** The picture of a section: how the month's sessions divide, frequencies first. */
import { shareText } from "../../parts/estimate";
import { words as common } from "../../parts/words";
import { Bars, fullOf } from "../../pictures/bars";
import { percent } from "../../words/dates";
import { inOrder } from "../patterns/order";
import type { Division } from "./month";
import { withheldHere } from "./withheld";
import { words } from "./words";

const MOST_ROWS = 7;

export function Divided({ division, label }: { division: Division; label: string }) {
  const { by, slices, suppressed, sharesSumToOne, textAlternative } = division;
  if (suppressed) return <p class="soft">{words.numbers.withheld(common.suppressed[suppressed])}</p>;
  const shown = inOrder(by, sharesSumToOne ? slices : slices.filter(({ count }) => count !== 0)).slice(
    0,
    MOST_ROWS,
  );
  const full = fullOf(shown.map(({ share }) => share));
  return (
    <figure>
      <p class="unseen-by-eye">{textAlternative}</p>
      <Bars
        label={label}
        full={full}
        bars={shown.map(({ key, label: name, count, share }) => ({
          key,
          label: name,
          told:
            count === null || share.value === null
              ? withheldHere(share)
              : common.of(count, share.sampleCount),
          note: share.value === null ? "" : shareText(share),
          value: share.value,
          low: share.low,
          high: share.high,
        }))}
      />
      <figcaption class="soft small">
        {words.divided.key(percent(full))} {!sharesSumToOne && words.divided.several}
      </figcaption>
    </figure>
  );
}
