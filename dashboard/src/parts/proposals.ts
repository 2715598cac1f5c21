/** What was proposed and is not known yet to hold: several at once, of which the newest is shown. Draws nothing. */

/** What is told when the outcome of a proposal is known. */
export type Settle = (kept: boolean) => void;

export class Proposals<Value> {
  private open = 0;
  private newest = 0;
  private hasNewer = false;

  /** `show` is told the proposal to show, and null to show what the server has. */
  constructor(private readonly show: (proposed: { readonly value: Value } | null) => void) {}

  /** The server has another value. */
  arrived(): void {
    this.hasNewer = true;
    if (this.open === 0) this.show(null);
  }

  /** One that is refused goes at once, unless a newer one is shown by then. */
  propose(value: Value): Settle {
    const mine = ++this.newest;
    this.open++;
    this.hasNewer = false;
    this.show({ value });
    return (kept) => {
      this.open--;
      const isRefused = !kept && mine === this.newest;
      if (isRefused || (this.hasNewer && this.open === 0)) this.show(null);
    };
  }
}
