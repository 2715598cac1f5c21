/** Where a person can be told; each can be forgotten. */
import { useRef } from "preact/hooks";
import { UnregisterDevice } from "../../../api/documents";
import { Refusals } from "../../../parts/refusals";
import { useChange, useProposed } from "../../../parts/use_change";
import { ago } from "../../../words/dates";
import type { Viewer } from "../control";
import type { ToldHere } from "./use_here";
import { words } from "./words";

export function Devices({ devices, here }: { devices: Viewer["devices"]; here: ToldHere }) {
  const { devices: told } = words;
  const heading = useRef<HTMLHeadingElement>(null);
  const { refused, send } = useChange(UnregisterDevice);
  const { shown, propose } = useProposed(devices);
  const forget = (id: string) => {
    const settle = propose(shown.filter((each) => each.id !== id));
    if (id === here.deviceId) void here.end().then(() => settle(true));
    else void send({ deviceId: id }, settle);
    heading.current?.focus();
  };
  return (
    <section class="sheet" aria-labelledby="devices-title">
      <h2 id="devices-title" ref={heading} tabIndex={-1}>
        {told.title}
      </h2>
      {shown.length === 0 && <p class="soft">{told.none}</p>}
      <ul class="plain-list lines">
        {shown.map(({ id, platform, appVersion, lastSeenAt, reachable }) => (
          <li key={id} class="row apart">
            <div>
              <p>
                {told.platform[platform] ?? platform}
                {id === here.deviceId && (
                  <>
                    {" "}
                    <span class="tag">{told.thisOne}</span>
                  </>
                )}
              </p>
              <p class="soft small">{told.about(appVersion, ago(Date.parse(lastSeenAt)))}</p>
              {!reachable && <p class="soft small">{told.gone}</p>}
            </div>
            <button
              type="button"
              class="quiet"
              aria-label={told.forgetThis(told.platform[platform] ?? platform)}
              onClick={() => forget(id)}
            >
              {told.forget}
            </button>
          </li>
        ))}
      </ul>
      <Refusals refused={refused} />
    </section>
  );
}
