"""The second client against the server: what PROTOCOL.md says, message by message.
    second_client_test.py CONFORMANCE_SERVER PILLION EXAMPLES"""

import json
import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

import second_client as p
from second_client import Client, Failure

SERVER, PILLION, EXAMPLES = (os.path.abspath(path) for path in sys.argv[1:4])
WAYS = ("shm", "unix")


class Served(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.directory.name, "pillion.sock")
        self.server = self.start()
        self.server.stdout.readline()

    def start(self):
        return subprocess.Popen([SERVER, self.path], stdout=subprocess.PIPE)

    def tearDown(self):
        self.server.terminate()
        self.server.wait()
        self.server.stdout.close()
        self.directory.cleanup()

    def connect(self, way="shm", **options):
        client = Client(self.path, shared_memory=way == "shm", **options)
        self.addCleanup(client.close)
        return client

    def alive(self):
        """The server still serves a newcomer."""
        with Client(self.path) as client:
            layout = client.bind("echo")
            return client.score(b"alive", layout.id, lane=client.lane(0)).payload == b"alive"

    def farewell(self, client):
        """The code with which the server ends the connection."""
        with self.assertRaises(Failure) as failure:
            while True:
                client.receive()
        return failure.exception.code


def noise(size, seed):
    return random.Random(seed).randbytes(size)


