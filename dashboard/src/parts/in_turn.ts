/** Changes of one thing, sent one after the other: what is asked for meanwhile waits, put together, the newest wins. Draws nothing. */
import type { Settle } from "./proposals";

/** `send` tells whether a change held. What is returned tells whether all did that were sent until nothing waited any more. */
export function inTurn<Part extends object>(
  send: (part: Part) => Promise<boolean>,
): (part: Part, settle?: Settle) => Promise<boolean> {
  let waiting: { readonly part: Part; readonly settles: readonly Settle[] } | null = null;
  let running: Promise<boolean> | null = null;

  const run = async () => {
    let allHeld = true;
    while (waiting) {
      const { part, settles } = waiting;
      waiting = null;
      const held = await send(part);
      for (const settle of settles) settle(held);
      allHeld &&= held;
    }
    running = null;
    return allHeld;
  };
  return (part, settle) => {
    waiting = {
      part: { ...waiting?.part, ...part },
      settles: [...(waiting?.settles ?? []), ...(settle ? [settle] : [])],
    };
    running ??= run();
    return running;
  };
}
