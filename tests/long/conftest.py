"""The same world as for the sync tests."""

from tests.sync.conftest import make_world, servers, world

__all__ = ["make_world", "servers", "world"]
