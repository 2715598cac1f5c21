/** What lies below a plane: the same days as a table, and the button that keeps the picture. */
import type { RefObject } from "preact";
import { TableTwin } from "../parts/table_twin";
import { words as common } from "../parts/words";
import { signed } from "../words/dates";
import type { DayOnPlane } from "./plane";
import { words } from "./words";

interface Given {
  /** Where the picture is drawn. */
  readonly figure: RefObject<HTMLElement | null>;
  readonly days: readonly DayOnPlane[];
  readonly dayText: (date: string) => string;
  readonly title: string;
  /** Of the picture's file, without its ending. */
  readonly name: string;
  /** The line below the kept picture. */
  readonly caption: string;
}

export function BelowPlane({ figure, days, dayText, title, name, caption }: Given) {
  const save = async () => {
    const { savePicture } = await import("./save");
    const svg = figure.current?.querySelector("svg");
    if (svg) await savePicture(svg, name, caption);
  };
  return (
    <div class="row apart no-print">
      <TableTwin
        caption={title}
        columns={words.planeColumns}
        rows={days.map(({ key, valence, arousal, sampleCount }) => [
          dayText(key),
          signed(valence),
          signed(arousal),
          `${sampleCount}`,
        ])}
      />
      <button type="button" class="quiet" onClick={save}>
        {common.savePicture}
      </button>
    </div>
  );
}
