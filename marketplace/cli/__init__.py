"""Commands of `flask --app wsgi`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask, current_app
from flask_babel import force_locale

from config import Config
from marketplace.accounts import services as accounts
from marketplace.cli.reconcile import reconcile
from marketplace.core import health, jobs, outbox, ports
from marketplace.core.actor import STORE_ROLES, SYSTEM, Role
from marketplace.core.db import transaction
from marketplace.core.errors import Refusal
from marketplace.stores.queries import store_by_slug
from marketplace.web.language import explain


def register(app: Flask) -> None:
    for command in (user_group, jobs_group, doctor, reconcile):
        app.cli.add_command(command)


@contextmanager
def plain_words() -> Iterator[None]:
    """A refusal ends the command with its words instead of a trace."""
    try:
        yield
    except Refusal as refusal:
        with force_locale("en"):
            raise click.ClickException(explain(refusal)) from refusal


@click.group("user")
def user_group() -> None:
    """People and their roles."""


@user_group.command("create")
@click.option("--name", prompt=True)
@click.option("--email", default="", prompt="E-mail (may stay empty if there is a phone number)")
@click.option("--phone", default="", prompt="Phone (may stay empty if there is an e-mail address)")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def create_user(name: str, email: str, phone: str, password: str) -> None:
    """Make an account for somebody."""
    with plain_words(), transaction():
        person = accounts.create_person(SYSTEM, name, email or None, phone or None, password)
        made = f"{person.name} can sign in as {person.email or person.phone}"
    click.echo(made)


@user_group.command("grant")
@click.argument("contact")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option("--store", "slug", default="", help="the shop's slug, for a role in a shop")
def grant_role(contact: str, role: str, slug: str) -> None:
    """Let the person with that e-mail address or phone number hold a role."""
    with plain_words(), transaction():
        person = accounts.find_person(contact)
        if person is None:
            raise click.ClickException(f"nobody is known by {contact}")
        scope = store_by_slug(slug).id if slug and Role(role) in STORE_ROLES else 0
        accounts.grant(SYSTEM, person.id, Role(role), scope)
    click.echo(f"{contact} is {role}{f' of {slug}' if scope else ''}")


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
