/** Why something could not be had, and what can be done about it. */
import { Refused, SignedOut, Throttled } from "../api/failures";
import { wish } from "../api/host";
import { useHome } from "../home";
import { Notice } from "./notice";
import { words } from "./words";

/** The sentence for a failure. */
export function sentence(failure: Error): string {
  if (failure instanceof SignedOut) return words.signedOut;
  if (failure instanceof Throttled) return words.throttled;
  if (failure instanceof Refused) return words.refused(failure.requestId || failure.code);
  return words.unreachable;
}

export function Failure({ failure, again }: { failure: Error; again?: () => void }) {
  return (
    <Notice urgent>
      <p>{sentence(failure)}</p>
      {failure instanceof SignedOut ? (
        <SignIn />
      ) : (
        again && (
          <button type="button" onClick={again}>
            {words.again}
          </button>
        )
      )}
    </Notice>
  );
}

/** Asks the app for a new token; in a browser the page about signing in says what to do. */
function SignIn() {
  const { leave } = useHome();
  return (
    <button type="button" class="strong" onClick={() => wish({ type: "sign-in" }) || leave()}>
      {words.signIn}
    </button>
  );
}
