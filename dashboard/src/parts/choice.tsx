/** A choice among a few, as chips: one of them (radio) or any of them (checkbox). */
interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

interface Given<Value extends string> {
  readonly legend: string;
  readonly name: string;
  readonly options: readonly Option<Value>[];
}

export function ChooseOne<Value extends string>(
  given: Given<Value> & { readonly chosen: Value; readonly choose: (value: Value) => void },
) {
  return (
    <Choice {...given} type="radio" isChosen={(value) => value === given.chosen} choose={given.choose} />
  );
}

export function ChooseAny<Value extends string>(
  given: Given<Value> & { readonly chosen: readonly Value[]; readonly choose: (values: Value[]) => void },
) {
  const toggle = (value: Value) =>
    given.choose(
      given.options
        .map((each) => each.value)
        .filter((each) => given.chosen.includes(each) !== (each === value)),
    );
  return (
    <Choice {...given} type="checkbox" isChosen={(value) => given.chosen.includes(value)} choose={toggle} />
  );
}

function Choice<Value extends string>(
  given: Given<Value> & {
    readonly type: "radio" | "checkbox";
    readonly isChosen: (value: Value) => boolean;
    readonly choose: (value: Value) => void;
  },
) {
  return (
    <fieldset class="choice">
      <legend class="unseen-by-eye">{given.legend}</legend>
      <div class="row">
        {given.options.map(({ value, label }) => (
          <label key={value}>
            <input
              type={given.type}
              name={given.name}
              value={value}
              checked={given.isChosen(value)}
              onChange={() => given.choose(value)}
            />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
