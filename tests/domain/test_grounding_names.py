"""The quick look for a name finds whatever the name's own pattern finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.narrative.check_grounding import _SUBJECTS, subjects_in


@pytest.mark.parametrize("subject", _SUBJECTS)
@given(data=st.data())
def test_no_name_is_overlooked(subject: str, data: st.DataObject) -> None:
    """Whatever a subject may be called, in whatever letters and words around it, it is found."""
    name = _SUBJECTS[subject]
    text = data.draw(st.text("ab \u017f\u212a.", max_size=6)) + data.draw(st.from_regex(name.pattern))
    assert name.pattern.search(text) is None or subject in subjects_in(text)
