/** The fields of a correction: a slider with words at its ends, and a choice of several. */
import { useId } from "preact/hooks";
import { signed } from "../../../words/dates";
import { turned } from "./said";

interface SliderGiven {
  readonly name: string;
  readonly ends: readonly [string, string];
  readonly value: number;
  readonly told: string;
  readonly change: (value: number) => void;
}

export function Slider({ name, ends: [least, most], value, told, change }: SliderGiven) {
  const id = useId();
  return (
    <div class="field slider">
      <span class="row apart">
        <label for={id}>
          <strong>{name}</strong>
        </label>
        <output class="numbers">{signed(value)}</output>
      </span>
      <input
        id={id}
        type="range"
        min={-1}
        max={1}
        step={0.05}
        value={value}
        aria-valuetext={told}
        onInput={(event) => change(Number(event.currentTarget.value))}
      />
      <span class="row apart soft small" aria-hidden="true">
        <span>{least}</span>
        <span>{most}</span>
      </span>
    </div>
  );
}

interface ChosenGiven<Value extends string> {
  readonly legend: string;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly chosen: readonly Value[];
  readonly most: number;
  readonly note: string;
  readonly choose: (chosen: readonly Value[]) => void;
}

/** Nothing when there is nothing to choose from. */
export function Chosen<Value extends string>({
  legend,
  options,
  chosen,
  most,
  note,
  choose,
}: ChosenGiven<Value>) {
  const told = useId();
  if (options.length === 0) return null;
  return (
    <fieldset class="choice stack" aria-describedby={told}>
      <legend>{legend}</legend>
      <div class="row">
        {options.map(({ value, label }) => (
          <label key={value}>
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              disabled={chosen.length >= most && !chosen.includes(value)}
              onChange={() => choose(turned(chosen, value))}
            />
            {label}
          </label>
        ))}
      </div>
      <p class="soft small" id={told} role="status">
        {note}
      </p>
    </fieldset>
  );
}
