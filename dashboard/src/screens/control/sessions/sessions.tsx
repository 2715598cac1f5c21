/** A person's sessions, newest first: times and numbers, no words. Each can be corrected or left out. */
import { useLocation } from "preact-iso";
import type { Room, Session } from "../control";
import { SessionPages } from "./session_pages";
import { SessionRow } from "./session_row";
import { words } from "./words";

export function Sessions({ pick }: Room) {
  const { route } = useLocation();
  const leaveOut = (session: Session) => {
    pick(session);
    route("/app/control/leave-out");
  };
  return (
    <>
      <p class="soft">{words.lead}</p>
      <SessionPages>{(session) => <SessionRow session={session} leaveOut={leaveOut} />}</SessionPages>
    </>
  );
}
