/**
 * One's own copy, as it streams out of `/export`: into a file where the browser can write one, else into memory.
 *
 * Half a zip does not open: what broke off is thrown away, and said.
 */
import { Refused, SignedOut, Throttled, Unreachable } from "./failures";

/** It began, and ended before its end. */
export class BrokenOff extends Error {}

/** The person changed their mind. */
export class GivenUp extends Error {}

export interface Asked {
  readonly bearer: string;
  readonly signal: AbortSignal;
  /** Bytes so far. */
  readonly came: (bytes: number) => void;
}

/** Where a browser lets a page write a file; it is asked while the person's tap is still fresh. Null when it does not. */
export async function fileToWrite(name: string): Promise<FileSystemFileHandle | null> {
  const { showSaveFilePicker } = globalThis as unknown as {
    showSaveFilePicker?: (options: object) => Promise<FileSystemFileHandle>;
  };
  if (!showSaveFilePicker) return null;
  try {
    return await showSaveFilePicker({
      suggestedName: name,
      types: [{ accept: { "application/zip": [".zip"] } }],
    });
  } catch (failure) {
    if ((failure as Error).name === "AbortError") throw new GivenUp();
    return null;
  }
}

/** Stream the copy into `file`, which stays as it was unless all of it came. Gives the number of bytes. */
export async function copyIntoFile(asked: Asked, file: FileSystemFileHandle): Promise<number> {
  const pieces = await begun(asked);
  const writable = await file.createWritable();
  try {
    const bytes = await drained(pieces, asked, (piece) => writable.write(piece));
    await writable.close();
    return bytes;
  } catch (failure) {
    await writable.abort().catch(() => undefined);
    throw failure;
  }
}

/** The copy in memory. */
export async function copyAsBlob(asked: Asked): Promise<Blob> {
  const pieces: BlobPart[] = [];
  await drained(await begun(asked), asked, async (piece) => void pieces.push(piece));
  return new Blob(pieces, { type: "application/zip" });
}

type Pieces = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

async function begun({ bearer, signal }: Asked): Promise<Pieces> {
  let response: Response;
  try {
    response = await fetch("/export", {
      headers: { authorization: `Bearer ${bearer}` },
      cache: "no-store",
      signal,
    });
  } catch {
    throw signal.aborted ? new GivenUp() : new Unreachable();
  }
  if (response.ok && response.body) return response.body.getReader();
  if (response.status === 401) throw new SignedOut();
  if (response.status === 429) throw new Throttled(Number(response.headers.get("retry-after") ?? 60) * 1000);
  if (response.status >= 500) throw new Unreachable();
  throw new Refused("INTERNAL", response.headers.get("x-request-id") ?? "");
}

async function drained(
  pieces: Pieces,
  { signal, came }: Asked,
  take: (piece: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<number> {
  let bytes = 0;
  for (;;) {
    const { value, done } = await pieces.read().catch(() => {
      throw signal.aborted ? new GivenUp() : new BrokenOff();
    });
    if (done) return bytes;
    bytes += value.byteLength;
    came(bytes);
    await take(value);
  }
}
