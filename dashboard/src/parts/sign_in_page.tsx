/** What somebody sees whom nobody has signed in. */
import { useEffect, useRef, useState } from "preact/hooks";
import { wish } from "../api/host";
import { words } from "../words/page";

const OPENED_WITHIN_MS = 1_500;
const isLocal = ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);

export function SignInPage() {
  const { signIn } = words;
  const heading = useRef<HTMLHeadingElement>(null);
  const [isAlone, setAlone] = useState(false);
  useEffect(() => {
    document.title = `${signIn.title} · Spectrum`;
    heading.current?.focus();
  }, [signIn.title]);
  const open = () => {
    if (wish({ type: "sign-in" })) return;
    location.assign("kalei://sign-in");
    setTimeout(() => setAlone(!document.hidden), OPENED_WITHIN_MS);
  };
  return (
    <main class="content">
      <div class="sheet">
        <h1 ref={heading} tabIndex={-1}>
          {signIn.title}
        </h1>
        <p>{signIn.text}</p>
        <button type="button" class="strong" onClick={open}>
          {signIn.button}
        </button>
        <p class="soft" role="status">
          {isAlone && signIn.nothing}
        </p>
        {isLocal && <p class="soft">{signIn.development}</p>}
      </div>
    </main>
  );
}
