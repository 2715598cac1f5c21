"""The team's desk for words: what they cost, which revision writes, what was decided, what can be made again."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.domain.access import Role
from app.domain.cost import Feature
from app.domain.periods import PeriodKind
from app.domain.safety import SafetyAction
from app.gateways.language_model import Models
from app.jobs import Queue, monthly_narrative, rewrite_period
from app.pipeline.forget import erase_account
from app.storage.jobs import ledger
from app.storage.words import decisions
from app.storage.words.decisions import Decision
from app.wiring import Spectrum
from graphql_schema.ids import encode
from prompts import first_revision
from tests.client import Client
from tests.conftest import AUTH_SECRET
from tests.life import JUNE, at, lived, who, work_off
from tests.models.routes import routes_to
from tests.models.saying import SPOILT, speaks
from tests.models.service import Reply, service_that
from workers.runner import Runner

SERVING = first_revision("weekly-card").name
CARDS = """{ viewer { spectrum { insightFeed(first: 20) { nodes { id headline { text } provenance { degraded } } }
  monthlySummary(month: "2026-06") { status } } } }"""


@pytest.fixture(autouse=True)
async def as_at_first(owner: Any) -> None:
    """Begin each test with full budgets and with the revisions that serve first."""
    await owner.execute(
        "TRUNCATE budget_use, model_call, spending, safety_decision, revision_fault, prompt_activation, rubric_score"
    )
    await owner.execute("UPDATE budget SET allowed = 10000000, revision = 1")
    await owner.execute("UPDATE writing SET answer = NULL, pulled = false")


async def _june_by(spectrum: Spectrum, owner: Any, person: str, reply: Reply, path: Path) -> Spectrum:
    """Let somebody's June be worded by a model that replies so; the installation with its routes."""
    person_id = await lived(spectrum, owner, person, weeks=5)
    async with service_that(reply) as service:
        routes = routes_to(path / "models.toml", service.url, *Feature)
        models = await Models.opened(routes, {})

        async def opened() -> Models:
            return models

        ports = replace(spectrum.ports, routes=routes, models=opened)
        async with ports.store.for_person(person_id) as tx:
            again = monthly_narrative(await at(owner, person_id), JUNE.date(), revision=-1)
            await ledger.keep_jobs(tx, [again])
        await Runner(ports).work_off(Queue.MINUTES)
    return replace(spectrum, ports=ports)


async def test_what_words_cost_is_told(spectrum: Spectrum, owner: Any, person: str, tmp_path: Path) -> None:
    """Calls, tokens and money by feature and model; budgets with what is left; who is asked in which order."""
    wired = await _june_by(spectrum, owner, person, speaks(), tmp_path)
    async with Client.of(wired, AUTH_SECRET) as client:
        asked = await client.team(
            """{ ops { spend(range: {preset: LAST_7_DAYS}, groupBy: [FEATURE, MODEL, ENGINE, PROMPT_REVISION, DAY]) {
                 total wasted rows { keys calls inputTokens outputTokens cacheHits cost rejectedCost } }
               budgets { id feature period limit spent reserved projected state priority warnAt revision }
               modelRoutes { feature tier engine model whileBudgetUnder maxInputTokens maxOutputTokens } } }"""
        )
    ops = asked["ops"]
    ((row),) = ops["spend"]["rows"]
    assert row["keys"][:4] == ["MONTHLY_NARRATIVE", "small", "SMALL_MODEL", first_revision("monthly-narrative").name]
    assert (row["calls"], row["inputTokens"], row["outputTokens"], row["cacheHits"]) == (1, 900, 300, 0)
    assert (row["cost"], ops["spend"]["total"], ops["spend"]["wasted"]) == ("0.000315", "0.000315", "0.000000")
    months = [each for each in ops["budgets"] if each["feature"] == "MONTHLY_NARRATIVE"]
    assert [(each["period"], each["limit"], each["spent"], each["state"]) for each in months] == [
        ("DAY", "10.000000", "0.000315", "OK"),
        ("MONTH", "10.000000", "0.000315", "OK"),
    ]
    routes = [(each["feature"], each["tier"], each["model"]) for each in ops["modelRoutes"]]
    assert routes == [
        ("WEEKLY_INSIGHTS", 1, "small"),
        ("WEEKLY_INSIGHTS", 2, "composer"),
        ("MONTHLY_NARRATIVE", 1, "small"),
        ("MONTHLY_NARRATIVE", 2, "composer"),
        ("RUBRIC_SCORING", 1, "small"),
    ]


