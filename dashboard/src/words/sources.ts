/** What the sources of sessions are called. */
import type { Source } from "../api/documents";
import { catalogue } from "./catalogue";

export const sources = catalogue({ MIRROR: "Mirror", TURN: "Turn", LENS: "Lens" });

/** A source that this page does not know has no name but its own. */
export const sourceName = (source: Source): string => sources[source] ?? source;
