/** Words: which revision of each prompt writes, and how well. */
import { TableTwin } from "../../parts/table_twin";
import { Bars } from "../../pictures/bars";
import { IntervalOnLine } from "../../pictures/interval";
import { catalogue } from "../../words/catalogue";
import { dayOfInstant, dayOfYear } from "../../words/dates";
import { Words as WordsDocument, type WordsQuery } from "../documents";
import { count, figure, money, type Rate, rateText } from "../format";
import { Page, Sheet } from "../parts";
import { type OpsOf, useAsked } from "../use_asked";
import { words as common } from "../words";

const words = catalogue({
  lead: "The revision that writes now, by prompt. Rates are of texts or of people, with 95 % intervals.",
  active: (name: string, since: string) => `${name}, of ${since}`,
  pass: "Texts none of whose drafts failed a check",
  blocked: "Texts a draft of which failed a check of safety",
  rings: "People of whom a text rang true",
  rubric: "Rubric, 1 to 5",
  mean: (mean: string, low: string, high: string) => `Mean ${mean} (95 %: ${low} to ${high})`,
  by: { HUMAN: "scored by people", MODEL: "scored by a model", RULE: "scored by rules" },
  noMean: "Fewer than 5 texts were scored.",
  texts: (texts: string) => `${texts} published texts`,
  cost: (cost: string) => `${cost} each`,
  columns: ["Measure", "Rate"],
  ends: ["1", "5"],
});

type Prompt = OpsOf<WordsQuery>["prompts"][number];

export function Words() {
  const asked = useAsked(WordsDocument, {});
  return (
    <Page title={common.tabs.words} lead={words.lead} asked={asked}>
      {(ops) => ops.prompts.map((prompt) => <Written key={prompt.id} prompt={prompt} />)}
    </Page>
  );
}

function Written({ prompt: { key, active } }: { prompt: Prompt }) {
  const { quality } = active;
  const rates: readonly (readonly [string, Rate])[] = [
    [words.pass, quality.checkPassRate],
    [words.blocked, quality.safetyBlockRate],
    [words.rings, quality.ringsTrueRate],
  ];
  return (
    <Sheet title={key} note={words.active(active.name, dayOfYear(dayOfInstant(active.createdAt)))}>
      <p class="soft">{active.changeNote}</p>
      <p class="small">
        {words.texts(count(quality.texts))}
        {quality.costPerText !== null && `, ${words.cost(money(quality.costPerText))}`}
      </p>
      <Bars
        label={key}
        full={1}
        bars={rates.map(([label, rate]) => ({
          ...{ key: label, label, told: "", note: rateText(rate) },
          ...{ value: rate.rate, low: rate.low, high: rate.high },
        }))}
      />
      <Rubric quality={quality} />
      <TableTwin
        caption={key}
        columns={words.columns}
        rows={[
          ...rates.map(([label, rate]) => [label, rateText(rate)]),
          [words.rubric, meanText(quality) ?? words.noMean],
        ]}
      />
    </Sheet>
  );
}

function Rubric({ quality }: { quality: Prompt["active"]["quality"] }) {
  const { rubricMean, rubricLow, rubricHigh, rubricScorer } = quality;
  const told = meanText(quality);
  if (rubricMean === null || told === null) {
    return (
      <p class="soft small">
        {words.rubric}: {words.noMean}
      </p>
    );
  }
  return (
    <div class="stack">
      <p class="small">
        {words.rubric}: {told}
        {rubricScorer && `, ${words.by[rubricScorer]}`}
      </p>
      <IntervalOnLine
        scale={{ from: 1, to: 5, ends: [words.ends[0] ?? "", words.ends[1] ?? ""] }}
        value={rubricMean}
        low={rubricLow ?? rubricMean}
        high={rubricHigh ?? rubricMean}
        usual={null}
        label={`${words.rubric}: ${told}`}
      />
    </div>
  );
}

function meanText({ rubricMean, rubricLow, rubricHigh }: Prompt["active"]["quality"]): string | null {
  if (rubricMean === null || rubricLow === null || rubricHigh === null) return null;
  return words.mean(figure(rubricMean), figure(rubricLow), figure(rubricHigh));
}