async def test_a_budget_is_set_once_by_whoever_saw_it(client: Client, owner: Any) -> None:
    """Its limit and mark change; one who saw an older one, an unknown one or a wrong amount is told so."""
    document = """mutation($input: SetBudgetInput!) { setBudget(input: $input) {
      userErrors { code field } budget { limit warnAt revision } } }"""
    listed = await client.team("{ ops { budgets { id feature period } } }")
    budget_id = next(each["id"] for each in listed["ops"]["budgets"] if each["period"] == "DAY")
    feature = await owner.fetchval(
        "INSERT INTO budget_use (feature, period, first_day, spent)"
        " SELECT feature, period, (now() AT TIME ZONE 'UTC')::date, 3000000 FROM budget"
        " WHERE period = 'DAY' AND feature = $1 RETURNING feature",
        next(each["feature"] for each in listed["ops"]["budgets"] if each["id"] == budget_id),
    )
    change = {"budgetId": budget_id, "limit": "2.5", "warnAt": 0.5, "expectedRevision": 1}
    changed = await client.team(document, {"input": change}, Role.ADMIN)
    assert changed["setBudget"]["budget"] == {"limit": "2.500000", "warnAt": 0.5, "revision": 2}
    assert await owner.fetchval("SELECT state FROM budget_use WHERE feature = $1", feature) == "EXHAUSTED"
    for wrong, code in (
        ({}, "CONFLICT"),
        ({"budgetId": encode("Budget", "HAIKUS.DAY")}, "NOT_FOUND"),
        ({"limit": "1000001"}, "OUT_OF_RANGE"),
        ({"warnAt": 1.5}, "OUT_OF_RANGE"),
    ):
        refused = await client.team(document, {"input": change | wrong}, Role.ADMIN)
        assert [each["code"] for each in refused["setBudget"]["userErrors"]] == [code]
    assert await owner.fetchval("SELECT count(*) FROM audit WHERE action LIKE 'budget %'") == 1


PROMPTS = """{ ops { prompts { key active { name } revisions(first: 10) { nodes { id name number status hash author
  createdAt changeNote body outputSchema parameters variables parent { name } diff
  activations { by from reason effective } quality { texts costPerText checkPassRate { suppressed } } } } } } }"""
ACTIVATE = """mutation($input: ActivatePromptRevisionInput!) { activatePromptRevision(input: $input) {
  userErrors { code message } revision { name status } awaitsSecond } }"""


async def _prompt(client: Client, key: str) -> dict[str, Any]:
    listed = await client.team(PROMPTS)
    found: dict[str, Any] = next(each for each in listed["ops"]["prompts"] if each["key"] == key)
    return found


