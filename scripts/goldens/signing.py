"""Signatures of a fixture by the Python package model-signing, and what it says of ours.

    python scripts/goldens/signing.py            # writes the goldens
    python scripts/goldens/signing.py --verify FOLDER KEY.pub   # verifies a folder that was signed elsewhere

Writes packages/core/test/goldens/signing/: a pair of keys for tests alone, and for the curves P-256 and P-384 the signature of
packages/core/fixtures/patches/v1/tiny-harmfulness by them.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import model_signing
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

CORE = Path(__file__).resolve().parents[2] / "packages/core"
FIXTURE = CORE / "fixtures/patches/v1/tiny-harmfulness"
TARGET = CORE / "test/goldens/signing"
CURVES = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1()}


def hashing(signature: Path):
    return model_signing.hashing.Config().set_ignored_paths(paths=[signature], ignore_git_paths=True)


def verify(folder: Path, key: Path) -> None:
    signature = folder / "model.sig"
    config = model_signing.verifying.Config().set_hashing_config(hashing(signature))
    config.use_elliptic_key_verifier(public_key=key).verify(folder, signature)
    print(f"{folder.name}: verified")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verify", nargs=2, type=Path, metavar=("FOLDER", "KEY"))
    options = parser.parse_args()
    if options.verify:
        verify(*options.verify)
        return
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, curve in CURVES.items():
        key = ec.generate_private_key(curve)
        private, public = TARGET / f"{name}.pem", TARGET / f"{name}.pub"
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        public.write_bytes(
            key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        with tempfile.TemporaryDirectory() as parent:
            folder = Path(parent) / FIXTURE.name
            shutil.copytree(FIXTURE, folder)
            signature = folder / "model.sig"
            config = model_signing.signing.Config().set_hashing_config(hashing(signature))
            config.use_elliptic_key_signer(private_key=private).sign(folder, signature)
            verify(folder, public)
            shutil.copy(signature, TARGET / f"{name}.sig")


if __name__ == "__main__":
    main()
