"""For all tests: in which order they are begun."""


def pytest_collection_modifyitems(items):
    """What takes long is begun first, so that workers end together."""
    items.sort(key=_turn)


def _turn(item):
    if "audio" in item.keywords:
        return 1  # by then what streams have to keep up with is compiled
    return 0 if "slow" in item.keywords else 2
