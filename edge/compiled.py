"""The ear as machine code: made once when a release is installed, only read when the box hears."""

import gc
import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from edge.durable import sync_folder
from edge.errors import Misconfigured, SelfTestFailed

EAR: Final = Path(__file__).with_name("matcher")  # the rooms that hold what is compiled
COMPILERS: Final = ("numba", "llvmlite", "numpy")
# Compiled for any processor of this kind: a card may be moved into another box of the same make.
PROCESSOR: Final = "generic"


def release() -> str:
    """Names what machine code depends on: the ear's text, the compiler, Python, the processor.

    Numba looks at the file of a kernel only; an edit to a kernel that another file inlines would
    leave the old code in use. A folder for each release cannot.
    """
    digest = hashlib.sha256()
    for path in sorted(EAR.rglob("*.py")):
        digest.update(path.relative_to(EAR).as_posix().encode() + b"\0" + path.read_bytes())
    for name in COMPILERS:
        digest.update(f"{name} {metadata.version(name)}\n".encode())
    digest.update(f"{platform.machine()} {sys.version}".encode())
    return digest.hexdigest()[:16]


def compile_into(folder: Path) -> Path:
    """Compile the ear of this release into a folder of its own; other releases' folders go.

    Must come before anything of the ear is imported.

    Returns:
        The folder of this release.

    Raises:
        Misconfigured: the folder cannot be written.
        SelfTestFailed: this machine does not hear what it should.
    """
    made, draft = folder / release(), folder / ".part"
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        _choose(draft, "")
        from edge.selftest import hear_known, write_known

        write_known(draft)  # so that a box neither makes it up nor writes it when it starts
        hear_known(draft)
        _let_read(draft)
        for old in folder.iterdir():
            if old != draft:
                shutil.rmtree(old)
        draft.replace(made)
        sync_folder(folder)
    except OSError as e:
        raise Misconfigured(f"the compiled ear cannot be put into {folder}: {e}") from e
    return made


def use(folder: Path) -> None:
    """Hear with what was compiled at installation; must come before the ear is imported.

    Raises:
        SelfTestFailed: nothing was compiled for this release, something had to be compiled all
            the same, or this machine does not hear what it should.
    """
    made = folder / release()
    if not made.is_dir():
        raise SelfTestFailed(
            f"no ear in {folder} was compiled for this release ({made.name}); "
            f"run `qulaq-edge compile --into {folder}` as root"
        )
    _choose(made, "edge.locator.ReadOnly")
    with _nothing_let_go():
        from edge.selftest import hear_known

        hear_known(made)
    for _, kernel in kernels():
        kernel._cache.disable()  # whatever is missing later is compiled in memory, not saved
    new = sorted(compiled_anew())
    if new:
        raise SelfTestFailed(
            f"{', '.join(new)} had to be compiled although {made} should hold it; "
            f"run `qulaq-edge compile --into {folder}` as root"
        )


def compiled_anew() -> Iterator[str]:
    """The kernels of the ear that this process had to compile by itself."""
    for name, kernel in kernels():
        if sum(kernel.stats.cache_misses.values()):
            yield name


def kernels() -> Iterator[tuple[str, Any]]:
    """Every compiled function of the ear that is loaded, by name."""
    from numba.core.registry import CPUDispatcher

    for room, module in sorted(sys.modules.items()):
        if room.startswith("edge.matcher."):
            for name, thing in vars(module).items():
                if isinstance(thing, CPUDispatcher) and thing.py_func.__module__ == room:
                    yield f"{room}.{name}", thing


@contextmanager
def _nothing_let_go() -> Iterator[None]:
    """What is imported stays, so nobody looks among it for what could go: not now, nor later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _choose(folder: Path, locator: str) -> None:
    """Tell Numba, which reads this when it is imported."""
    if "numba" in sys.modules:
        raise SelfTestFailed("the ear was imported before it was said where its code is")
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    os.environ["NUMBA_CPU_NAME"] = PROCESSOR
    os.environ["NUMBA_CACHE_LOCATOR_CLASSES"] = locator


def _let_read(folder: Path) -> None:
    """Readable for all, writable for root: it is code, and whoever writes it is obeyed."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
