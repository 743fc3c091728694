import pytest
from hypothesis import settings
from structlog.testing import capture_logs

from edge.config import BoxPaths

# A law holds however busy the machine is: no example is judged by the clock.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture
def paths(tmp_path):
    return BoxPaths(tmp_path / "box")


@pytest.fixture
def journal():
    """What the box says in its journal."""
    with capture_logs() as events:
        yield events
