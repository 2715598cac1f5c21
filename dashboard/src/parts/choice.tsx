/** A choice among a few, as chips: one of them (radio) or any of them (checkbox), of which the last one stays. */
import { useId, useState } from "preact/hooks";
import { words } from "./words";

interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

interface Given<Value extends string> {
  readonly legend: string;
  readonly name: string;
  readonly options: readonly Option<Value>[];
}

export function ChooseOne<Value extends string>({
  legend,
  name,
  options,
  chosen,
  choose,
}: Given<Value> & { readonly chosen: Value; readonly choose: (value: Value) => void }) {
  return (
    <fieldset class="choice">
      <legend class="unseen-by-eye">{legend}</legend>
      <div class="row">
        {options.map(({ value, label }) => (
          <label key={value}>
            <input
              type="radio"
              name={name}
              value={value}
              checked={value === chosen}
              onChange={() => choose(value)}
            />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** The last one that is chosen cannot be taken away: nothing chosen would have nothing to show. */
export function ChooseAny<Value extends string>({
  legend,
  name,
  options,
  chosen,
  choose,
}: Given<Value> & { readonly chosen: readonly Value[]; readonly choose: (values: Value[]) => void }) {
  const [isTold, setTold] = useState(false);
  const why = useId();
  const toggle = (value: Value) => {
    setTold(false);
    choose(options.map((each) => each.value).filter((each) => chosen.includes(each) !== (each === value)));
  };
  const keep = (event: Event) => {
    event.preventDefault();
    setTold(true);
  };
  return (
    <fieldset class="choice">
      <legend class="unseen-by-eye">{legend}</legend>
      <div class="row">
        {options.map(({ value, label }) => {
          const isLast = chosen.length === 1 && chosen[0] === value;
          return (
            <label key={value}>
              <input
                type="checkbox"
                name={name}
                value={value}
                checked={chosen.includes(value)}
                onChange={() => toggle(value)}
                {...(isLast && { onClick: keep, "aria-disabled": true, "aria-describedby": why })}
              />
              {label}
            </label>
          );
        })}
      </div>
      <span id={why} hidden>
        {words.oneStays}
      </span>
      <p role="status" class="soft small">
        {isTold && words.oneStays}
      </p>
    </fieldset>
  );
}
