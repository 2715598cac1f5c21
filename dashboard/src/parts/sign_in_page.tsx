/** What somebody sees whom nobody has signed in. */
import { wish } from "../api/host";
import { words } from "../words/page";

export function SignInPage() {
  const { signIn } = words;
  return (
    <main class="content">
      <div class="sheet">
        <h1>{signIn.title}</h1>
        <p>{signIn.text}</p>
        <button
          type="button"
          class="strong"
          onClick={() => wish({ type: "sign-in" }) || location.assign("kalei://sign-in")}
        >
          {signIn.button}
        </button>
        <p class="soft">{signIn.development}</p>
      </div>
    </main>
  );
}
