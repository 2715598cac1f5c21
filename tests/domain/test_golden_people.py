"""Six small people whose numbers were worked out by hand, to be followed with pencil, paper and printed tables.

Each person is a table of sessions; each test derives its numbers in its docstring, out of plain arithmetic. Quantiles
are those of printed tables: Student's t at 90 % (both sides) 2.1318 for 4 degrees of freedom, normal 1.6449.
"""

from datetime import date, datetime, timedelta

import pytest

from app.domain.affect import EMOTIONS, UNIT, Emotion, SessionNumbers, Source, ThinkingPattern, TurnKind, Use
from app.domain.estimates.estimate import Comparison, Direction, Estimate, SuppressionReason
from app.domain.exclusions import ExclusionTarget
from app.domain.fold import fold
from app.domain.measures import Metric
from app.domain.periods import Period, local_start
from app.domain.pictures.distribution import DistributionDimension, distribution
from app.domain.pictures.landscape import Granularity, landscape
from tests.domain.lives import MARCH, session, turns

MONDAY = date(2026, 3, 2)

# Ada: day of March, valence, whether mind reading was there.
ADA = [(2, 0.20, True), (2, 0.40, True), (3, 0.10, False), (4, 0.50, False), (6, 0.20, True), (7, 0.40, False)]


def ada() -> list[SessionNumbers]:
    """Her sessions, all with an energy of 0."""
    pattern = {True: frozenset({ThinkingPattern.MIND_READING}), False: frozenset[ThinkingPattern]()}
    return [
        session(n, date(2026, 3, day), valence=round(valence * UNIT), patterns_present=pattern[there])
        for n, (day, valence, there) in enumerate(ADA)
    ]


def assert_reads(number: Estimate, value: float, low: float, high: float) -> None:
    """The three numbers, to four decimals."""
    assert (number.value, number.low, number.high) == pytest.approx((value, low, high), abs=6e-5)


def test_ada_mean() -> None:
    """Day means 0.30 (of 0.20 and 0.40), 0.10, 0.50, 0.20, 0.40: their mean is 1.50 / 5 = 0.30.

    Away from it 0, -0.20, 0.20, -0.10, 0.10; squares 0 + 0.04 + 0.04 + 0.01 + 0.01 = 0.10; variance 0.10 / 4 = 0.025.
    Standard error sqrt(0.025 / 5) = 0.07071; times t(4) = 2.1318 is 0.1507. So 0.30 - 0.1507 to 0.30 + 0.1507.
    """
    number = fold(ada(), (), MARCH).measure(Metric.VALENCE)
    assert (number.sample_count, number.day_count) == (6, 5)
    assert_reads(number, 0.30, 0.1493, 0.4507)


def test_ada_share() -> None:
    """Mind reading in 3 of 6 sessions on 5 days, 1.2 a day: effective sessions 6 / (1 + 0.2 x 0.3) = 6 / 1.06 = 5.6604.

    Wilson with z = 1.6449, z^2 = 2.7055: z^2/n = 0.47797, so that all is divided by 1.47797.
    Centre (0.5 + 0.23899) / 1.47797 = 0.5.
    Reach 1.6449 x sqrt(0.25/5.6604 + 0.47797/(4 x 5.6604)) / 1.47797 = 1.6449 x sqrt(0.044167 + 0.021110) / 1.47797
    = 1.6449 x 0.25550 / 1.47797 = 0.28435. So 0.2157 to 0.7843.
    """
    number = fold(ada(), (), MARCH).measure(Metric.PATTERN_SHARE, ThinkingPattern.MIND_READING)
    assert_reads(number, 0.5, 0.21565, 0.78435)


def test_ada_spread() -> None:
    """From the centre 0.30: squares 0.01, 0.01, 0.04, 0.04, 0.01, 0.01, mean 0.12 / 6 = 0.02, root 0.1414.

    Without each day in turn, from the centre of the days left (0.30, 0.35, 0.25, 0.325, 0.275), the mean squares are
    0.025, 0.0145, 0.0145, 0.021625, 0.021625. Half their logarithms: -1.84444, -2.11680 twice, -1.91695 twice; of all,
    half of ln 0.02 is -1.95601. Each day's own part 5 x -1.95601 - 4 x that: -2.40230, -1.31284 twice, -2.11225 twice.
    Their mean is -1.85050, variance 0.25491, standard error sqrt(0.25491 / 5) = 0.22579, reach 2.1318 x it = 0.48136.
    So exp(-2.33185) = 0.0971 to exp(-1.36914) = 0.2543.
    """
    assert_reads(fold(ada(), (), MARCH).measure(Metric.SPREAD), 0.1414, 0.0971, 0.2543)