async def test_another_revision_is_activated_and_taken_back(
    spectrum: Spectrum, client: Client, owner: Any, person: str
) -> None:
    """From then on it writes; the way back is the same call; each decision stays told, with who and why."""
    prompt = await _prompt(client, "weekly-card")
    newest, *_, second, first = prompt["revisions"]["nodes"]
    assert [prompt["active"]["name"], newest["status"], first["status"]] == [SERVING, "ACTIVE", "RETIRED"]
    assert [second["parent"], first["parent"], first["diff"]] == [{"name": "weekly-card@1"}, None, None]
    assert "+- No guilt" in second["diff"]
    back = {"revisionId": first["id"], "expectedActive": newest["id"], "reason": "to compare"}
    done = await client.team(ACTIVATE, {"input": back}, Role.ADMIN)
    assert done["activatePromptRevision"] == {
        "userErrors": [],
        "revision": {"name": first["name"], "status": "ACTIVE"},
        "awaitsSecond": False,
    }
    person_id = await lived(spectrum, owner, person, weeks=2)
    wrote = "SELECT DISTINCT prompt_revision FROM writing WHERE person_id = $1 AND period_kind = 'WEEK'"
    assert [row[0] for row in await owner.fetch(wrote, person_id)] == ["weekly-card@1"]
    for input_, code in (
        (back, "CONFLICT"),
        ({"revisionId": first["id"], "reason": "again"}, "ALREADY_DONE"),
        ({"revisionId": encode("PromptRevision", "weekly-card@99"), "reason": "why"}, "NOT_FOUND"),
        ({"revisionId": newest["id"], "reason": " "}, "REQUIRED"),
    ):
        refused = await client.team(ACTIVATE, {"input": input_}, Role.ADMIN)
        assert [each["code"] for each in refused["activatePromptRevision"]["userErrors"]] == [code]
    again = await client.team(ACTIVATE, {"input": {"revisionId": newest["id"], "reason": "enough"}}, Role.ADMIN)
    assert again["activatePromptRevision"]["revision"]["status"] == "ACTIVE"
    *_, first = (await _prompt(client, "weekly-card"))["revisions"]["nodes"]
    assert [(each["from"], each["reason"], each["effective"]) for each in first["activations"]] == [
        (SERVING, "to compare", True)
    ]
    assert first["quality"]["texts"] == await owner.fetchval(
        "SELECT count(*) FROM writing WHERE prompt_revision = 'weekly-card@1'"
    )


async def test_an_unsafe_revision_needs_two_people(spectrum: Spectrum, client: Client, owner: Any, person: str) -> None:
    """Forced by one it waits, by a second it is active; and what it failed is not forgotten with whom it failed."""
    person_id = await lived(spectrum, owner, person, weeks=1)
    first_day = await owner.fetchval("SELECT min(first_day) FROM writing WHERE person_id = $1", person_id)
    failed = Decision(
        PeriodKind.WEEK, first_day, "landscape", ("tone", "no-diagnosis"), SafetyAction.REWRITTEN, "weekly-card@1"
    )
    async with spectrum.ports.store.for_everyone() as tx:
        await decisions.keep(tx, [(person_id, failed)])
    await erase_account(spectrum.ports, person_id, actor="test")
    await work_off(spectrum, owner)
    assert await owner.fetchval("SELECT count(*) FROM safety_decision WHERE person_id = $1", person_id) == 0
    wanted = {"revisionId": encode("PromptRevision", "weekly-card@1"), "reason": "it reads better"}
    refused = await client.team(ACTIVATE, {"input": wanted}, Role.ADMIN)
    (error,) = refused["activatePromptRevision"]["userErrors"]
    assert (error["code"], "safety" in error["message"]) == ("INVALID", True)
    states = []
    for subject in ("one", "one", "another"):
        done = await client.post(
            ACTIVATE,
            {"input": wanted | {"force": True}},
            subject=subject,
            roles=(Role.ADMIN,),
            path="/ops/graphql",
        )
        payload = done["data"]["activatePromptRevision"]
        states.append((payload["revision"]["status"], payload["awaitsSecond"]))
    assert states == [("RETIRED", True), ("RETIRED", True), ("ACTIVE", False)]


