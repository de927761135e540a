"""The door of the sandbox: opens its command line, or says how to get what only the stand-ins need."""

import runpy
import sys
from importlib.util import find_spec

from bot import time_zones

NEEDED = ("jinja2", "python_multipart", "websockets")
"""The modules of the extra `demo`, which an installation for production lacks."""
COULD_NOT = 2


def main() -> None:
    """Ends with exit 2 and one line on stderr where a module is missing."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        sys.stderr.write(
            f"The demo and the stand-ins need {', '.join(missing)}, which are not part of this installation: "
            "pip install 'qbo-sync[demo]'\n"
        )
        sys.exit(COULD_NOT)
    time_zones.use_newest()
    runpy.run_module("bot.sandbox.commands", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
