/** After everything was erased: that it is so, the proof, and a kind word. */

import { useHome } from "../../../home";
import { TitledPage } from "../../../parts/screen";
import { Receipt } from "./receipt";
import type { Operation } from "./use_erasures";
import { words } from "./words";

export function Goodbye({ operation }: { operation: Operation }) {
  const { signOut } = useHome();
  const { goodbye } = words;
  return (
    <TitledPage title={goodbye.title}>
      <div class="prose stack" role="status">
        <p>{goodbye.text}</p>
        <p>{goodbye.thanks}</p>
      </div>
      {operation.receipt && <Receipt receipt={operation.receipt} level="h2" />}
      <section class="sheet">
        <p class="soft">{goodbye.device}</p>
        <div class="row">
          <button type="button" class="strong" onClick={() => void signOut()}>
            {goodbye.leave}
          </button>
        </div>
      </section>
    </TitledPage>
  );
}