async def test_a_revision_below_its_marks_is_refused(client: Client, owner: Any) -> None:
    """Fifty low scores speak against it, and the sentence says by whom and how low; forty-nine say nothing yet."""
    wanted = {"revisionId": encode("PromptRevision", "weekly-card@1"), "reason": "to see"}
    low = """INSERT INTO rubric_score (person_id, period_kind, first_day, finding_key, edition, brief_digest,
      prompt_revision, prompt_hash, scorer, rater, rubric, rubric_revision, scores, mean, passed)
      SELECT gen_random_uuid(), 'WEEK', '2026-06-01', 'landscape', 1, n::text, 'weekly-card@1', 'hash', 'HUMAN', 'one',
        'writing', 1, '{}', 2.0, false FROM generate_series(1, $1) AS n"""
    await owner.execute(low, 50)
    refused = await client.team(ACTIVATE, {"input": wanted}, Role.ADMIN)
    (error,) = refused["activatePromptRevision"]["userErrors"]
    assert error["code"] == "INVALID"
    assert "By human scores weekly-card@1 lies below its marks: 0 of 50" in error["message"]
    asked = (
        "{ ops { prompts { revisions(first: 9) { nodes { name quality { rubricMean rubricLow rubricScorer } } } } } }"
    )
    nodes = [node for each in (await client.team(asked))["ops"]["prompts"] for node in each["revisions"]["nodes"]]
    quality = next(node["quality"] for node in nodes if node["name"] == "weekly-card@1")
    assert quality == {"rubricMean": 2.0, "rubricLow": 2.0, "rubricScorer": "HUMAN"}
    await owner.execute("DELETE FROM rubric_score WHERE brief_digest = '50'")
    done = await client.team(ACTIVATE, {"input": wanted}, Role.ADMIN)
    assert done["activatePromptRevision"]["userErrors"] == []


async def test_what_wrote_before_may_always_write_again(client: Client, owner: Any) -> None:
    """In an incident one person is enough to go back, whatever is known of the older revision by then."""
    there = {"revisionId": encode("PromptRevision", "weekly-card@1"), "reason": "to see"}
    await client.team(ACTIVATE, {"input": there}, Role.ADMIN)
    await owner.execute("INSERT INTO revision_fault VALUES ($1, 'no-diagnosis', 1)", SERVING)
    back = {"revisionId": encode("PromptRevision", SERVING), "reason": "it was better"}
    done = await client.team(ACTIVATE, {"input": back}, Role.ADMIN)
    assert done["activatePromptRevision"]["revision"] == {"name": SERVING, "status": "ACTIVE"}
    await owner.execute("INSERT INTO revision_fault VALUES ('weekly-card@1', 'no-diagnosis', 1)")
    done = await client.team(ACTIVATE, {"input": there}, Role.ADMIN)
    (error,) = done["activatePromptRevision"]["userErrors"]
    assert "safety" in error["message"], "what was gone back from is no way back"


async def test_a_revision_that_this_build_does_not_hold_never_writes(
    spectrum: Spectrum, client: Client, owner: Any, person: str
) -> None:
    """The newest activation whose hash is held wins, the catalogue's first without one."""
    for revision, hash_ in (("weekly-card@1", "of another build"), ("weekly-card@77", "of a later build")):
        await owner.execute(
            "INSERT INTO prompt_activation (prompt, revision, hash, previous, actor, reason, effective)"
            " VALUES ('weekly-card', $1, $2, $3, 'a', 'b', true)",
            *(revision, hash_, SERVING),
        )
    person_id = await lived(spectrum, owner, person, weeks=2)
    wrote = "SELECT DISTINCT prompt_revision FROM writing WHERE person_id = $1 AND period_kind = 'WEEK'"
    assert [row[0] for row in await owner.fetch(wrote, person_id)] == [first_revision("weekly-card").name]
    assert (await _prompt(client, "weekly-card"))["active"]["name"] == first_revision("weekly-card").name


REPRODUCE = """query($id: ID!) { ops { reproduceInsight(insightId: $id) {
  insight sameInput sameText storedHash newHash explanation } } }"""


