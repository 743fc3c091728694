"""What is done with the log from the office's own desk."""

from contextlib import closing
from pathlib import Path

from central.errors import Unready
from central.founding import open_office
from central.settings import Home, Settings
from central.transparency.asking import ask_witnesses
from central.transparency.bundle import bundle_of
from central.transparency.log_key import make_key, signer_in
from central.transparency.sequencer import follow
from edge.durable import write_whole


def publish(home: Home, settings: Settings) -> str:
    """Log what is new and ask the witnesses; answers what the log is by now.

    Raises:
        Unready: no office in that folder, or its log's key is missing.
    """
    with closing(open_office(home, settings)) as office:
        size = follow(office)
        if not size:  # so that its key can be told around before it begins
            make_key(home, name=settings.log_name)
        ask_witnesses(office)
    return f"{size} leaves, signed by\n{signer_in(home).verifier.text()}"


def save_bundle(home: Home, statement_id: int, path: Path) -> None:
    """Write a statement's bundle into a file.

    Raises:
        Unready: no office in that folder, or the file cannot be written.
        Unknown: there is no such statement.
    """
    with closing(open_office(home, Settings())) as office:
        text = bundle_of(office, statement_id)
    try:
        write_whole(path, text.encode())
    except OSError as e:
        raise Unready(f"the bundle cannot be kept in {path}: {e}") from e