class Conversation(Served):
    def test_welcome_says_what_was_granted(self):
        client = self.connect(lanes=3, request_bytes=1000, answer_bytes=200)
        ring = client.rings[0]
        self.assertEqual((ring.lanes, ring.request_bytes, ring.answer_bytes), (3, 1024, 256))
        self.assertEqual(client.minor, p.MINOR)
        self.assertEqual(self.connect("unix").rings, {})
        self.assertEqual(client.bytes_max, 4 << 20)

    def test_zero_is_the_servers_choice(self):
        ring = self.connect(lanes=0).rings[0]
        self.assertEqual((ring.lanes, ring.request_bytes, ring.answer_bytes), (8, 1152, 384))

    def test_every_byte_comes_back(self):
        for way in WAYS:
            client = self.connect(way)
            layout = client.bind("echo").id
            lane = client.lane(1) if way == "shm" else None
            for size in [*range(0, 130), 359, 360, 361, 1127, 1128, 1129, 5000, 1 << 20]:
                row = noise(size, size)
                answer = client.score(row, layout, lane=lane)
                self.assertEqual((answer.code, answer.payload), (p.OK, row), (way, size))

    def test_codes_pass(self):
        for way in WAYS:
            client = self.connect(way)
            layout = client.bind("moody").id
            lane = client.lane(0) if way == "shm" else None
            for code in (0, 1, 16, 26, 55, 80, 127):
                answer = client.score(bytes([code, 7]), layout, lane=lane)
                self.assertEqual((answer.code, answer.version), (code, 2))

    def test_many_under_way_and_in_any_order_over_the_socket(self):
        client = self.connect("unix")
        layout = client.bind("echo").id
        tags = [client.post_score(noise(50, i), layout) for i in range(64)]
        for i in reversed(range(64)):
            self.assertEqual(client.await_score(tags[i]).payload, noise(50, i))

    def test_a_lane_holds_64_and_wraps(self):
        client = self.connect()
        layout = client.bind("echo").id
        lane = client.lane(0)
        sent = received = 0
        while received < 1000:
            while sent < 1000 and lane.under_way() < p.SLOTS:
                lane.send(noise(sent % 300, sent), layout)
                sent += 1
            answer, _ = lane.receive()
            self.assertEqual(answer.payload, noise(received % 300, received))
            received += 1

    def test_sleeps_are_ended_by_futex_and_bell(self):
        client = self.connect()
        layout = client.bind("slow").id
        lane = client.lane(0)
        for bell in (False, True):
            for ms in (1, 30, 60):
                lane.send(bytes([ms]), layout)
                answer, _ = lane.receive(bell=bell)
                self.assertEqual(answer.payload, bytes([ms]))

    def test_threads_have_lanes_of_their_own(self):
        client = self.connect(lanes=4)
        layout = client.bind("echo").id
        wrong = []

        def work(index):
            lane = client.lane(index)
            for i in range(300):
                row = noise(100, index * 1000 + i)
                if client.score(row, layout, lane=lane).payload != row:
                    wrong.append((index, i))

        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_an_answer_beyond_its_slot_is_flagged(self):
        client = self.connect()
        layout = client.bind("echo").id
        lane = client.lane(0)
        lane.send(bytes(400), layout)  # fits the request's slot, not the answer's
        answer, flags = lane.receive()
        self.assertEqual((answer.code, flags), (p.TOO_LARGE, 1))
        self.assertEqual(client.score_over_socket(bytes(400), layout).code, p.OK)

    def test_past_deadlines_are_not_scored(self):
        for way in WAYS:
            client = self.connect(way)
            layout = client.bind("echo").id
            lane = client.lane(0) if way == "shm" else None
            self.assertEqual(client.score(b"row", layout, deadline=1, lane=lane).code, p.DEADLINE)
            later = p.now_ns() + 30 * 10**9
            self.assertEqual(client.score(b"row", layout, deadline=later, lane=lane).code, p.OK)

    def test_bound_describes_the_columns(self):
        layout = self.connect().bind("echo", ["a", "longer name ä"])
        self.assertEqual([column.name for column in layout.inputs], ["a", "longer name ä"])
        self.assertEqual(layout.inputs, layout.outputs)
        self.assertEqual(layout.inputs[0], p.Column("a", 0, 7, layout.inputs[0].key, True, None))

    def test_questions(self):
        client = self.connect("unix")
        self.assertEqual(client.ask(p.READY), (p.OK, '{"ready":true}'))
        code, status = client.ask(p.STATUS)
        self.assertEqual((code, json.loads(status)["clients"]), (p.OK, 1))
        self.assertIsInstance(json.loads(client.ask(p.MODELS)[1]), list)

    def test_rings_come_and_go(self):
        client = self.connect()
        layout = client.bind("echo").id
        first = client.attach(2, 8192, 8192)
        row = noise(6000, 1)
        lane = client.lane(1, first)
        for _ in range(100):
            lane.send(row, layout)
            self.assertEqual(lane.receive()[0].payload, row)
        rings = [client.attach(1, 0, 0), client.attach(1, 0, 0)]
        with self.assertRaises(Failure) as failure:
            client.attach(1, 0, 0)
        self.assertEqual(failure.exception.code, p.BUSY)
        client.detach(rings[0])
        again = client.attach(1, 0, 0)
        self.assertEqual(client.score(b"row", layout, lane=client.lane(0, again)).payload, b"row")

    def test_layouts_come_and_go(self):
        client = self.connect("unix")
        kept = client.bind("echo").id
        for _ in range(300):
            layout = client.bind("echo").id
            self.assertNotEqual(layout, kept)
            self.assertEqual(client.score_over_socket(b"x", layout).code, p.OK)
            client.unbind(layout)
            self.assertEqual(client.score_over_socket(b"x", layout).code, p.UNKNOWN_LAYOUT)
        self.assertEqual(client.score_over_socket(b"x", kept).code, p.OK)


