import { words } from "./words";

/** What is still on its way: said to those who listen, and quiet boxes of its size for the eye, so that nothing jumps. */
export function Skeleton({ heights }: { heights: readonly string[] }) {
  return (
    <div aria-busy="true">
      <span class="unseen-by-eye" role="status">
        {words.loading}
      </span>
      <div class="stack" aria-hidden="true">
        {heights.map((height, place) => (
          <div key={place} class="skeleton" style={{ blockSize: height }} />
        ))}
      </div>
    </div>
  );
}
