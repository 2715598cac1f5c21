/** A time of day: changed once it was typed, which is when the field is left, or when nothing was typed for a moment. */
import { useEffect, useRef, useState } from "preact/hooks";

const PAUSE_MS = 800;

interface Given {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
}

export function TimeField({ label, value, change }: Given) {
  /** Half typed it is "", which is no time. */
  const [typed, setTyped] = useState<string | null>(null);
  const newest = useRef({ typed, value, change });
  newest.current = { typed, value, change };

  const save = () => {
    const { typed: time, value: before, change: changed } = newest.current;
    if (!time) return;
    setTyped(null);
    newest.current.typed = null;
    if (time !== before) changed(time);
  };
  const leave = () => {
    save();
    setTyped(null);
  };
  useEffect(() => {
    if (!typed) return;
    const timer = setTimeout(save, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => save, []);
  return (
    <label class="field">
      {label}
      <input
        type="time"
        value={typed ?? value}
        onInput={(event) => {
          newest.current.typed = event.currentTarget.value;
          setTyped(event.currentTarget.value);
        }}
        onBlur={leave}
      />
    </label>
  );
}
