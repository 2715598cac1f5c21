/** Why a number of a month is not shown; not how many sessions are missing, since a month that is over gets no more. */
import { type Estimate, withheldText } from "../../parts/estimate";

export const withheldHere = (estimate: Estimate): string =>
  withheldText({ ...estimate, sessionsNeeded: null });
