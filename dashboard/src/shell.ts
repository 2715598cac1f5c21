/// <reference lib="webworker" />
/** The service worker: the shell of the page from its own cache, messages by fixed sentences, and nothing personal. */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { tellOfMessages } from "./push/worker";

declare const self: ServiceWorkerGlobalScope;

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();
registerRoute(new NavigationRoute(createHandlerBoundToURL("index.html"), { allowlist: [/^\/app(\/|$)/] }));
tellOfMessages(self);
self.addEventListener("activate", () => void self.clients.claim());
void self.skipWaiting();
