/// <reference lib="webworker" />
/**
 * The part of the service worker that tells: a message is shown by a fixed sentence, and a tap on it opens the page.
 *
 * Has no token, so it asks nobody: what happened is noted for the page, which passes it on at once where one is open.
 */
import { shownOf } from "./lock_screen";
import { findDevice, noteCame } from "./notes";

/** What the worker says to open pages: that there is something to pass on, or that the browser's address is another one. */
export const NOTED = "messages noted";

export function tellOfMessages(worker: ServiceWorkerGlobalScope): void {
  worker.addEventListener("push", (event) => event.waitUntil(show(worker, event.data?.text() ?? "")));
  worker.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(worker, String(event.notification.data)));
  });
  worker.addEventListener("pushsubscriptionchange", (event) =>
    (event as ExtendableEvent).waitUntil(subscribeAgain(worker, event as ChangeEvent)),
  );
}

interface ChangeEvent extends ExtendableEvent {
  readonly oldSubscription?: PushSubscription | null;
  readonly newSubscription?: PushSubscription | null;
}

async function show(worker: ServiceWorkerGlobalScope, message: string): Promise<void> {
  const device = await findDevice();
  const language = device?.language ?? worker.navigator.language;
  const { title, tag, path } = shownOf(message, language);
  await worker.registration.showNotification(title, { tag, data: path, lang: language });
  if (!device) return;
  await noteCame("PUSH_RECEIVED", path);
  await sayNoted(worker);
}

async function open(worker: ServiceWorkerGlobalScope, path: string): Promise<void> {
  if (await findDevice()) await noteCame("PUSH_OPENED", path);
  const pages = await worker.clients.matchAll({ type: "window" });
  const page = pages.find(({ url }) => new URL(url).pathname === path) ?? pages[0];
  if (!page) {
    await worker.clients.openWindow(path);
    return;
  }
  await page.focus().catch(() => undefined); // a browser may keep a window where it is
  if (new URL(page.url).pathname === path) await sayNoted(worker);
  else await page.navigate(path);
}

async function subscribeAgain(worker: ServiceWorkerGlobalScope, event: ChangeEvent): Promise<void> {
  const options = event.oldSubscription?.options;
  if (!event.newSubscription && options && (await findDevice())) {
    await worker.registration.pushManager.subscribe(options).catch(() => undefined); // the page tries again
  }
  await sayNoted(worker);
}

async function sayNoted(worker: ServiceWorkerGlobalScope): Promise<void> {
  for (const page of await worker.clients.matchAll({ type: "window" })) page.postMessage(NOTED);
}
