/** What this browser keeps, and how to leave it. */
import { useHome } from "../../home";
import { words } from "./words";

export function Device() {
  const { token, signOut } = useHome();
  const { device } = words;
  return (
    <section class="sheet">
      <p>{device.kept}</p>
      <p>{device.long}</p>
      <p class="soft">{device.events}</p>
      <p class="soft">
        {device.token} {device.until(token.endsAt)}
      </p>
      <div class="row">
        <button type="button" class="strong" onClick={() => void signOut()}>
          {device.signOut}
        </button>
      </div>
    </section>
  );
}
