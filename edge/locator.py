"""Where Numba finds the compiled ear on a box: in a folder that nobody but root can write."""

from numba.core.caching import UserProvidedCacheLocator


class ReadOnly(UserProvidedCacheLocator):
    """Numba's own way to NUMBA_CACHE_DIR, without its demand that the folder be writable."""

    def ensure_cache_path(self) -> None:
        """Nothing is ever put there; what is missing is compiled in memory, and counted."""
