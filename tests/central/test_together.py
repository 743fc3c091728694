"""Who waits together is served together, each with his own answer, and nobody twice."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from central.together import AT_ONCE, Together


def crowd(counter, do, asked):
    """All of these ask while the counter is taken by one who leaves when all stand in line."""
    waiting, taken = threading.Event(), threading.Event()

    def hold(one):
        taken.set()
        waiting.wait()
        return list(one)

    with ThreadPoolExecutor(len(asked) + 1) as hall:
        hall.submit(counter.ask, "first", of="first", do=hold)
        taken.wait()
        answers = [hall.submit(counter.ask, what, of=who, do=do) for who, what in asked]
        while counter.waiting < len(asked):
            threading.Event().wait(0.001)
        waiting.set()
        return answers


def test_who_waits_together_is_served_together_and_gets_his_own_answer():
    groups = []

    def do(group):
        groups.append(list(group))
        return [2 * one for one in group]

    answers = crowd(Together(), do, [(str(n), n) for n in range(10)])

    assert [2 * n for n in range(10)] == [one.result() for one in answers]
    assert [sorted(range(10))] == [sorted(group) for group in groups]


def test_of_one_who_asks_twice_each_is_served_by_itself_in_order():
    groups = []

    def do(group):
        groups.append(list(group))
        return list(group)

    crowd(Together(), do, [("a", 1), ("b", 2), ("a", 3), ("a", 4), ("b", 5)])

    assert [[1, 2], [3, 5], [4]] == [sorted(group) for group in groups]


def test_no_more_are_served_together_than_the_counter_takes():
    groups = []

    def do(group):
        groups.append(list(group))
        return list(group)

    crowd(Together(), do, [(str(n), n) for n in range(2 * AT_ONCE + 1)])

    assert [AT_ONCE, AT_ONCE, 1] == [len(group) for group in groups]


def test_who_has_his_answer_leaves_while_the_next_are_served():
    counter, gone, seen = Together(), threading.Semaphore(0), []
    finished = threading.Event()

    def ask(who, do):
        counter.ask(who, of=who, do=do)
        gone.release()

    def first(group):
        """Five come while one is served, and nobody has gone by then."""
        for n in range(5):
            hall.submit(ask, str(n), together)
        in_line(5)
        return list(group)

    def together(group):
        hall.submit(ask, "late", late)
        in_line(1)
        return list(group)

    def late(group):
        seen.append([gone.acquire(timeout=10) for _ in range(6)])
        finished.set()
        return list(group)

    def in_line(count):
        while counter.waiting < count:
            threading.Event().wait(0.001)

    with ThreadPoolExecutor(7) as hall:
        hall.submit(ask, "first", first)
        finished.wait()

    assert [[True] * 6] == seen


def test_what_is_wrong_with_one_is_told_to_him_alone():
    def do(group):
        return [ValueError(f"no {one}") if one == 3 else one for one in group]

    answers = crowd(Together(), do, [(str(n), n) for n in range(5)])

    assert [0, 1, 2, 4] == [one.result() for n, one in enumerate(answers) if n != 3]
    with pytest.raises(ValueError, match="no 3"):
        answers[3].result()


def test_where_one_spoils_it_for_all_each_is_served_by_himself():
    tries = Counter()

    def do(group):
        tries.update(group)
        if 3 in group:
            raise ValueError("no 3")
        return list(group)

    answers = crowd(Together(), do, [(str(n), n) for n in range(5)])

    assert [0, 1, 2, 4] == [one.result() for n, one in enumerate(answers) if n != 3]
    with pytest.raises(ValueError, match="no 3"):
        answers[3].result()
    assert {n: 2 for n in range(5)} == tries


def test_who_is_stopped_at_the_counter_stops_nobody_else():
    stopped = []

    def do(group):
        if not stopped:
            stopped.append(group)
            raise KeyboardInterrupt
        return list(group)

    answers = crowd(Together(), do, [(str(n), n) for n in range(5)])
    outcomes = [one.exception() for one in answers]

    assert 1 == sum(isinstance(one, KeyboardInterrupt) for one in outcomes)
    assert 4 == sum(one is None for one in outcomes)
