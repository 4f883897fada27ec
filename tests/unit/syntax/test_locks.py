import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from nerion_gym.syntax.parsing import quietly, statements_in

pytestmark = pytest.mark.sandbox


@pytest.mark.filterwarnings("ignore:.*fork")
def test_a_child_forked_while_a_thread_parses_can_parse():
    def hold():
        with quietly():
            time.sleep(0.2)

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        time.sleep(0.05)
        child = os.fork()
        if not child:
            statements_in(b"x = 1")
            os._exit(0)
        holding.result()
    deadline = time.monotonic() + 20
    status = None
    while status is None and time.monotonic() < deadline:
        done, code = os.waitpid(child, os.WNOHANG)
        status = code if done else time.sleep(0.01)
    if status is None:
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert status == 0