# Ben: valence on 8 days in a row, and every fourth day before them, 20 in all.
BEN_NOW = [0.50, 0.30] * 4
BEN_USUAL = [0.20, 0.00] * 10


def ben(now_by_day: list[float]) -> Comparison:
    """Pleasantness of his 8 days against 20 days, every fourth, before them."""
    first = MONDAY + timedelta(weeks=2)
    now = [session(n, first + timedelta(days=n), valence=round(v * UNIT)) for n, v in enumerate(now_by_day)]
    usual = [
        session(100 + n, first - timedelta(days=4 * n + 4), valence=round(v * UNIT)) for n, v in enumerate(BEN_USUAL)
    ]
    period = Period(first, first + timedelta(days=7))
    found = landscape([*now, *usual], (), period, granularity=Granularity.DAY).valence_vs_baseline
    assert found is not None
    return found


def test_ben_difference_of_means() -> None:
    """Now mean 0.40, variance 8 x 0.01 / 7 = 0.011429; usual mean 0.10, variance 20 x 0.01 / 19 = 0.010526.

    Difference 0.30. Squared errors 0.011429 / 8 = 0.0014286 and 0.010526 / 20 = 0.0005263, together 0.0019549: error
    0.044214. Welch's degrees of freedom 0.0019549^2 / (0.0014286^2 / 7 + 0.0005263^2 / 19) = 12.48. At 90 % t lies
    between 1.782 (12) and 1.771 (13): 1.7766, reach 0.0785. So 0.2215 to 0.3785.
    A claim about these 8 days is one of two (pleasantness, energy): 95 %, t = 2.169, 0.30 - 0.0959 = 0.2041: HIGHER.
    """
    found = ben(BEN_NOW)
    assert (found.current.value, found.baseline.value) == pytest.approx((0.40, 0.10))
    assert_reads(found.difference, 0.30, 0.2215, 0.3785)
    assert found.direction is Direction.HIGHER


def test_ben_with_less_of_a_difference() -> None:
    """The same 8 days lower by 0.21: difference 0.09, the same error. Shown 0.09 - 0.0785 = 0.0115 to 0.1685.

    Of a claim about two measures, 0.09 - 0.0959 = -0.0059: nothing is settled, though the interval shown excludes 0.
    """
    found = ben([day - 0.21 for day in BEN_NOW])
    assert_reads(found.difference, 0.09, 0.0115, 0.1685)
    assert found.direction is Direction.UNCLEAR


def cleo() -> tuple[list[SessionNumbers], Period]:
    """12 days in a row, a session each, 9 of them in Mirror with labelling; before, 8 of 24, every third day."""
    first = MONDAY
    mirror = {"source": Source.MIRROR, "patterns_present": frozenset({ThinkingPattern.LABELING})}
    turn = {"source": Source.TURN, "patterns_present": frozenset[ThinkingPattern]()}
    now = [session(n, first + timedelta(days=n), **(mirror if n < 9 else turn)) for n in range(12)]
    usual = [session(100 + n, first - timedelta(days=3 * n + 3), **(mirror if n < 8 else turn)) for n in range(24)]
    return [*now, *usual], Period(first, first + timedelta(days=11))


@pytest.mark.parametrize(
    ("by", "key", "direction"),
    [
        (DistributionDimension.SOURCE, "MIRROR", Direction.HIGHER),
        (DistributionDimension.PATTERN, "LABELING", Direction.UNCLEAR),
    ],
)
def test_cleo_difference_of_shares(by: DistributionDimension, key: str, direction: Direction) -> None:
    """9 of 12 = 0.7500 against 8 of 24 = 0.3333, each session on a day of its own.

    Wilson at 90 %: now 0.5127 to 0.8953, usual 0.1992 to 0.5012. Newcombe: 0.4167 - sqrt(0.2373^2 + 0.1679^2) = 0.1260
    and 0.4167 + sqrt(0.1453^2 + 0.1341^2) = 0.6144.
    A claim among three sources takes 96.67 %, z = 2.128: Wilson 0.4447 and 0.5495, so from
    0.4167 - sqrt(0.3053^2 + 0.2161^2) = 0.0426 on: HIGHER. Among twelve patterns it takes 99.17 %, z = 2.638: Wilson
    0.3803 and 0.5974, so from 0.4167 - sqrt(0.3697^2 + 0.2641^2) = -0.0377 on: UNCLEAR.
    """
    sessions, period = cleo()
    part = next(part for part in distribution(sessions, (), period, by=by).slices if part.key == key)
    assert part.vs_baseline is not None
    assert_reads(part.vs_baseline.current, 0.75, 0.5127, 0.8953)
    assert_reads(part.vs_baseline.baseline, 0.3333, 0.1992, 0.5012)
    assert_reads(part.vs_baseline.difference, 0.4167, 0.1260, 0.6144)
    assert part.vs_baseline.direction is direction