@pytest.mark.parametrize("by_model", [False, True])
async def test_a_text_is_made_again_from_what_is_kept(
    spectrum: Spectrum, owner: Any, person: str, tmp_path: Path, by_model: bool
) -> None:
    """Composed or answered, the same words come out, and no model is asked; changed words or briefs are noticed."""
    await lived(spectrum, owner, person, weeks=5)
    wired = await _june_by(spectrum, owner, person, speaks(), tmp_path) if by_model else spectrum
    person_id = who(spectrum, person)
    ids = await owner.fetch("SELECT id, period_kind FROM writing WHERE person_id = $1", person_id)
    assert {row["period_kind"] for row in ids} == {"WEEK", "MONTH"}
    async with Client.of(wired, AUTH_SECRET) as client:
        for row in ids:
            found = (await client.team(REPRODUCE, {"id": encode("Insight", row["id"])}))["ops"]["reproduceInsight"]
            assert (found["sameInput"], found["sameText"]) == (True, True), found["explanation"]
            assert found["storedHash"] == found["newHash"]
        some = ids[0]["id"]
        await owner.execute(
            "UPDATE writing SET brief = jsonb_set(brief, '{period,first}', '\"2026-05-31\"') WHERE id = $1", some
        )
        found = (await client.team(REPRODUCE, {"id": encode("Insight", some)}))["ops"]["reproduceInsight"]
        assert found["sameInput"] is False
        await owner.execute("UPDATE writing SET prompt_hash = 'of another build' WHERE id = $1", some)
        found = (await client.team(REPRODUCE, {"id": encode("Insight", some)}))["ops"]["reproduceInsight"]
        assert (found["sameText"], found["newHash"]) == (False, None)
        unknown = await client.team(REPRODUCE, {"id": encode("Insight", person_id)})
        assert unknown == {"ops": {"reproduceInsight": None}}


LOG = """query($after: String) { ops { safetyLog(first: 1, after: $after, range: {preset: LAST_7_DAYS}) {
  nodes { id kind action subjectOf promptRevision } pageInfo { hasNextPage endCursor } } } }"""
WITHDRAW = """mutation($id: ID!, $reason: String! = "it may hurt") {
  withdrawInsight(input: {insightId: $id, reason: $reason}) { userErrors { code } status } }"""


async def test_what_failed_is_logged_and_a_text_is_taken_back(
    spectrum: Spectrum, owner: Any, person: str, tmp_path: Path
) -> None:
    """A diagnosis by a model is told with the text that stands instead; a reviewer takes a card away."""
    wired = await _june_by(spectrum, owner, person, speaks(SPOILT["diagnoses"]), tmp_path)
    async with Client.of(wired, AUTH_SECRET) as client:
        page = (await client.team(LOG))["ops"]["safetyLog"]
        (decision,) = page["nodes"]
        assert "no-diagnosis" in decision["kind"]
        assert decision["action"] == "TEMPLATE_USED"
        assert person not in str(page)
        cards = (await client.ask(CARDS, subject=person))["viewer"]["spectrum"]["insightFeed"]["nodes"]
        for _ in range(2):
            done = await client.team(WITHDRAW, {"id": cards[0]["id"]}, Role.REVIEWER)
            assert done["withdrawInsight"] == {"userErrors": [], "status": "WITHDRAWN"}
        left = (await client.ask(CARDS, subject=person))["viewer"]["spectrum"]["insightFeed"]["nodes"]
        assert left == cards[1:]
        newest = (await client.team(LOG))["ops"]["safetyLog"]
        assert [newest["nodes"][0][key] for key in ("kind", "action", "subjectOf")] == [
            "review",
            "WITHHELD",
            cards[0]["id"],
        ]
        older = (await client.team(LOG, {"after": newest["pageInfo"]["endCursor"]}))["ops"]["safetyLog"]
        assert older["nodes"] == page["nodes"]
        await owner.execute("UPDATE writing SET status = 'STALE' WHERE person_id = $1", who(spectrum, person))
        await work_off(spectrum, owner)
        await client.team(WITHDRAW, {"id": decision["subjectOf"]}, Role.REVIEWER)
        month = (await client.ask(CARDS, subject=person))["viewer"]["spectrum"]["monthlySummary"]
        assert month["status"] != "READY"
        for id_ in (encode("Insight", who(spectrum, person)), "x"):
            refused = await client.team(WITHDRAW, {"id": id_}, Role.REVIEWER)
            assert [each["code"] for each in refused["withdrawInsight"]["userErrors"]] == ["NOT_FOUND"]


