/**
 * Whether this browser is told: subscribed with its push service, registered with the server, or neither.
 *
 * Knows no view. Permission is asked for by `begin` alone, which belongs under a tap; everything else is silent.
 */
import { del, get, set } from "idb-keyval";
import { RegisterDevice, ThisDevice, ToldOf, UnregisterDevice } from "../api/documents";
import { Refused } from "../api/failures";
import type { Outbox } from "../api/outbox";
import { OwnStore } from "../api/store";
import type { Ask } from "../api/transport";
import { type Came, DEVICE, type Device, forgetCame, listCame, NOTES } from "./notes";

/**
 * UNSUPPORTED: this browser, or this place in it, takes no messages. DENIED: its owner said no, and only its settings can change
 * that. FAILED: it could not be done just now.
 */
export type Answer = "ON" | "OFF" | "UNSUPPORTED" | "DENIED" | "FAILED";

const RENEWED_MS = 86_400_000;
const NO_PERIOD = { week: "2026-W01", month: "2026-01" };

export class ThisBrowser {
  private readonly store: OwnStore;
  /** One after the other, so that nothing is passed on twice. */
  private catchingUp = Promise.resolve();
  private isBeginning = false;

  constructor(
    person: string,
    private readonly ask: Ask,
    private readonly language: string,
  ) {
    this.store = new OwnStore(NOTES, person);
  }

  /** The device that this browser is registered as, whatever became of it at the server; null: none, or not known just now. */
  async device(): Promise<Device | null> {
    const device = await this.kept();
    return device === "unknown" ? null : device;
  }

  private kept(): Promise<Device | null | "unknown"> {
    return this.store.with<Device | null | "unknown">(
      async (store) => (await get<Device>(DEVICE, store)) ?? null,
      "unknown",
    );
  }

  /** How it stands. `known` are the ids of the devices that the server knows. */
  async standing(known: readonly string[]): Promise<Answer> {
    const registration = await registered();
    if (!registration) return "UNSUPPORTED";
    if (Notification.permission === "denied") return "DENIED";
    const device = await this.device();
    const isOn = device !== null && known.includes(device.id);
    return isOn && (await registration.pushManager.getSubscription()) !== null ? "ON" : "OFF";
  }

  /** Ask for permission, subscribe, register. */
  async begin(): Promise<Answer> {
    const registration = await registered();
    if (!registration) return "UNSUPPORTED";
    const permission = await Notification.requestPermission();
    if (permission !== "granted") return permission === "denied" ? "DENIED" : "OFF";
    this.isBeginning = true;
    try {
      const { key } = await this.known();
      return (await this.register(await subscribed(registration, key))) ? "ON" : "FAILED";
    } catch {
      return "FAILED";
    } finally {
      this.isBeginning = false;
    }
  }

  /** Be told nothing here any more. What the server could not hear, its next message will: the address is gone. */
  async end(): Promise<void> {
    const device = await this.device();
    const gone = unsubscribed();
    if (device) await this.ask(UnregisterDevice, { input: { deviceId: device.id } }).catch(() => undefined);
    await gone;
    await this.store.with((store) => del(DEVICE, store), undefined);
  }

  /** The same, and nothing of it is kept: this person leaves. */
  async leave(): Promise<void> {
    await this.end();
    await this.store.wipe();
  }

  /** Pass on what came meanwhile, and register again where it is time, or the address is another one. */
  catchUp(outbox: Outbox): Promise<void> {
    this.catchingUp = this.catchingUp.then(() => this.caughtUp(outbox)).catch(() => undefined); // out of reach: later
    return this.catchingUp;
  }

  private async caughtUp(outbox: Outbox): Promise<void> {
    const registration = await registered();
    if (!registration) return;
    await this.passOn(outbox);
    const device = await this.kept();
    const subscription = await registration.pushManager.getSubscription();
    if (device === "unknown" || this.isBeginning) return;
    if (!device) {
      await subscription?.unsubscribe(); // another person's, who was here before
      return;
    }
    const isSame = subscription?.endpoint === device.endpoint && this.language === device.language;
    if (isSame && Date.now() - device.renewedAt < RENEWED_MS) return;
    const { key, devices } = await this.known();
    if (!devices.includes(device.id) || Notification.permission !== "granted") await this.end();
    else await this.register(subscription ?? (await subscribed(registration, key)));
  }

  /** Events about messages, with the summary that they were of. */
  private async passOn(outbox: Outbox): Promise<void> {
    const came = await this.store.with(listCame, []);
    for (const each of came) {
      const subjectId = await this.subjectOf(each);
      await outbox.addPast(each, subjectId ? { subjectId } : {});
      await this.store.with((store) => forgetCame([each], store), undefined);
    }
  }

  private async subjectOf({ path }: Came): Promise<string | null> {
    const [, , screen, period] = path.split("/");
    if (!period) return null;
    const isWeek = screen === "insights";
    const asked = { ...NO_PERIOD, [isWeek ? "week" : "month"]: period, isWeek };
    const answer = await this.ask(ToldOf, asked).catch((failure) => {
      if (failure instanceof Refused) return null; // of nothing that the server knows
      throw failure;
    });
    const spectrum = answer === null || answer === "unchanged" ? null : answer.data.viewer.spectrum;
    return spectrum?.weeklySummary?.id ?? spectrum?.monthlySummary?.id ?? null;
  }

  private async known(): Promise<{ readonly key: string; readonly devices: readonly string[] }> {
    const answer = await this.ask(ThisDevice, {});
    if (answer === "unchanged") throw new Error("There is no tag.");
    const { notificationPreferences, devices } = answer.data.viewer;
    return { key: notificationPreferences.webPushKey, devices: devices.map(({ id }) => id) };
  }

  private async register(subscription: PushSubscription): Promise<boolean> {
    const { endpoint, keys } = subscription.toJSON();
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const answer = await this.ask(RegisterDevice, {
      input: {
        ...{ appVersion: __VERSION__, platform: "WEB", timeZone },
        locale: LOCALE.test(navigator.language) ? navigator.language : "en",
        webPush: { endpoint: endpoint ?? "", p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "" },
      },
    });
    const device = answer === "unchanged" ? null : answer.data.registerDevice.device;
    if (!device) {
      await subscription.unsubscribe();
      return false;
    }
    const kept: Device = {
      ...{ id: device.id, endpoint: endpoint ?? "", renewedAt: Date.now() },
      language: this.language,
    };
    await this.store.with((store) => set(DEVICE, kept, store), undefined);
    return true;
  }
}

/** Language, script and region, as the server takes them. */
const LOCALE = /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$/;

/** The worker of this page, where it can take messages; null where there is none, as in a WebView. */
async function registered(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis))
    return null;
  return (await navigator.serviceWorker.getRegistration("/app/")) ?? null;
}

/** Under this installation's key: a subscription under another one is of no use. */
async function subscribed(registration: ServiceWorkerRegistration, key: string): Promise<PushSubscription> {
  const before = await registration.pushManager.getSubscription();
  if (before && !isUnder(before, key)) await before.unsubscribe();
  return await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function isUnder({ options }: PushSubscription, key: string): boolean {
  const bytes = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer());
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") === key;
}

async function unsubscribed(): Promise<void> {
  const subscription = await (await registered())?.pushManager.getSubscription();
  await subscription?.unsubscribe().catch(() => undefined);
}
