/** Quiet boxes of the size of what will be there, so that nothing jumps. */
export function Skeleton({ heights }: { heights: readonly string[] }) {
  return (
    <div class="stack" aria-hidden="true">
      {heights.map((height, place) => (
        <div key={place} class="skeleton" style={{ blockSize: height }} />
      ))}
    </div>
  );
}
