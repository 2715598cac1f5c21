"""Who asks for their dashboards, and in which words: ours and the peers'. Asks nothing itself."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.domain.access import Role
from app.edge.tokens import issue_token
from benchmarks.edge.load import Question

AT_ONCE_AGAIN = 16
"""How many people ask the same again and again."""
RANGES = 28
"""How many days the range is moved by, at most: with the people, more questions than a run asks, so that none is asked
twice."""

OURS = """query Dashboard($from: Date!, $to: Date!, $month: Month!) {
  viewer {
    spectrum {
      dataRevision state freshAt
      landscape(range: {dates: {from: $from, to: $to}}, granularity: WEEK) {
        points {
          key period { from } sampleCount
          affect {
            valence { value low high confidence sampleCount dayCount }
            arousal { value low high confidence sampleCount dayCount }
          }
        }
      }
      insightFeed(first: 20) {
        nodes {
          id kind status confidence edition period { from to } publishedAt seenAt headline { text } body { text }
        }
      }
      monthlySummary(month: $month) { month period { from } sampleCount status edition }
      distribution(by: SOURCE, range: {dates: {from: $from, to: $to}}) {
        slices { key count affect { valence { value } arousal { value } } }
      }
    }
  }
}"""

POSTGRAPHILE = """query Dashboard($person: UUID!) {
  viewerByRowId(rowId: $person) { zone locale plan }
  allWeeks(condition: {personId: $person}, first: 52, orderBy: FIRST_DAY_DESC) {
    nodes {
      firstDay revision sessionCount dayCount excludedCount valence arousal
      emotion1 emotion2 emotion3 emotion4 emotion5 emotion6 emotion7 emotion8
    }
  }
  allCards(condition: {personId: $person}, first: 20, orderBy: [FIRST_DAY_DESC, RANK_ASC, ROW_ID_ASC]) {
    nodes { rowId insightKind status confidence edition firstDay lastDay publishedAt seenAt headline body }
  }
  allMonths(condition: {personId: $person}, first: 1, orderBy: FIRST_DAY_DESC) {
    nodes { firstDay sessionCount dayCount valenceSum arousalSum digest }
  }
  allSlice(condition: {personId: $person}) { nodes { source sessions valence arousal } }
}"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who asks."""

    keys: Sequence[str]
    ids: Sequence[UUID]
    secret: str

    def ours(self, number: int, back: int) -> Question:
        """One of them asks for their dashboard, with the year that ended `back` days ago."""
        token = issue_token(self.secret, subject=self.keys[number], roles=(Role.USER,), ttl_s=3_600)
        today = datetime.now(UTC).date()
        month, last = today.replace(day=1) - timedelta(days=1), today - timedelta(days=back)
        asked = {"from": f"{last - timedelta(days=363)}", "to": f"{last}", "month": f"{month:%Y-%m}"}
        return Question.post("/graphql", OURS, asked, token)

    def each_once(self) -> Iterator[Question]:
        """Everybody, with each range, in any order."""
        pairs = [(number, back) for number in range(len(self.keys)) for back in range(1, RANGES)]
        random.Random(1).shuffle(pairs)
        return itertools.cycle([self.ours(number, back) for number, back in pairs])

    def again(self) -> Iterator[Question]:
        """A few people who ask what they asked."""
        return itertools.cycle([self.ours(number, 0) for number in range(AT_ONCE_AGAIN)])

    def peers(self, document: str) -> Iterator[Question]:
        """Everybody, of a peer."""
        return itertools.cycle([Question.post("/graphql", document, {"person": str(id_)}) for id_ in self.ids])

    def ready(self) -> Iterator[Question]:
        """Everybody, of the limit."""
        return itertools.cycle([Question.get(f"/ready/{id_}") for id_ in self.ids])
