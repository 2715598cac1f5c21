"""The example is nobody's, is drawn as everybody's own is, and promises nothing."""

from app.domain.pictures.example import EXAMPLE_PERIOD, example_landscape
from app.domain.pictures.landscape import Granularity
from tests.domain.test_estimates import assert_coherent


def test_it_is_drawn_like_a_real_one() -> None:
    """Every number is shown and coherent, so that the picture is whole; it is made once and never changes."""
    picture = example_landscape()
    assert picture is example_landscape()
    assert (picture.period, picture.granularity) == (EXAMPLE_PERIOD, Granularity.DAY)
    assert len(picture.points) == picture.session_count > 10
    for number in (picture.centre.valence, picture.centre.arousal, picture.spread):
        assert_coherent(number)
        assert number.suppressed is None
    assert all(point.affect.valence.value is not None for point in picture.points)
    assert all(point.top_emotions for point in picture.points)


def test_it_tells_no_story_of_getting_better() -> None:
    """Hard and light days take turns to the end, and nothing is compared with an earlier time."""
    picture = example_landscape()
    assert picture.valence_vs_baseline is None
    assert picture.arousal_vs_baseline is None
    values = [value for value in picture.series.valence if value is not None]
    half = len(values) // 2
    assert abs(sum(values[:half]) / half - sum(values[half:]) / (len(values) - half)) < 0.1
    assert any(value < 0 for value in values[-3:])
    assert any(value > 0 for value in values[:3])
