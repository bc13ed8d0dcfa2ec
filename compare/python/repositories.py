"""python-tuf reads one of our repositories, and makes one for us to read.

    repositories.py read URL ROOT TARGET     prints the SHA-256 of the target as fetched by python-tuf's client
    repositories.py publish FOLDER ARCHIVE TARGET CUSTOM
"""

import hashlib
import json
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Key,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer
from tuf.ngclient import Updater


def read(url: str, root: str, target: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        updater = Updater(
            metadata_dir=folder,
            metadata_base_url=f"{url}/metadata/",
            target_dir=folder,
            target_base_url=f"{url}/targets/",
            bootstrap=Path(root).read_bytes(),
        )
        updater.refresh()
        info = updater.get_targetinfo(target)
        if info is None:
            raise SystemExit(f"{target} is not in the repository")
        path = updater.download_target(info)
        print(json.dumps({"sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest()}))


def publish(folder: str, archive: str, target: str, custom: str) -> None:
    """Each role has a different kind of key; targets delegates the patch's paths to a publisher."""
    expires = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=30)
    signers = {
        "root": CryptoSigner.generate_ed25519(),
        "targets": CryptoSigner.generate_ecdsa(),
        "snapshot": CryptoSigner.generate_rsa(),
        "timestamp": CryptoSigner.generate_ed25519(),
        "publisher": CryptoSigner.generate_ecdsa(),
    }
    keys: dict[str, Key] = {name: signer.public_key for name, signer in signers.items()}

    root = Root(expires=expires, consistent_snapshot=True)
    for role in ("root", "targets", "snapshot", "timestamp"):
        root.add_key(keys[role], role)

    data = Path(archive).read_bytes()
    file = TargetFile.from_data(target, data, ["sha256"])
    file.unrecognized_fields["custom"] = json.loads(custom)
    publisher = Targets(expires=expires, targets={target: file})
    name = target.split("/")[0]
    role = DelegatedRole("publisher", [keys["publisher"].keyid], 1, True, paths=[f"{name}/*"])
    delegations = Delegations({keys["publisher"].keyid: keys["publisher"]}, {"publisher": role})
    targets = Targets(expires=expires, delegations=delegations)
    # As in most python-tuf repositories: only the version.
    snapshot = Snapshot(expires=expires, meta={"targets.json": MetaFile(1), "publisher.json": MetaFile(1)})
    timestamp = Timestamp(expires=expires, snapshot_meta=MetaFile(1))

    base = Path(folder)
    (base / "metadata").mkdir(parents=True)
    for name, signed, file_name in (
        ("root", root, "1.root.json"),
        ("publisher", publisher, "1.publisher.json"),
        ("targets", targets, "1.targets.json"),
        ("snapshot", snapshot, "1.snapshot.json"),
        ("timestamp", timestamp, "timestamp.json"),
    ):
        metadata = Metadata(signed)
        metadata.sign(signers[name])
        metadata.to_file(str(base / "metadata" / file_name), JSONSerializer(compact=False))
    digest = hashlib.sha256(data).hexdigest()
    place = base / "targets" / Path(target).parent / f"{digest}.{Path(target).name}"
    place.parent.mkdir(parents=True)
    place.write_bytes(data)


{"read": read, "publish": publish}[sys.argv[1]](*sys.argv[2:])