async def test_whoever_reads_the_same_of_a_model_has_it_taken_back_too(
    spectrum: Spectrum, owner: Any, person: str, tmp_path: Path
) -> None:
    """A reviewer takes one month away: its twin's goes too, nobody is told those words again, and nothing is paid."""
    twin = f"{person}-twin"
    twin_id = await lived(spectrum, owner, twin, weeks=5)
    wired = await _june_by(spectrum, owner, person, speaks(), tmp_path)
    months = "SELECT status, engine, pulled FROM writing WHERE period_kind = 'MONTH' AND person_id = ANY($1) ORDER BY 1"
    both = [twin_id, who(spectrum, person)]

    async def write_again(person_id: UUID, time: int) -> None:
        async with spectrum.ports.store.for_person(person_id) as tx:
            again = monthly_narrative(await at(owner, person_id), JUNE.date(), revision=-time)
            await ledger.keep_jobs(tx, [again])
        await Runner(wired.ports).work_off(Queue.MINUTES)

    await write_again(twin_id, 2)
    june = [("ACTIVE", "SMALL_MODEL", False)] * 2
    assert [tuple(row) for row in await owner.fetch(months + ", 2 LIMIT 2", both)] == june
    calls = await owner.fetchval("SELECT sum(calls) FROM spending")
    month = await owner.fetchval(
        "SELECT id FROM writing WHERE person_id = $1 AND period_kind = 'MONTH' AND answer IS NOT NULL", twin_id
    )
    async with Client.of(wired, AUTH_SECRET) as client:
        await client.team(WITHDRAW, {"id": encode("Insight", month)}, Role.REVIEWER)
    pulled = "SELECT count(*) FROM writing WHERE person_id = ANY($1) AND pulled AND status = 'WITHDRAWN'"
    assert await owner.fetchval(pulled, both) == 2
    for person_id in both:
        await write_again(person_id, 3)
    assert await owner.fetchval(pulled, both) == 2, "it rests on the same brief"
    assert await owner.fetchval("SELECT sum(calls) FROM spending") == calls


async def test_what_was_taken_back_stays_back_until_its_words_change(
    spectrum: Spectrum, client: Client, owner: Any, person: str
) -> None:
    """Written again with the same words it stays back; with others it is shown again."""
    person_id = await lived(spectrum, owner, person, weeks=5)
    (card, *_) = (await client.ask(CARDS, subject=person))["viewer"]["spectrum"]["insightFeed"]["nodes"]
    await client.team(WITHDRAW, {"id": card["id"]}, Role.REVIEWER)
    kept = "SELECT first_day FROM writing WHERE person_id = $1 AND pulled"
    first_day = await owner.fetchval(kept, person_id)

    async def write_again(time: int) -> None:
        async with spectrum.ports.store.for_person(person_id) as tx:
            job = rewrite_period(PeriodKind.WEEK, await at(owner, person_id), first_day, revision=-time)
            await ledger.keep_jobs(tx, [job])
        await work_off(spectrum, owner)

    await write_again(1)
    assert await owner.fetchval(kept, person_id) == first_day
    back = {"revisionId": encode("PromptRevision", "weekly-card@1"), "reason": "other words"}
    await client.team(ACTIVATE, {"input": back}, Role.ADMIN)
    await write_again(2)
    assert await owner.fetchval(kept, person_id) is None
    feed = (await client.ask(CARDS, subject=person))["viewer"]["spectrum"]["insightFeed"]["nodes"]
    assert card["id"] in [each["id"] for each in feed]
