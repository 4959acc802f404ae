"""The WSGI server object for gunicorn: `gunicorn app.wsgi:server`."""

from __future__ import annotations

from app.factory import create_app
from app.services import Services
from engine.settings import Settings

server = create_app(Services.build(Settings.from_environment())).server
