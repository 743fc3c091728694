"""Four roles that vouch for a catalogue, small enough to read; one key speaks for all of them."""

import hashlib
from datetime import UTC, datetime

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

ENDS = datetime(2027, 1, 1, tzinfo=UTC)
AT = "/v1/catalogue/"


class Vouching:
    def __init__(self):
        self.signer = CryptoSigner.generate_ecdsa()
        self.version = 0
        self.named = {}  # what is vouched for
        self.files = {}  # path → bytes
        root = Root(version=1, expires=ENDS)
        for role in ("root", "targets", "snapshot", "timestamp"):
            root.add_key(self.signer.public_key, role)
        self.root = self._signed(root)
        self.publish(None)

    def publish(self, manifest, *, name="all.json", ends=ENDS):
        """Vouch for the bytes of a manifest, beside those of other names; None: for nothing."""
        self.version += 1
        if manifest is not None:
            digest = hashlib.sha256(manifest).hexdigest()
            self.named[name] = TargetFile.from_data(name, manifest, ["sha256"])
            self.files[f"{AT}manifests/{digest}.{name}"] = manifest
        targets = self._signed(Targets(self.version, expires=ends, targets=self.named))
        at = {"version": self.version, "expires": ends}
        meta = {"targets.json": MetaFile.from_data(self.version, targets, ["sha256"])}
        snapshot = self._signed(Snapshot(meta=meta, **at))
        newest = MetaFile.from_data(self.version, snapshot, ["sha256"])
        self.files |= {
            f"{AT}metadata/{self.version}.targets.json": targets,
            f"{AT}metadata/{self.version}.snapshot.json": snapshot,
            f"{AT}metadata/timestamp.json": self._signed(Timestamp(snapshot_meta=newest, **at)),
        }

    def _signed(self, what):
        metadata = Metadata(what)
        metadata.sign(self.signer)
        return metadata.to_bytes()
