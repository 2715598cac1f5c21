/**
 * The frame of a screen: its heading, how fresh it is, and every state in which there is no picture to show.
 *
 * What a screen shows is given as a function of `spectrum`, so that no screen can forget a state.
 */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { lazy } from "preact-iso";
import type { Document } from "../api/document";
import type { EventName, SpectrumState } from "../api/documents";
import { SignedOut } from "../api/failures";
import { useHome } from "../home";
import { Failure } from "./failure";
import { Notice } from "./notice";
import { type NewestCard, SupportFirst, useFirst } from "./support_first";
import { type Answered, useAnswer } from "./use_answer";
import { cameByNavigation, useLoaded } from "./use_loaded";
import { Waiting } from "./waiting";
import { words } from "./words";

const Teaser = lazy(() => import("../screens/teaser/teaser").then((room) => room.Teaser));

/** What every screen's document asks of `spectrum`. */
export interface Standing {
  readonly state: SpectrumState;
  readonly freshAt?: string | null;
  readonly progress: {
    readonly analysedSessions: number;
    readonly pendingSessions: number;
    readonly failedSessions: number;
    readonly neededForWeekly: number;
    readonly neededForMonthly: number;
    readonly nextWeeklyOn: string | null;
  };
  /** Where there are pictures: whether support has to come before them. */
  readonly newestCard?: NewestCard;
}

interface Given<S extends Standing, Variables> {
  readonly title: string;
  readonly document: Document<{ readonly viewer: { readonly spectrum: S | null } }, Variables>;
  readonly variables: Variables;
  /** The event that says that this screen was looked at. */
  readonly viewed: EventName;
  /** The id of what `viewed` is about, when it is about one thing, such as a month. */
  readonly subject?: (spectrum: S) => string | undefined;
  /** What the screen looks like before anything is known: same size, no words. */
  readonly skeleton: JSX.Element;
  /** Kept in sight in every state, such as the choice of a range. */
  readonly choices?: ComponentChildren;
  /** Whether `children` has something to say without a single session. */
  readonly evenEmpty?: boolean;
  readonly children: (spectrum: S, answered: Answered<unknown>) => ComponentChildren;
}

export function Screen<S extends Standing, Variables>(given: Given<S, Variables>) {
  const answered = useAnswer(given.document, given.variables);
  const spectrum = answered.data?.viewer.spectrum;
  const subject = spectrum ? given.subject?.(spectrum) : undefined;
  const { isAsked, isHeld, goOn } = useFirst(spectrum?.newestCard, answered);
  const shown = isHeld ? null : (spectrum ?? null);
  useLoaded(given.viewed, { ...answered, data: shown }, subject);
  if (answered.data && !spectrum) return <Teaser />;
  return (
    <TitledPage title={given.title} fresh={spectrum?.freshAt ?? null}>
      <Standings answered={answered} spectrum={spectrum ?? null} />
      {given.choices}
      {shown ? (
        <div class="stack" aria-busy={answered.stale && !answered.failure}>
          {shown.state === "EMPTY" && !given.evenEmpty ? (
            <Waiting standing={shown} />
          ) : isAsked ? (
            <SupportFirst goOn={goOn} />
          ) : (
            given.children(shown, answered)
          )}
        </div>
      ) : (
        !answered.failure && given.skeleton
      )}
    </TitledPage>
  );
}

/** A screen's heading, which takes the focus when the navigation leads to it; at the start the browser's own order is right. */
export function TitledPage({
  title,
  fresh,
  children,
}: {
  title: string;
  fresh?: string | null;
  children: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Spectrum`;
    if (cameByNavigation()) heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <>
      <header class="head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {fresh && <p class="soft small">{words.asOf(fresh)}</p>}
      </header>
      {children}
    </>
  );
}

/** That what is shown is a copy, or that there is nothing to show, and why. */
export function Unconfirmed({ answered: { failure, at, again } }: { answered: Answered<unknown> }) {
  const { signedOut } = useHome();
  if (signedOut) return <Failure failure={new SignedOut()} />;
  if (!failure) return null;
  if (at === null) return <Failure failure={failure} again={again} />;
  return (
    <Notice>
      <p>{navigator.onLine ? words.notConfirmed(at) : words.offline(at)}</p>
      <button type="button" onClick={again}>
        {words.again}
      </button>
    </Notice>
  );
}

/** What has to be said before the picture: offline, signed out, failed, paused, being rebuilt. */
function Standings({ answered, spectrum }: { answered: Answered<unknown>; spectrum: Standing | null }) {
  return (
    <>
      <Unconfirmed answered={answered} />
      {spectrum?.state === "PAUSED" && (
        <Notice>
          <p>{words.paused}</p>
          <a href="/app/control">{words.toControl}</a>
        </Notice>
      )}
      {spectrum?.state === "REBUILDING" && <Notice>{words.rebuilding}</Notice>}
      {spectrum && spectrum.progress.pendingSessions > 0 && (
        <p class="soft small" role="status">
          {words.pending(spectrum.progress.pendingSessions)}
        </p>
      )}
    </>
  );
}
