from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture(scope="session")
def real_screens() -> list[Path]:
    """The embedded screenshots of the native form."""
    found = sorted((FIXTURES / "screens").glob("*.png"))
    assert len(found) >= 6
    return found
