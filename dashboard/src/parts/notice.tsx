/** Something that has to be said, and told to those who listen, too. */
import type { ComponentChildren } from "preact";

export function Notice({ children, urgent = false }: { children: ComponentChildren; urgent?: boolean }) {
  return (
    <div class="notice" role={urgent ? "alert" : "status"}>
      {children}
    </div>
  );
}
