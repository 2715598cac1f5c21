/** What an erasure means on this device: as soon as one has run, the copy that is kept here goes, too. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ControlQuery } from "../../../api/documents";
import { useHome } from "../../../home";

type Viewer = ControlQuery["viewer"];
export type Operation = Viewer["operations"]["nodes"][number];
export type Proof = NonNullable<Operation["receipt"]>;

export const isOpen = ({ status }: Operation): boolean => status === "SCHEDULED" || status === "RUNNING";

/** `gone`: the erasure of everything that ended while this page was open. `begun`: one was asked for here. */
export function useErasures(viewer: Viewer | null) {
  const { kept, outbox } = useHome();
  const open = useRef(new Set<string>());
  const [gone, setGone] = useState<Operation | null>(null);
  useEffect(() => {
    for (const each of viewer?.operations.nodes ?? []) {
      if (isOpen(each)) open.current.add(each.id);
      else if (open.current.delete(each.id) && each.status === "SUCCEEDED") {
        void kept.wipe();
        if (each.scope !== "EVERYTHING") continue;
        void outbox.wipe();
        setGone(each);
      }
    }
  }, [viewer]);
  const begun = useCallback((id: string) => void open.current.add(id), []);
  const newest = viewer?.operations.nodes.find(({ id }) => id === gone?.id) ?? gone;
  return { gone: newest, begun };
}
