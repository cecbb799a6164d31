"""What the reference library of OpenTimestamps says of files: one line of JSON for each.

stock.py read FILE...            what is in them
stock.py verify FILE HEADER...   by block headers, in hex, which of its Bitcoin attestations hold
"""

import io
import json
import sys

from bitcoin.core import CBlockHeader
from opentimestamps.core.dubious.notary import EthereumBlockHeaderAttestation
from opentimestamps.core.notary import (
    BitcoinBlockHeaderAttestation,
    LitecoinBlockHeaderAttestation,
    PendingAttestation,
    VerificationError,
)
from opentimestamps.core.serialize import (
    BytesSerializationContext,
    DeserializationError,
    StreamDeserializationContext,
)
from opentimestamps.core.timestamp import DetachedTimestampFile

BLOCKS = {
    BitcoinBlockHeaderAttestation: "bitcoin",
    LitecoinBlockHeaderAttestation: "litecoin",
    EthereumBlockHeaderAttestation: "ethereum",
}


def parsed(data):
    return DetachedTimestampFile.deserialize(StreamDeserializationContext(io.BytesIO(data)))


def in_order(timestamp):
    """Messages and attestations in the order in which the library writes them."""
    for attestation in sorted(timestamp.attestations):
        yield timestamp.msg, attestation
    for _, below in sorted(timestamp.ops.items(), key=lambda item: item[0]):
        yield from in_order(below)


def told(message, attestation):
    if type(attestation) in BLOCKS:
        what = "%s %d" % (BLOCKS[type(attestation)], attestation.height)
    elif isinstance(attestation, PendingAttestation):
        what = "pending %s" % attestation.uri
    else:
        what = "unknown %s" % attestation.TAG.hex()
    return "%s %s" % (message.hex(), what)


def read(data):
    try:
        file = parsed(data)
    except DeserializationError as error:
        return {"refused": type(error).__name__}
    written = BytesSerializationContext()
    file.serialize(written)
    return {
        "hash": file.file_hash_op.TAG_NAME,
        "digest": file.file_digest.hex(),
        "attestations": [told(*each) for each in in_order(file.timestamp)],
        "isWrittenTheSame": written.getbytes() == data,
    }


def verify(data, header):
    """Times of the blocks by which a header confirms the file, and why it does not."""
    block = CBlockHeader.deserialize(bytes.fromhex(header))
    times, refusals = [], []
    for message, attestation in parsed(data).timestamp.all_attestations():
        if isinstance(attestation, BitcoinBlockHeaderAttestation):
            try:
                times.append(attestation.verify_against_blockheader(message, block))
            except VerificationError as error:
                refusals.append(str(error))
    return {"times": times, "refusals": refusals}


command, first, *rest = sys.argv[1:]
with open(first, "rb") as file:
    content = file.read()
if command == "read":
    print(json.dumps(read(content)))
    for name in rest:
        with open(name, "rb") as file:
            print(json.dumps(read(file.read())))
else:
    for each in rest:
        print(json.dumps(verify(content, each)))