def dan() -> list[SessionNumbers]:
    """Seven days: own turns, own rating, use. Turns go through the middle, which counts for turns alone."""
    return [
        session(0, date(2026, 3, 2), turns=turns(-2000, -3000, 1000)),  # moved 0.30
        session(1, date(2026, 3, 3), turns=turns(-1000, 1000), self_shift=4000),  # rated 0.40, which wins over 0.20
        session(2, date(2026, 3, 4), turns=turns(5000)),  # one turn, no rating: no movement, not one of 0
        session(3, date(2026, 3, 5), use=Use.AFFECT_ONLY, self_shift=5000),  # does not count for movement
        session(4, date(2026, 3, 6), turns=turns(-3000, -1000)),  # moved 0.20
        session(5, date(2026, 3, 7), turns=turns(0, 1000)),  # moved 0.10
        session(6, date(2026, 3, 8), turns=turns(1000, 1000)),  # moved 0.00
    ]


def test_dan_movement() -> None:
    """Movements 0.30, 0.40, 0.20, 0.10, 0.00: mean 0.20, variance (0.01 + 0.04 + 0 + 0.01 + 0.04) / 4 = 0.025.

    As Ada's, the error is 0.07071 and the reach 0.1507: 0.0493 to 0.3507. Turns moved -0.10 and 0.40 on the 2nd, then
    0.20, 0.20, 0.10, 0.00, whatever was rated: day means 0.15, 0.20, 0.20, 0.10, 0.00, mean 0.13; squares 0.0004 +
    0.0049 + 0.0049 + 0.0009 + 0.0169 = 0.0280, variance 0.0070, error 0.03742, reach 0.0798: 0.0502 to 0.2098.
    """
    whole = fold(dan(), (), MARCH)
    assert whole.session_count == 7
    moved = whole.measure(Metric.SESSION_SHIFT_VALENCE)
    assert (moved.sample_count, moved.day_count) == (5, 5)
    assert_reads(moved, 0.20, 0.0493, 0.3507)
    assert_reads(whole.measure(Metric.TURN_SHIFT_VALENCE, TurnKind.EXPLORING), 0.13, 0.0502, 0.2098)


def test_dan_leaves_a_session_out() -> None:
    """Without the 2nd, 4 movements are left, one short of 5; taking that back brings every number back."""
    before = fold(dan(), (), MARCH)
    without = fold(dan(), (ExclusionTarget(first=MONDAY, last=MONDAY),), MARCH)
    assert (without.session_count, without.excluded_count) == (6, 1)
    moved = without.measure(Metric.SESSION_SHIFT_VALENCE)
    assert (moved.suppressed, moved.sessions_needed) == (SuppressionReason.TOO_FEW_SESSIONS, 1)
    assert (moved.sample_count, moved.day_count) == (4, 4)
    assert fold(dan(), (), MARCH) == before


# Eli: strength of hope on five days, and of fear on six.
ELI_HOPE = [0.60, 0.40, 0.50, 0.30, 0.20]
ELI_FEAR = [0.10, 0.20, 0.10, 0.40, 0.30, 0.10]


def eli(emotion: Emotion, strengths: list[float]) -> Estimate:
    """The strength of one feeling on days in a row."""
    place = EMOTIONS.index(emotion)
    sessions = [
        session(n, MONDAY + timedelta(days=n), emotions=tuple(round(v * UNIT * (e == place)) for e in range(9)))
        for n, v in enumerate(strengths)
    ]
    return fold(sessions, (), MARCH).measure(Metric.EMOTION_INTENSITY, emotion)


def test_eli_strength_of_hope() -> None:
    """Mean 2.00 / 5 = 0.40; squares 0.04 + 0 + 0.01 + 0.01 + 0.04 = 0.10, variance 0.025: 0.2493 to 0.5507 as Ada's.

    The days lie evenly around the mean: cubes 0.008 + 0 + 0.001 - 0.001 - 0.008 = 0, so nothing is askew.
    """
    assert_reads(eli(Emotion.HOPE, ELI_HOPE), 0.40, 0.2493, 0.5507)


