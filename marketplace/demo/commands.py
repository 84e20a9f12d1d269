"""`flask --app wsgi demo load`."""

from __future__ import annotations

import click

from config import Config
from marketplace.core.ports import port
from marketplace.demo.rules.people import ACCOUNTS, PASSWORD
from marketplace.demo.services import loading


@click.group("demo")
def demo_group() -> None:
    """The demo market."""


@demo_group.command("load")
@click.option("--if-empty", is_flag=True, help="Do nothing when anybody has an account already.")
@click.option("--force", is_flag=True, help="Even when SITE_URL is not this machine. The password is public!")
def load(if_empty: bool, force: bool) -> None:
    """Fill the database with invented shops, people, goods and orders. The second time nothing is changed."""
    if not (port(Config).is_local or force):
        raise click.ClickException(
            "SITE_URL is not this machine, and everybody knows the demo password. --force to insist."
        )
    if loading.is_loaded() or (if_empty and not loading.is_empty()):
        click.echo("The demo market is here already; nothing was changed." if loading.is_loaded() else "Not empty.")
        return
    loading.load(click.echo)
    click.echo(f"Sign in with the password {PASSWORD}:")
    for email, who in ACCOUNTS:
        click.echo(f"  {email:<24} {who}")
