"""The WSGI entry point: `granian --interface wsgi wsgi:app`."""

from __future__ import annotations

import os

from dotenv import load_dotenv

from config import load
from marketplace.app import create_app

load_dotenv()
app = create_app(load(os.environ))
