"""Token budgets hold for a day, a server and a user, whoever asks at once, and whatever happens to the journal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from index.domain.generation import GenerationError, GenerationFault, GenerationStatus, TokenBudget
from index.generation.budgets import GenerationMonitor, TokenBudgets, TokenLimits
from index.journal._database import JournalDatabase
from index.journal.journal import Journal
from tests.support.journals import ANN, BEN, GUILD, kept_bytes

LIMITS = TokenLimits(day=1_000, server=500, user=300)


@pytest.fixture
def budgets(journal, clock):
    return TokenBudgets(stored=journal.tokens, limits=LIMITS, clock=clock)


@pytest.fixture
def unusable(tmp_path, clock):
    """Budgets over a journal file that is no database."""
    path = tmp_path / "broken.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    return TokenBudgets(stored=Journal(path).tokens, limits=LIMITS, clock=clock)


def status(budgets, user=None, guild=None) -> GenerationStatus:
    return GenerationMonitor(model=lambda: "a-model", budgets=budgets).status(user=user, guild=guild)


def left(budgets, user=ANN, guild=GUILD) -> tuple[int | None, ...]:
    told = status(budgets, user, guild)
    return tuple(budget.left if budget else None for budget in (told.day, told.server, told.user))


def test_a_request_counts_by_its_estimate_then_by_what_it_took(budgets):
    reservation = budgets.reserve(200, user=ANN, guild=GUILD)
    assert left(budgets) == (800, 300, 100)
    reservation.settle(120)
    reservation.settle(0)
    assert left(budgets) == (880, 380, 180)


@pytest.mark.parametrize(("used", "remaining"), [(None, 800), (0, 1_000), (250, 750)])
def test_an_unknown_usage_leaves_the_estimate_and_an_unsent_request_nothing(budgets, used, remaining):
    budgets.reserve(200).settle(used)
    assert left(budgets)[0] == remaining


@pytest.mark.parametrize(
    ("spent", "user", "guild"), [(300, ANN, None), (500, BEN, GUILD), (1_000, BEN, None)], ids=["user", "server", "day"]
)
def test_a_budget_that_lacks_the_tokens_refuses_and_counts_nothing(journal, clock, budgets, spent, user, guild):
    generous = TokenBudgets(stored=journal.tokens, limits=TokenLimits(9_999, 9_999, 9_999), clock=clock)
    generous.reserve(spent, user=user, guild=guild)
    before = left(budgets)
    with pytest.raises(GenerationError) as refused:
        budgets.reserve(1, user=ANN, guild=GUILD)
    assert refused.value.fault is GenerationFault.BUDGET
    assert left(budgets) == before


def test_fifty_at_once_do_not_overspend(budgets):
    def attempt(number: int) -> bool:
        try:
            budgets.reserve(90, user=number, guild=number)
        except GenerationError:
            return False
        return True

    with ThreadPoolExecutor(50) as pool:
        admitted = sum(pool.map(attempt, range(50)))
    assert (admitted, left(budgets)[0]) == (11, 10)


def test_two_processes_share_one_count(tmp_path, clock):
    both = [Journal(tmp_path / "journal.sqlite3", clock=clock) for _ in range(2)]
    budgets = [TokenBudgets(stored=each.tokens, limits=TokenLimits(day=1_000), clock=clock) for each in both]
    with ThreadPoolExecutor(20) as pool:
        reservations = list(pool.map(lambda number: budgets[number % 2].reserve(50), range(20)))
    with pytest.raises(GenerationError):
        budgets[0].reserve(1)
    for reservation in reservations:
        reservation.settle(10)
    assert left(budgets[1])[0] == 800
    for each in both:
        each.close()


def test_counts_outlive_the_process(tmp_path, clock):
    for remaining in (900, 800):
        journal = Journal(tmp_path / "journal.sqlite3", clock=clock)
        budgets = TokenBudgets(stored=journal.tokens, limits=LIMITS, clock=clock)
        budgets.reserve(100).settle(None)
        assert left(budgets)[0] == remaining
        journal.close()


def test_a_day_ends_at_midnight_in_utc(budgets, clock):
    clock.now = datetime(2026, 4, 10, 23, 59, tzinfo=UTC).astimezone()
    late = budgets.reserve(300, user=ANN)
    clock.pass_by(minutes=2)
    assert left(budgets) == (1_000, 500, 300)
    late.settle(100)
    assert left(budgets) == (1_000, 500, 300)
    clock.pass_by(minutes=-2)
    assert left(budgets)[0] == 900


def test_without_limits_nothing_is_refused_and_nobody_is_counted(journal, clock, tmp_path):
    budgets = TokenBudgets(stored=journal.tokens, limits=TokenLimits(), clock=clock)
    budgets.reserve(10**9, user=ANN, guild=GUILD).settle(7)
    assert status(budgets, ANN, GUILD) == GenerationStatus("a-model", TokenBudget(0, 7))
    assert left(budgets) == (None, None, None)
    assert str(GUILD).encode() not in kept_bytes(tmp_path)


def test_without_the_journal_budgets_are_kept_in_memory(unusable, clock):
    unusable.reserve(300, user=ANN, guild=GUILD).settle(250)
    assert left(unusable) == (750, 250, 50)
    with pytest.raises(GenerationError):
        unusable.reserve(51, user=ANN, guild=GUILD)
    clock.pass_by(days=1)
    assert unusable.reserve(51, user=ANN, guild=GUILD)
    assert left(unusable) == (949, 449, 249)


def test_in_memory_fifty_at_once_do_not_overspend(unusable):
    def attempt(number: int) -> bool:
        try:
            unusable.reserve(90, user=number)
        except GenerationError:
            return False
        return True

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(attempt, range(50))) == 11


def test_what_was_spent_without_the_journal_counts_when_it_is_back(tmp_path, clock):
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    journal = Journal(path, clock=clock)
    budgets = TokenBudgets(stored=journal.tokens, limits=LIMITS, clock=clock)
    budgets.reserve(600)
    path.unlink()
    budgets.reserve(300)
    assert left(budgets)[0] == 100
    with pytest.raises(GenerationError):
        budgets.reserve(101)
    journal.close()


def test_users_are_counted_as_hashes_alone(budgets, tmp_path):
    budgets.reserve(10, user=ANN, guild=GUILD)
    assert str(ANN).encode() not in kept_bytes(tmp_path)


def test_forgetting_a_user_deletes_the_count_and_not_those_of_all(journal, budgets, tmp_path):
    running = budgets.reserve(100, user=ANN, guild=GUILD)
    budgets.reserve(100, user=BEN, guild=GUILD)
    journal.forget(ANN)
    running.settle(200)
    assert (left(budgets, ANN), left(budgets, BEN)) == ((700, 200, 300), (700, 200, 200))
    hashed = JournalDatabase(tmp_path / "journal.sqlite3").hash_id("user", ANN).encode()
    assert hashed not in kept_bytes(tmp_path)


def test_the_clean_up_deletes_the_counts_of_days_that_are_over(journal, budgets, clock):
    yesterday = clock.now.date()
    budgets.reserve(100, user=ANN)
    clock.pass_by(days=1)
    budgets.reserve(50, user=ANN)
    journal.purge()
    assert left(budgets) == (950, 500, 250)
    clock.now -= timedelta(days=1)
    assert clock.now.date() == yesterday
    assert left(budgets) == (1_000, 500, 300)


def test_the_status_names_the_model_and_when_it_is_asked_again(budgets, clock):
    monitor = GenerationMonitor(model=lambda: "llama", budgets=budgets, paused_until=lambda: clock.now)
    assert monitor.status(guild=GUILD) == GenerationStatus(
        "llama", TokenBudget(1_000, 0), TokenBudget(500, 0), None, paused_until=clock.now
    )