class Refusals(Served):
    """What ends a call, and what a connection."""

    def test_calls_end_and_the_connection_stays(self):
        client = self.connect()
        layout = client.bind("echo").id
        self.assertEqual(client.score_over_socket(b"", 999).code, p.UNKNOWN_LAYOUT)
        self.assertEqual(client.score_over_socket(b"", layout, kind=9).code, p.UNSUPPORTED)
        lane = client.lane(0)
        self.assertEqual(client.score(b"", 999, lane=lane).code, p.UNKNOWN_LAYOUT)
        self.assertEqual(client.score(b"", layout, kind=9, lane=lane).code, p.UNSUPPORTED)
        client.unbind(999)
        client.post(p.DETACH, struct.pack("<H6x", 3))
        for kind, body, answer, code in (
                (p.BIND, b"", p.BOUND, p.MALFORMED),
                (p.BIND, struct.pack("<II", 5, 1) + b"x", p.BOUND, p.MALFORMED),
                (p.BIND, struct.pack("<II", 0, 4) + b"none", p.BOUND, p.UNKNOWN_MODEL),
                (p.ASK, b"\1", p.TOLD, p.MALFORMED),
                (p.ASK, struct.pack("<H6x", 77), p.TOLD, p.UNSUPPORTED),
                (p.ATTACH, b"\1", p.ATTACHED, p.MALFORMED)):
            with self.assertRaises(Failure) as failure:
                client.await_answer(client.post(kind, body), answer)
            self.assertEqual(failure.exception.code, code, (kind, body))
        self.assertEqual(client.score(b"still", layout, lane=lane).payload, b"still")

    def test_layouts_are_limited(self):
        client = self.connect("unix")
        layouts = [client.bind("echo").id for _ in range(256)]
        with self.assertRaises(Failure) as failure:
            client.bind("echo")
        self.assertEqual(failure.exception.code, p.REFUSED)
        client.unbind(layouts[0])
        client.bind("echo")

    def test_what_breaks_the_protocol_ends_the_connection(self):
        breaches = {
            "a tag of 0": lambda c: c.post(p.ASK, struct.pack("<H6x", p.READY), tag=0),
            "an unknown type": lambda c: c.post(99, b""),
            "a server's message": lambda c: c.post(p.ANSWER, bytes(8)),
            "a second HELLO": lambda c: c.post(p.HELLO, bytes(24)),
            "a short SCORE": lambda c: c.post(p.SCORE, bytes(15)),
            "a short UNBIND": lambda c: c.post(p.UNBIND, b""),
            "a short DETACH": lambda c: c.post(p.DETACH, b""),
            "a frame too large": lambda c: c.socket.sendall(
                struct.pack("<IHHQ", (4 << 20) + 1, p.SCORE, 0, 5)),
            "a question too large": lambda c: c.post(p.BIND, bytes(256 * 1024 + 1)),
            "a length beyond the slot": lambda c: c.lane(0).send(b"row", 1, length=1129),
        }
        for name, breach in breaches.items():
            with self.subTest(name):
                client = self.connect()
                bystander = self.connect()
                layout = bystander.bind("echo").id
                breach(client)
                self.assertEqual(self.farewell(client), p.MALFORMED)
                self.assertEqual(
                    bystander.score(b"x", layout, lane=bystander.lane(0)).payload, b"x")

    def test_a_half_close_is_a_hang_up(self):
        client = self.connect("unix")
        client.socket.shutdown(socket.SHUT_WR)
        self.assertEqual(self.farewell(client), p.SERVER_GONE)

    def test_first_messages_that_are_none(self):
        hello = struct.pack("<IHHIIII", p.MAGIC, p.MAJOR, p.MINOR, 0, 0, 0, 0)
        for name, kind, body, code in (
                ("no HELLO", p.ASK, bytes(8), p.MALFORMED),
                ("too short", p.HELLO, hello[:23], p.MALFORMED),
                ("too long", p.HELLO, hello + bytes(233), p.MALFORMED),
                ("another magic", p.HELLO, b"HTTP" + hello[4:], p.UNSUPPORTED),
                ("another major", p.HELLO, hello[:4] + b"\2" + hello[5:], p.UNSUPPORTED)):
            with self.subTest(name):
                client = self.connect(greet=False)
                client.post(kind, body)
                self.assertEqual(self.farewell(client), code)
        self.assertTrue(self.alive())

    def test_a_newer_hello_may_be_longer(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as newer:
            newer.connect(self.path)
            body = struct.pack("<IHHIIII", p.MAGIC, p.MAJOR, 40, 0, 0, 0, 0) + bytes(232)
            newer.sendall(struct.pack("<IHHQ", len(body), p.HELLO, 0, 9) + body)
            size, kind, _, tag = struct.unpack("<IHHQ", newer.recv(16, socket.MSG_WAITALL))
            minor = struct.unpack_from("<IHH", newer.recv(size, socket.MSG_WAITALL))[2]
            self.assertEqual((kind, tag, minor), (p.WELCOME, 9, p.MINOR))


class Stopping(Served):
    def test_draining(self):
        client = self.connect()
        layout = client.bind("slow").id
        lane = client.lane(0)
        lane.send(bytes([200]), layout)
        self.server.terminate()
        answer, _ = lane.receive()
        self.assertEqual((answer.code, answer.payload), (p.OK, bytes([200])))
        self.assertEqual(self.farewell(client), p.DRAINING)
        self.assertTrue(client.rings[0].draining())
        self.assertEqual(self.server.wait(), 0)
        self.assertFalse(os.path.exists(self.path))

    def test_a_killed_server_hangs_up(self):
        client = self.connect()
        layout = client.bind("slow").id
        lane = client.lane(0)
        lane.send(bytes([250]), layout)
        self.server.kill()
        with self.assertRaises(Failure) as failure:
            lane.receive()
        self.assertEqual(failure.exception.code, p.SERVER_GONE)


class Houses(Served):
    """Rows and answers, against what Spark answered for them."""

    def start(self):
        return subprocess.Popen(
            [PILLION, "serve", f"house={EXAMPLES}/house-lr.zip", "--run-dir", self.directory.name,
             "--log-level", "error"], stdout=subprocess.PIPE)

    def setUp(self):
        super().setUp()
        with open(f"{EXAMPLES}/houses.frame.json", encoding="utf-8") as file:
            frame = json.load(file)
        self.names = [field["name"] for field in frame["schema"]["fields"]]
        self.rows = frame["rows"]
        with open(f"{EXAMPLES}/answers.json", encoding="utf-8") as file:
            self.expected = json.load(file)["house-lr"]["spark"]

    def encode(self, layout, row):
        values = dict(zip(self.names, row))
        return p.encode_row(layout.inputs, [values.get(column.name) for column in layout.inputs])

    def test_answers_are_sparks(self):
        for way in WAYS:
            client = self.connect(way)
            layout = client.bind("house", ["prediction"])
            lane = client.lane(0) if way == "shm" else None
            for row, expected in zip(self.rows, self.expected):
                answer = client.score(self.encode(layout, row), layout.id, lane=lane)
                self.assertEqual(answer.code, p.OK)
                self.assertEqual(p.decode_answer(layout.outputs, answer.payload), [expected])

    def test_a_null_is_blamed_on_its_column(self):
        client = self.connect("unix")
        layout = client.bind("house", ["prediction"])
        grade = [column.name for column in layout.inputs].index("grade")
        row = list(self.rows[0])
        row[self.names.index("grade")] = None
        answer = client.score(self.encode(layout, row), layout.id)
        self.assertEqual(answer.code, 16)
        self.assertEqual(struct.unpack_from("<Ii", answer.payload), (0, grade))

    def test_rows_that_are_none(self):
        client = self.connect("unix")
        layout = client.bind("house", ["prediction"])
        good = self.encode(layout, self.rows[0])
        for bad in (b"", b"\0" * 8, b"\xff" * 64, good[:-16], b"\0" * 4 + good[4:]):
            self.assertEqual(client.score(bad, layout.id).code, p.MALFORMED, bad)

    def test_the_control_socket_answers_questions_alone(self):
        control = Client(os.path.join(self.directory.name, "control.sock"))
        self.addCleanup(control.close)
        self.assertEqual(control.rings, {})
        self.assertEqual(control.ask(p.READY)[0], p.OK)
        with self.assertRaises(Failure) as failure:
            control.bind("house")
        self.assertEqual(failure.exception.code, p.REFUSED)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
