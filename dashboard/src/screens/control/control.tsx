/** Screen 5: what counts, how one is told, and what is kept. Works without a plan, too. */

import { useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import type { ControlQuery, SessionsQuery } from "../../api/documents";
import { FIRST_PAGE, firstAsks } from "../../first_asks";
import { TitledPage, Unconfirmed } from "../../parts/screen";
import { Skeleton } from "../../parts/skeleton";
import { type Answered, useAnswer } from "../../parts/use_answer";
import { useLoaded } from "../../parts/use_loaded";
import { usePolling } from "../../parts/use_polling";
import { Contents } from "./contents";
import { Copy } from "./copy/copy";
import { DataMap } from "./data_map/data_map";
import { Device } from "./device";
import { LeavingOut } from "./leaving_out/leaving_out";
import { Goodbye } from "./reset/goodbye";
import { Resetting } from "./reset/resetting";
import { useErasures } from "./reset/use_erasures";
import { Sessions } from "./sessions/sessions";
import { Telling } from "./telling/telling";
import { words } from "./words";
import "./control.css";

export type Viewer = ControlQuery["viewer"];
export type Session = SessionsQuery["viewer"]["sessions"]["nodes"][number];

export interface Room {
  readonly viewer: Viewer;
  readonly answered: Answered<ControlQuery>;
  /** A session chosen in the list of sessions, to be left out. */
  readonly picked: Session | null;
  readonly pick: (session: Session | null) => void;
  /** How many exclusions are asked for, and how to ask for more. */
  readonly asked: number;
  readonly askMore: () => void;
  /** A reset was asked for here: its end is watched for. */
  readonly begun: (id: string) => void;
}

const MOST = 100;

const ROOMS = {
  "leave-out": LeavingOut,
  sessions: Sessions,
  notifications: Telling,
  copy: Copy,
  reset: Resetting,
  kept: DataMap,
  device: Device,
} as const;

export type Part = keyof typeof ROOMS;

export function Control() {
  const { params } = useRoute();
  const [first, setFirst] = useState<number>(FIRST_PAGE);
  const [picked, pick] = useState<Session | null>(null);
  const answered = useAnswer(firstAsks.control.document, { ...firstAsks.control.variables, first });
  useLoaded("SETTINGS_OPENED", answered);
  const viewer = answered.data?.viewer ?? null;
  usePolling(viewer !== null && isMoving(viewer), answered.again);
  const { gone, begun } = useErasures(viewer);
  const part = params.part && params.part in ROOMS ? (params.part as Part) : null;
  if (gone) return <Goodbye operation={gone} />;

  const Inside = part ? ROOMS[part] : Contents;
  const askMore = () => setFirst(Math.min(first + FIRST_PAGE, MOST));
  return (
    <>
      {part && (
        <nav class="back" aria-label={words.title}>
          <a href="/app/control">{words.back}</a>
        </nav>
      )}
      <TitledPage title={part ? words.parts[part] : words.title}>
        <Unconfirmed answered={answered} />
        {viewer ? (
          <Inside
            viewer={viewer}
            answered={answered}
            picked={picked}
            pick={pick}
            asked={first}
            askMore={askMore}
            begun={begun}
          />
        ) : (
          !answered.failure && <Coming />
        )}
      </TitledPage>
    </>
  );
}

function Coming() {
  return <Skeleton heights={["12rem", "9rem", "16rem"]} />;
}

/** Whether something is on its way that this page waits for. */
function isMoving({ exclusions, operations }: Viewer): boolean {
  return (
    exclusions.nodes.some(({ status }) => status === "APPLYING" || status === "REMOVING") ||
    operations.nodes.some(({ status }) => status === "SCHEDULED" || status === "RUNNING")
  );
}
