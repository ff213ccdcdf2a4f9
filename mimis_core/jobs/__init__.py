"""Huey wakes the outbox: the truth is our own table, so a lost wake-up costs a minute and nothing else."""

from mimis_core.jobs.consumer import JobQueue

__all__ = ["JobQueue"]
