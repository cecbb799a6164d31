"""
A router between network namespaces: three kinds of bad weather, drawn from a seed, for whatever protocol passes.

    router.py SEED NAME=ADDRESS…

makes a TUN device `chiro-NAME` for each, prints `ready`, and from then on passes each IPv4 packet to the device of its
destination. Each line on its standard input is the weather from then on, JSON: {"delayMillis", "jitterMillis", "loss": 0–1,
"apart": [NAME, …]}. It is between all but `gateway`, where whoever watches the test sits. It ends with its input, and says then, JSON, how many packets it {"passed", "lost"}.
"""

import fcntl
import heapq
import ipaddress
import json
import os
import random
import selectors
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
PACKET = 65_536
# Packets on their way; more are lost, as in any router.
QUEUE = 20_000
GATEWAY = "gateway"


def open_tun(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    request = struct.pack("16sH", f"chiro-{name}".encode(), IFF_TUN | IFF_NO_PI)
    fcntl.ioctl(device, TUNSETIFF, request)
    return device


class Router:
    def __init__(self, seed, addresses):
        self.random = random.Random(seed)
        self.devices = {name: open_tun(name) for name in addresses}
        self.names = {ipaddress.IPv4Address(at).packed: name for name, at in addresses.items()}
        self.weather = {"delayMillis": 0, "jitterMillis": 0, "loss": 0, "apart": []}
        self.queue = []
        self.passed = self.lost = 0

    def take(self, source):
        """Everything that a device has to say, until it has no more."""
        while True:
            try:
                packet = os.read(self.devices[source], PACKET)
            except BlockingIOError:
                return
            except OSError:
                # The device is down: its namespace is going.
                return
            target = self.names.get(packet[16:20]) if packet[0] >> 4 == 4 else None
            if target is not None and target != source:
                self.send(source, target, packet)

    def send(self, source, target, packet):
        due = time.monotonic()
        if GATEWAY not in (source, target):
            weather = self.weather
            is_apart = source in weather["apart"] or target in weather["apart"]
            if is_apart or self.random.random() < weather["loss"] or len(self.queue) >= QUEUE:
                self.lost += 1
                return
            due += (weather["delayMillis"] + weather["jitterMillis"] * self.random.random()) / 1000
        self.passed += 1
        heapq.heappush(self.queue, (due, self.passed, target, packet))

    def flush(self):
        """Hands on what is due. Packets overtake one another where the delay varies."""
        while self.queue and self.queue[0][0] <= time.monotonic():
            _, _, target, packet = heapq.heappop(self.queue)
            try:
                os.write(self.devices[target], packet)
            except OSError:
                # Full, or down: it is lost.
                pass

    def wait(self):
        return None if not self.queue else max(0, self.queue[0][0] - time.monotonic())


def main(seed, *places):
    router = Router(seed, dict(place.split("=") for place in places))
    selector = selectors.DefaultSelector()
    for name, device in router.devices.items():
        selector.register(device, selectors.EVENT_READ, name)
    os.set_blocking(sys.stdin.fileno(), False)
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    print("ready", flush=True)
    said = b""
    while True:
        for key, _ in selector.select(router.wait()):
            if key.data is not None:
                router.take(key.data)
                continue
            more = os.read(sys.stdin.fileno(), PACKET)
            if more == b"":
                print(json.dumps({"passed": router.passed, "lost": router.lost}), flush=True)
                return
            *lines, said = (said + more).split(b"\n")
            for line in lines:
                router.weather = json.loads(line)
        router.flush()


main(*sys.argv[1:])
