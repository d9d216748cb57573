"""What is loaded for good is not searched for garbage."""

import subprocess
import sys

STORY = """
import gc
from infra24.core.memory import keep_what_is_loaded

kept, many = [[] for _ in range(1000)], list(range(500_000))
keep_what_is_loaded()
assert gc.get_freeze_count() > 1000
assert gc.get_threshold()[0] > 700
ring = []
ring.append(ring)
del ring
assert gc.collect() == 1, "what is made later is still found"
assert kept == [[]] * 1000 and many == list(range(500_000)), "nothing is lost where pages are put together"
"""


def test_what_was_loaded_is_set_aside_and_later_garbage_is_found() -> None:
    done = subprocess.run([sys.executable, "-c", STORY], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
