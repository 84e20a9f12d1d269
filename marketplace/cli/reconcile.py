"""`flask --app wsgi reconcile`: do our books agree with each other, and with the providers'? Reads only.

Prints references, never names. The exit code is 0 when all agrees, 1 when something differs or is stuck, 2 when a
provider could not be asked.
"""

from __future__ import annotations

import click

from marketplace.core.clock import now
from marketplace.reconciliation import services

CLEAN, DIFFERENT, UNCHECKED = 0, 1, 2


@click.command("reconcile")
@click.option(
    "--since", "days", type=click.IntRange(1, 3650), default=services.DAYS, show_default=True, help="days back"
)
def reconcile(days: int) -> None:
    """Compare our books with each other and with the providers'.

    Exit code 0: all agrees. 1: something differs or is stuck. 2: not everything could be checked.
    """
    found = services.find(now(), days)
    for line in (*(f"note: {note}" for note in found.notes), *found.differences, *found.unchecked):
        click.echo(line)
    click.echo(_verdict(len(found.differences), len(found.unchecked)))
    raise SystemExit(DIFFERENT if found.differences else UNCHECKED if found.unchecked else CLEAN)


def _verdict(differences: int, unchecked: int) -> str:
    said = f"{differences} differences" if differences else "all that was checked agrees"
    return f"{said}; {unchecked} providers not checked" if unchecked else said