def test_eli_strength_of_fear() -> None:
    """Mean 1.20 / 6 = 0.20; squares 4 x 0.01 + 0.04 = 0.08, variance 0.016, error sqrt(0.016 / 6) = 0.05164.

    Cubes -3 x 0.001 + 0.008 + 0.001 = 0.006; times 6 / (5 x 4) is 0.0018; over 0.016^1.5 = 0.0020239 skewness 0.8894.
    Hall's bend 0.8894 / sqrt(6) = 0.36309. With t(5) = 2.0150, down: 1 + 0.36309 x (2.0150 - 0.0605) = 1.70966, cube
    root 1.19572, 3 x 0.19572 / 0.36309 = 1.6171 errors; up: 1 + 0.36309 x (-2.0150 - 0.0605) = 0.24640, cube root
    0.62692, 3 x 0.37308 / 0.36309 = 3.0825 errors. So 0.20 - 0.0835 = 0.1165 to 0.20 + 0.1592 = 0.3592.
    """
    assert_reads(eli(Emotion.FEAR, ELI_FEAR), 0.20, 0.1165, 0.3592)


@pytest.mark.parametrize(
    ("days", "valences", "reason", "needed"),
    [
        ((0, 1, 2), (0.1, 0.1, 0.1), SuppressionReason.TOO_FEW_SESSIONS, 2),
        ((0, 0, 0, 1), (0.1, 0.1, 0.1, 0.1), SuppressionReason.TOO_FEW_SESSIONS, 2),
        ((0, 0, 0, 1, 1), (0.1, 0.1, 0.1, 0.1, 0.1), SuppressionReason.TOO_FEW_DAYS, 2),
        ((0, 1, 2, 3, 4), (-0.8, 0.8, -0.8, 0.8, 0.0), SuppressionReason.TOO_UNCERTAIN, 17),
    ],
)
def test_eli_silence(
    days: tuple[int, ...], valences: tuple[float, ...], reason: SuppressionReason, needed: int
) -> None:
    """A mean takes 5 sessions on 4 days: of 3 on 3 days 2 are missing; of 4 on 2 days 1, but 2 days; of 5 on 2, 2 days.

    The last has variance 4 x 0.64 / 4 = 0.64, reach 2.1318 x sqrt(0.64 / 5) = 0.763, width 1.53: wider than 0.6.
    Were days to go on like that, n of them reach t(n - 1) x 0.8 / sqrt(n), which must come down to 0.3: with 21 it is
    1.7247 x 0.17457 = 0.3011, with 22 1.7207 x 0.17056 = 0.2935. So 22 - 5 = 17 more.
    """
    sessions = [
        session(n, MONDAY + timedelta(days=day), valence=round(valence * UNIT))
        for n, (day, valence) in enumerate(zip(days, valences, strict=True))
    ]
    number = fold(sessions, (), MARCH).measure(Metric.VALENCE)
    assert (number.suppressed, number.sessions_needed) == (reason, needed)
    assert (number.value, number.low, number.high) == (None, None, None)


# Fay: the instant a session began, the zone her phone was in, its valence. Clocks went forward on 29 March 2026.
FAY = [
    ("2026-03-27T22:59:00Z", "Europe/Berlin", 0.10),  # 23:59 in winter time: still the 27th
    ("2026-03-28T23:30:00Z", "Europe/Berlin", 0.20),  # 00:30 in winter time: the 29th already
    ("2026-03-29T21:59:00Z", "Europe/Berlin", 0.40),  # 23:59 in summer time: still the 29th, a day of 23 hours
    ("2026-03-29T22:00:00Z", "Europe/Berlin", 0.50),  # 00:00 in summer time: the 30th
    ("2026-04-01T03:59:00Z", "America/New_York", 0.20),  # 23:59 on the 31st, where she was when it began
    ("2026-04-01T03:59:00Z", "Europe/Berlin", 0.90),  # the same instant at home is 1 April, no longer March
]


def test_fay_days_are_those_of_the_local_start() -> None:
    """27th 0.10; 29th (0.20 + 0.40) / 2 = 0.30; 30th 0.50; 31st 0.20. Four days, five sessions, mean 1.10 / 4 = 0.275.

    Squares 0.030625 + 0.000625 + 0.050625 + 0.005625 = 0.0875, variance 0.029167, error 0.085391, t(3) = 2.3534,
    reach 0.2010: 0.0740 to 0.4760. Were days those of UTC, the first session of the 29th would lie on the 28th.
    """
    started = [local_start(datetime.fromisoformat(instant), zone) for instant, zone, _ in FAY]
    sessions = [
        session(n, day, local_minute=minute, valence=round(valence * UNIT))
        for n, ((day, minute), (_, _, valence)) in enumerate(zip(started, FAY, strict=True))
    ]
    whole = fold(sessions, (), MARCH)
    assert [(day[0].local_date.day, len(day)) for day in whole.days] == [(27, 1), (29, 2), (30, 1), (31, 1)]
    assert_reads(whole.measure(Metric.VALENCE), 0.275, 0.0740, 0.4760)
