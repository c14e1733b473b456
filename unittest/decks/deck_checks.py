"""Checks of the deck tests: each prints a line, and the test goes on; sys.exit(failed()) at its
end."""

_failures = []


def holds(what, good, detail=""):
    if not good:
        _failures.append(what)
    print("ok    " if good else "FAILED", what, detail)


def expect(what, value, low, high):
    """low <= value <= high; NaN fails"""
    holds(f"{what}: {value:g}, expected {low:g} .. {high:g}", bool(low <= value <= high))


def failed():
    return len(_failures) > 0
