import pytest
from structlog.testing import capture_logs


@pytest.fixture(autouse=True)
def journal():
    """The events the rooms told, instead of lines on the terminal."""
    with capture_logs() as events:
        yield events
