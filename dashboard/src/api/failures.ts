/** Why something could not be had. A sentence for people is in the words of the parts, not here. */

/** The token does not hold any more, or there is none. */
export class SignedOut extends Error {}

/** Nobody answered: no network, or a server that is away. */
export class Unreachable extends Error {}

/** Asked too often: again after `afterMs`. */
export class Throttled extends Error {
  constructor(readonly afterMs: number) {
    super("throttled");
  }
}

/** The server answered that it cannot: `code` as in the contract, `requestId` to quote. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly requestId: string,
  ) {
    super(code);
  }
}
