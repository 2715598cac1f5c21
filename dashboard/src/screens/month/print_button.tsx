/** Puts the month on paper, or into a PDF: the browser's own print, which sends nothing anywhere. */
import { words } from "./words";

export function PrintButton() {
  return (
    <section class="sheet no-print">
      <div class="row">
        <button type="button" class="strong" onClick={() => print()}>
          {words.share.print}
        </button>
      </div>
      <p class="soft small">{words.share.hint}</p>
    </section>
  );
}
