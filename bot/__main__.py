"""Run the bot: `python -m bot`. Settings come from the environment, see config.py."""

from __future__ import annotations

import asyncio
import sys
import traceback

from bot.api import quiet_libraries
from bot.runtime import POOL_SIZE, TokenRefused, run
from config import Settings, SettingsError
from webapp.app import create_app


def main() -> int:
    """Read the settings and run; the exit status."""
    try:
        settings = Settings.from_env()
        if not settings.telegram_token:
            raise SettingsError(["TELEGRAM_TOKEN is missing: the bot has nobody to be"])
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201  for whoever set it up
        return 1
    app = create_app(settings, pool_size=POOL_SIZE)
    quiet_libraries()
    try:
        asyncio.run(run(app, settings))
    except TokenRefused:
        print("bot: TELEGRAM_TOKEN was refused; ask @BotFather for the right one", file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        print(f"bot: port {settings.telegram_webhook_port} cannot be used ({error.strerror})", file=sys.stderr)  # noqa: T201
        return 1
    except Exception as error:
        # Where it happened, not with what values: those may be somebody's words.
        print(f"bot: stopped by {type(error).__name__}", file=sys.stderr)  # noqa: T201
        traceback.print_tb(error.__traceback__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
