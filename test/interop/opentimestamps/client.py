"""The reference library of OpenTimestamps as the client of a calendar: one line of JSON.

client.py submit URL KEY DIGEST    has a digest (hex) taken: a file of it, in hex
client.py upgrade URL KEY FILE     asks for all that the file (hex) was promised: the file, or why there is nothing yet
"""

import io
import json
import sys

from opentimestamps.calendar import CommitmentNotFoundError, RemoteCalendar, UrlWhitelist
from opentimestamps.core.notary import PendingAttestation
from opentimestamps.core.op import OpSHA256
from opentimestamps.core.serialize import BytesSerializationContext, StreamDeserializationContext
from opentimestamps.core.timestamp import DetachedTimestampFile


def written(file):
    context = BytesSerializationContext()
    file.serialize(context)
    return context.getbytes().hex()


def promises(timestamp):
    """Nodes with a promise, as the library's own client finds them."""
    if any(isinstance(each, PendingAttestation) for each in timestamp.attestations):
        yield timestamp
    for below in timestamp.ops.values():
        yield from promises(below)


command, url, key, given = sys.argv[1:]


def calendar(uri):
    remote = RemoteCalendar(uri)
    remote.request_headers["Authorization"] = "Bearer " + key
    return remote


if command == "submit":
    file = DetachedTimestampFile(OpSHA256(), calendar(url).submit(bytes.fromhex(given), timeout=10))
    print(json.dumps({"file": written(file)}))
else:
    stream = io.BytesIO(bytes.fromhex(given))
    file = DetachedTimestampFile.deserialize(StreamDeserializationContext(stream))
    try:
        for node in list(promises(file.timestamp)):
            for attestation in list(node.attestations):
                if isinstance(attestation, PendingAttestation):
                    assert attestation.uri in UrlWhitelist([url])
                    node.merge(calendar(attestation.uri).get_timestamp(node.msg, timeout=10))
        print(json.dumps({"file": written(file)}))
    except CommitmentNotFoundError as error:
        print(json.dumps({"pending": error.reason}))
