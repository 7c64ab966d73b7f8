"""What the checks of this folder are made of, and how their results are told: one line of TAP for each."""

import logging
import time
import traceback

WITHIN_SECONDS = 20
LOOK_EVERY_SECONDS = 0.02

# The client logs every refusal as an error, and checks provoke some.
logging.getLogger("marathon").setLevel(logging.CRITICAL)


def report(checks):
    """Runs (name, function) pairs in order; the function of a check that does not hold raises."""
    print("TAP version 13")
    for name, check in checks:
        try:
            check()
            print(f"ok {name}", flush=True)
        except Exception as error:
            traceback.print_exc()
            print(f"not ok {name} # {type(error).__name__}: {error}".replace("\n", " "), flush=True)
    print(f"1..{len(checks)}")


def until(what, look):
    deadline = time.monotonic() + WITHIN_SECONDS
    while True:
        value = look()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain: {what}")
        time.sleep(LOOK_EVERY_SECONDS)


def refused(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


def same(found, expected):
    assert found == expected, f"{found!r} is not {expected!r}"


def in_order(found, expected):
    rest = iter(found)
    assert all(item in rest for item in expected), f"not {expected} in this order: {found}"
