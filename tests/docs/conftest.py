"""What a page tells people to type is typed in front of the same company as in the tests of the command line."""

from tests.cli.conftest import first_synced, servers, shell

__all__ = ["first_synced", "servers", "shell"]
