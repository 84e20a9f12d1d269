"""Commands of `flask --app wsgi`."""

from __future__ import annotations

import click
from flask import Flask, current_app

from config import Config
from marketplace.core import health, jobs, outbox, ports


def register(app: Flask) -> None:
    for command in (jobs_group, doctor):
        app.cli.add_command(command)


@click.group("jobs")
def jobs_group() -> None:
    """What is done behind the pages."""


@jobs_group.command("work")
def work() -> None:
    """Run jobs, timetable and outbox until stopped."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    jobs.work(jobs.open_queue(ports.port(Config).jobs_url), app.app_context)


@jobs_group.command("once")
def once() -> None:
    """Deliver what the outbox holds now, then stop."""
    click.echo(f"{outbox.deliver_all()} delivered")


@click.command("doctor")
def doctor() -> None:
    """Say what is well and what is not."""
    found = health.check()
    for name, answer in found.items():
        click.echo(f"{name}: {answer}")
    if set(found.values()) != {"ok"}:
        raise SystemExit(1)
