"""`python -m webapp.embedded.probe NAME...`: do the engines that these settings name answer?

A program of its own, so that the drivers do not stay in the memory of the supervisor.
"""

from __future__ import annotations

import os
import sys

import psycopg
import redis


def postgres_problem(url: str) -> str | None:
    """One sentence about why the database does not answer, or None."""
    try:
        with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1), connect_timeout=5) as link:
            link.execute("SELECT 1")
    except psycopg.Error as error:
        return f"The database that DATABASE_URL names does not answer: {_one_line(error)}."
    return None


def redis_problem(url: str) -> str | None:
    """One sentence about why the queue does not answer, or None."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as link:
            link.ping()
    except (redis.RedisError, ValueError) as error:
        return f"The Redis that REDIS_URL names does not answer: {_one_line(error)}."
    return None


def _one_line(error: Exception) -> str:
    """The last line of the driver's message: the addresses tried before it say nothing more."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else type(error).__name__


def main(names: list[str]) -> int:
    """Print a sentence for each engine that does not answer; exit code 1 if there is one."""
    tried = {"DATABASE_URL": postgres_problem, "REDIS_URL": redis_problem}
    problems = [problem for name in names if (problem := tried[name](os.environ[name]))]
    for problem in problems:
        print(problem)  # noqa: T201
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
