"""A few hundred people whose use, upgrades and lives are written as storage keeps them: so many that figures are told.

Checks nothing.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from app.domain.access import Role
from app.edge.tokens import issue_token
from app.embedded import Servers
from tests.browser.conftest import until_ready
from tests.conftest import AUTH_SECRET, database
from tests.programs import end, environment_for, free_port, started

PEOPLE = 600
WEEKS = 13
BEGUN = datetime.now(UTC).replace(microsecond=0) - timedelta(weeks=WEEKS)
_EXPERIMENTS = f"""
[[experiments]]
key = "teaser"
hypothesis = "Showing the teaser with its example makes more people upgrade within 14 days than showing none."
primary_metric = "Upgrade within 14 days of assignment."
started_at = {BEGUN.isoformat()}
ends_at = {(BEGUN + timedelta(weeks=9)).isoformat()}
planned_per_arm = 200
arms = [
  {{ key = "none", role = "CONTROL", share = 0.5 }},
  {{ key = "standard", role = "TREATMENT", share = 0.5, teaser = "standard" }},
]

[[experiments]]
key = "holdout"
hypothesis = "People who are offered Spectrum keep reflecting for longer than people who are not."
primary_metric = "Share with at least one session in the eighth week after assignment."
started_at = {BEGUN.isoformat()}
planned_per_arm = 100
arms = [
  {{ key = "held-out", role = "HOLDOUT", share = 0.5 }},
  {{ key = "offered", role = "TREATMENT", share = 0.5, teaser = "standard" }},
]
"""
_WRITTEN = [
    """
    INSERT INTO person (id, epoch, zone, zone_as_of, locale, plan, data_key, week_due, week_due_at, month_due,
      month_due_at, created_at)
    SELECT ('00000000-0000-8000-8000-' || lpad(n::text, 12, '0'))::uuid, 0, 'UTC', now(), 'en',
      CASE WHEN n % 2 = 0 THEN 'PLUS' ELSE 'FREE' END, '', '2200-01-03', '2200-01-10', '2200-01-01', '2200-02-01',
      $1::timestamptz + make_interval(days => n % 7)
    FROM generate_series(1, $2::int) AS n
    """,
    """
    INSERT INTO event (person_id, id, name, occurred_at, app_version, platform, screen, duration_ms)
    SELECT p.id, gen_random_uuid(), e.name, p.created_at + make_interval(weeks => week, hours => e.hours), '1.0', 'WEB',
      CASE WHEN e.name = 'SCREEN_LOADED' THEN 'LANDSCAPE_VIEWED' END,
      CASE WHEN e.name = 'SCREEN_LOADED' THEN 600 + abs(hashtext(p.id::text || week)) % 1600 END
    FROM person p CROSS JOIN generate_series(0, 11) AS week CROSS JOIN (VALUES ('SPECTRUM_OPENED', 1, 90),
      ('LANDSCAPE_VIEWED', 2, 80), ('SCREEN_LOADED', 2, 80), ('FEED_VIEWED', 3, 60), ('INSIGHT_OPENED', 4, 40),
      ('EVIDENCE_OPENED', 5, 20)) AS e(name, hours, often)
    WHERE p.plan = 'PLUS' AND abs(hashtext(p.id::text || week)) % 100 < e.often - week * 3
    """,
    """
    INSERT INTO session (person_id, id, source, started_at, ended_at, local_date, local_minute, turn_count, zone,
      status)
    SELECT p.id, gen_random_uuid(), 'MIRROR', at, at, at::date, 600, 1, 'UTC', 'DONE'
    FROM person p CROSS JOIN generate_series(0, 11) AS week,
      LATERAL (SELECT p.created_at + make_interval(weeks => week, days => 2) AS at) AS t
    WHERE abs(hashtext(p.id::text)) % 100 > week * (CASE WHEN p.plan = 'PLUS' THEN 4 ELSE 7 END)
    """,
    """
    INSERT INTO assignment (person_id, experiment, arm, assigned_at, exposed_at)
    SELECT id, 'teaser', CASE WHEN row_number() OVER (ORDER BY id) % 2 = 0 THEN 'none' ELSE 'standard' END,
      created_at, created_at FROM person
    """,
    """
    INSERT INTO assignment (person_id, experiment, arm, assigned_at)
    SELECT id, 'holdout', CASE WHEN plan = 'PLUS' THEN 'offered' ELSE 'held-out' END, created_at FROM person
    """,
    """
    INSERT INTO upgrade (person_id, id, plan, at)
    SELECT person_id, gen_random_uuid(), 'PLUS', assigned_at + interval '3 days' FROM assignment
    WHERE experiment = 'teaser' AND abs(hashtext(person_id::text)) % 100 < CASE arm WHEN 'none' THEN 12 ELSE 24 END
    """,
    """
    INSERT INTO spending (day, feature, model, engine, prompt_revision, calls, cost)
    SELECT current_date - n, f.name, 'small', 'SMALL_MODEL', 'm@1', 10 + n, (n + 3) * f.cost
    FROM generate_series(1, 20) AS n CROSS JOIN (VALUES ('MONTHLY_NARRATIVE', 30000), ('WEEKLY_INSIGHTS', 9000))
      AS f(name, cost)
    """,
]


@asynccontextmanager
async def crowded(servers: Servers, template: str, state: Path) -> AsyncIterator[str]:
    """A service of its own for the crowd, with the two experiments that they are in, and its worker; its origin.

    As in production, where alone experiments run. A process keeps one installation, so these are others.
    """
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(database(servers, template))
        connection = await asyncpg.connect(url)
        people, *others = _WRITTEN
        await connection.execute(people, BEGUN, PEOPLE)
        for statement in others:
            await connection.execute(statement)
        await connection.close()
        experiments, port = state / "experiments.toml", free_port()
        experiments.write_text(_EXPERIMENTS, encoding="utf-8")
        environment = environment_for(url, servers.redis_url, state) | {
            "SPECTRUM_ENV": "production",
            "SPECTRUM_EXPERIMENTS_FILE": str(experiments),
            "SPECTRUM_HOST": "127.0.0.1",
            "SPECTRUM_PORT": str(port),
        }
        stack.callback(end, started(environment, "worker", "--queue", "hours", log=state / "log"))
        stack.callback(end, started(environment, "api", log=state / "log"))
        await until_ready(port)
        yield f"http://127.0.0.1:{port}"


def team_token(*roles: Role) -> str:
    """A token of somebody in the team."""
    return issue_token(AUTH_SECRET, subject="team", roles=roles, ttl_s=3_600)


async def ask(origin: str, document: str, variables: object = None, *roles: Role) -> dict[str, Any]:
    """What the API answers to the team."""
    headers = {"authorization": f"Bearer {team_token(*(roles or (Role.ANALYST,)))}"}
    async with httpx.AsyncClient() as http:
        body = {"query": document, "variables": variables}
        answer = (await http.post(f"{origin}/ops/graphql", json=body, headers=headers)).json()
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]
    return found
