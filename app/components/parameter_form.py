"""Under way."""


def register(app, services) -> None:
    pass
