"""The judge of `make chaos`: what it must never let pass."""

from dataclasses import replace

import pytest

from chaos.judging import EXPIRED, Arrived, Recorded, Sent, Verdict, judge

DELIVERED = Sent("webhook", "delivered", "delivered", "Sent.")


def fact(number: int, *sent: Sent, subject: str = "kiln", wanted: str = "webhook", type_: str = "a.b") -> Recorded:
    return Recorded(
        id=f"{subject}-{number}",
        type=type_,
        organisation="oolite",
        subject=subject,
        number=number,
        wanted=frozenset({wanted} - {""}),
        sent=sent or (DELIVERED,),
    )


def effect(number: int, *, subject: str = "kiln") -> Arrived:
    return Arrived(f"{subject}-{number}", "oolite", subject, number)


ONE, TWO, THREE = fact(1), fact(2), fact(3)
ALL = [ONE, TWO, THREE]
ARRIVED = [effect(1), effect(2), effect(3)]


def judged(
    facts: list[Recorded],
    arrived: list[Arrived],
    *,
    promised: tuple[str, ...] = (),
    activities: dict[str, int] | None = None,
    holds: tuple[str, ...] = (),
) -> Verdict:
    return judge(facts, promised=promised, arrived=arrived, activities=activities or {}, holds=holds)


def test_what_arrived_once_and_in_order_is_clean() -> None:
    verdict = judged(ALL, ARRIVED, promised=("kiln-1", "kiln-2", "kiln-3"))

    assert (verdict.line, verdict.is_clean) == ("facts=3 lost=0 doubled=0 inverted=0", True)
    assert verdict.ends == {"webhook delivered": 3}


def test_nothing_to_look_at_is_not_clean() -> None:
    assert (judged([], []).line, judged([], []).is_clean) == ("facts=0 lost=0 doubled=0 inverted=0", False)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ([fact(1, replace(DELIVERED, status="pending", outcome="transient"))], "is still pending for webhook"),
        ([fact(1, replace(DELIVERED, status="cancelled"))], "is still cancelled for webhook"),
        ([fact(1, replace(DELIVERED, status="discarded"))], "is still discarded for webhook"),
        ([fact(1, replace(DELIVERED, status="dead", outcome=""))], "failed at webhook without a class or a sentence"),
        (
            [fact(1, replace(DELIVERED, status="dead", outcome="gone", note=""))],
            "failed at webhook without a class or a sentence",
        ),
        ([fact(1, replace(DELIVERED, kind="mail"))], "was never handed out to webhook"),
    ],
)
def test_a_fact_that_is_not_accounted_for_is_lost(facts: list[Recorded], sentence: str) -> None:
    verdict = judged(facts, [effect(1)])

    assert [one.partition(": ")[2] for one in verdict.lost] == [sentence]
    assert verdict.line == "facts=1 lost=1 doubled=0 inverted=0"


def test_delivered_by_the_outbox_and_unknown_to_the_sink_is_lost() -> None:
    verdict = judged(ALL, [effect(1), effect(3)])

    assert verdict.lost == ["fact kiln-2 (a.b 2 of kiln): is called delivered, and the sink knows nothing of it"]
    assert not verdict.is_clean


def test_a_commit_that_was_acknowledged_and_is_gone_is_lost() -> None:
    verdict = judged(ALL, ARRIVED, promised=("kiln-1", "kiln-9"))

    assert verdict.lost == ["fact kiln-9: its commit was acknowledged, and it is gone"]


def test_overtaken_and_dead_for_a_reason_are_accounted_for() -> None:
    overtaken = Sent("crm", "superseded", "", "")
    dead = Sent("crm", "dead", "rejected", "The CRM refused it.")

    verdict = judged([fact(1, overtaken, wanted="crm"), fact(2, dead, wanted="crm")], [])

    assert (verdict.is_clean, verdict.ends) == (True, {"crm superseded": 1, "crm dead (rejected)": 1})


def test_an_effect_noted_twice_is_a_double() -> None:
    verdict = judged(ALL, [*ARRIVED, effect(2)])

    assert verdict.doubled == ["fact kiln-2: had 2 effects"]
    assert verdict.line == "facts=3 lost=0 doubled=1 inverted=0"


def test_the_same_place_under_another_key_is_a_double() -> None:
    verdict = judged(ALL, [*ARRIVED, Arrived("other", "oolite", "kiln", 2)])

    assert verdict.doubled == ["fact other: had the effect of kiln-2 again"]


def test_an_effect_of_nothing_that_happened_is_a_double() -> None:
    verdict = judged(ALL, [*ARRIVED, effect(4)])

    assert verdict.doubled == ["effect kiln-4: of a fact that was never recorded"]


def test_a_lower_number_after_a_higher_is_an_inversion_of_that_subject_alone() -> None:
    verdict = judged([*ALL, fact(1, subject="loom")], [effect(1), effect(3), effect(1, subject="loom"), effect(2)])

    assert verdict.inverted == ["fact kiln-2: 2 of kiln came after 3"]
    assert verdict.line == "facts=4 lost=0 doubled=0 inverted=1"


def test_a_gap_that_a_dead_letter_leaves_is_no_inversion() -> None:
    dead = Sent("webhook", "dead", "transient", "Nobody answered.")

    verdict = judged([ONE, fact(2, dead), THREE], [effect(1), effect(3)])

    assert verdict.is_clean


@pytest.mark.parametrize(
    ("records", "line"),
    [
        (0, "facts=1 lost=1 doubled=0 inverted=0"),
        (1, "facts=1 lost=0 doubled=0 inverted=0"),
        (2, "facts=1 lost=0 doubled=1 inverted=0"),
    ],
)
def test_the_crm_holds_each_booking_once(records: int, line: str) -> None:
    told = fact(1, Sent("crm", "delivered", "delivered", "Logged."), wanted="crm")

    assert judged([told], [], activities={"kiln": records} if records else {}).line == line


@pytest.mark.parametrize(
    ("times", "line"),
    [
        (0, "facts=1 lost=1 doubled=0 inverted=0"),
        (1, "facts=2 lost=0 doubled=0 inverted=0"),
        (2, "facts=3 lost=0 doubled=1 inverted=0"),
    ],
)
def test_each_hold_expires_once(times: int, line: str) -> None:
    held = fact(1, wanted="")
    expired = [fact(2 + time, wanted="", type_=EXPIRED) for time in range(times)]

    assert judged([held, *expired], [], holds=("kiln",)).line == line
