"""A client of a Pillion server, written from schemas/PROTOCOL.md alone: the proof that the page
suffices. Standard library only; Linux on x86-64 or aarch64."""

import collections
import ctypes
import os
import select
import socket
import struct
import threading
import time

MAGIC, MAJOR, MINOR = 0x4E4C4C50, 1, 3
HELLO, WELCOME, BIND, BOUND, UNBIND, SCORE, ANSWER, ASK, TOLD, ERROR, ATTACH, ATTACHED, DETACH = (
    range(1, 14))
ROW, BATCH = 1, 2
STATUS, READY, MODELS = 1, 2, 3
OK, TOO_LARGE, MALFORMED, UNKNOWN_MODEL, UNKNOWN_LAYOUT = 0, 24, 48, 49, 50
UNSUPPORTED, REFUSED, BUSY, DEADLINE, DRAINING, SERVER_GONE = 53, 54, 80, 81, 82, 83
SLOTS = 64
ALL_ANSWERS = 0xFFFFFFFF  # a lane's sleeper: the bell, not a futex
PATIENCE_S = 30

Answer = collections.namedtuple("Answer", "code version payload")
Layout = collections.namedtuple("Layout", "id answer_bytes_max hash inputs outputs")
Column = collections.namedtuple("Column", "name shape base key nullable dimensions")

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                      ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
SYS_FUTEX = {"x86_64": 202, "aarch64": 98}[os.uname().machine]
F_GET_SEALS, F_SEAL_SHRINK, F_SEAL_GROW = 1034, 2, 4


class Failure(Exception):
    """An ERROR, or the end of the connection."""

    def __init__(self, code, text):
        super().__init__(f"{code}: {text}")
        self.code = code


def full_fence(lock=threading.Lock()):
    """A lock's exchange orders all that stands before it against all that comes behind."""
    lock.acquire()
    lock.release()


def now_ns():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


class Memory:
    """A shared mapping, read and written a word at a time."""

    def __init__(self, fd, size, writable):
        seals = libc.fcntl(fd, F_GET_SEALS)
        if os.fstat(fd).st_size < size or seals & 6 != F_SEAL_SHRINK | F_SEAL_GROW:
            raise Failure(MALFORMED, "memory that is too small, or not sealed")
        self.size = size
        self.address = libc.mmap(None, size, 3 if writable else 1, 1, fd, 0)
        if self.address == ctypes.c_void_p(-1).value:
            raise OSError(ctypes.get_errno(), "mmap")
        os.close(fd)

    def u32(self, offset):
        return ctypes.c_uint32.from_address(self.address + offset)

    def u64(self, offset):
        return ctypes.c_uint64.from_address(self.address + offset)

    def read(self, offset, count):
        return ctypes.string_at(self.address + offset, count)

    def write(self, offset, data):
        ctypes.memmove(self.address + offset, data, len(data))

    def close(self):
        libc.munmap(self.address, self.size)


class Ring:
    def __init__(self, fds, lanes, request_bytes, answer_bytes, first_sequence):
        self.request_bytes, self.answer_bytes = request_bytes, answer_bytes
        self.requests = Memory(fds[0], lanes * (128 + SLOTS * request_bytes), True)
        self.answers = Memory(fds[1], 128 + lanes * (128 + SLOTS * answer_bytes), False)
        self.first_sequence = first_sequence
        self.lanes = lanes

    def draining(self):
        return self.answers.u32(0).value == 1

    def close(self):
        self.requests.close()
        self.answers.close()


class Lane:
    """Of one thread at a time."""

    def __init__(self, client, ring, index):
        self.client, self.ring = client, ring
        self.next = self.read = ring.first_sequence
        self.request_lane = index * (128 + SLOTS * ring.request_bytes)
        self.answer_lane = 128 + index * (128 + SLOTS * ring.answer_bytes)

    def under_way(self):
        return self.next - self.read

    def request(self, sequence):
        return self.request_lane + 128 + sequence % SLOTS * self.ring.request_bytes

    def answer(self, sequence):
        return self.answer_lane + 128 + sequence % SLOTS * self.ring.answer_bytes

    def fits(self, payload):
        return len(payload) <= self.ring.request_bytes - 24

    def send(self, payload, layout, kind=ROW, deadline=0, length=None):
        """`length`: what the slot says, where that is a lie."""
        assert self.under_way() < SLOTS
        memory, slot = self.ring.requests, self.request(self.next)
        memory.write(slot + 64, payload[40:])
        memory.write(slot + 24, payload[:40])
        memory.write(slot + 8, struct.pack("<IHHQ", len(payload) if length is None else length,
                                           kind, layout, deadline))
        full_fence()
        memory.u64(slot).value = self.next
        self.next += 1
        full_fence()
        if self.ring.answers.u32(self.answer_lane).value == 1:
            os.write(self.client.kick, struct.pack("=Q", 1))

    def arrived(self):
        return self.ring.answers.u64(self.answer(self.read)).value == self.read

    def take(self):
        slot = self.answer(self.read)
        full_fence()
        _, length, version, code, flags = struct.unpack("<QIIBB", self.ring.answers.read(slot, 18))
        payload = self.ring.answers.read(slot + 24, min(length, self.ring.answer_bytes - 24))
        self.read += 1
        return Answer(code, version, payload), flags

    def sleep_on_futex(self, timeout_s):
        sleeper = self.ring.requests.u32(self.request_lane)
        word = self.answer(self.read)
        old = self.ring.answers.u32(word).value
        sleeper.value = self.read % SLOTS + 1
        full_fence()
        if not self.arrived():
            seconds = int(timeout_s)
            timeout = struct.pack("=qq", seconds, int((timeout_s - seconds) * 1e9))
            libc.syscall(SYS_FUTEX, ctypes.c_void_p(self.ring.answers.address + word), 0,
                         ctypes.c_uint32(old), timeout, None, 0)
        sleeper.value = 0

    def sleep_on_bell(self, timeout_s):
        sleeper = self.ring.requests.u32(self.request_lane)
        sleeper.value = ALL_ANSWERS
        full_fence()
        if not self.arrived():
            ready, _, _ = select.select([self.client.bell], [], [], timeout_s)
            if ready:
                self.client.bell.recv(4096)
        sleeper.value = 0

    def receive(self, patience_s=PATIENCE_S, bell=False):
        """The next answer in order, and its flags."""
        end = time.monotonic() + patience_s
        for _ in range(100):
            if self.arrived():
                return self.take()
        while not self.arrived():
            if time.monotonic() > end:
                raise Failure(DEADLINE, "no answer came")
            self.client.check_alive()
            (self.sleep_on_bell if bell else self.sleep_on_futex)(0.25)
        return self.take()


class Client:
    def __init__(self, path, shared_memory=True, lanes=2, request_bytes=0, answer_bytes=0,
                 greet=True):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(path)
        self.buffer, self.fds, self.tag, self.answers = b"", [], 0, {}
        self.bytes_max = 4096
        self.rings = {}
        if greet:
            self.greet(shared_memory, lanes, request_bytes, answer_bytes)

    def greet(self, shared_memory, lanes, request_bytes, answer_bytes):
        self.post(HELLO, struct.pack("<IHHIIII", MAGIC, MAJOR, MINOR, int(shared_memory), lanes,
                                     request_bytes, answer_bytes))
        body = self.await_answer(self.tag, WELCOME)
        (magic, major, self.minor, features, granted, request_slot, answer_slot, first,
         self.bytes_max) = struct.unpack_from("<IHHIIIIQI", body)
        if (magic, major) != (MAGIC, MAJOR):
            raise Failure(MALFORMED, "not this protocol")
        if features & 1:
            self.kick = self.fds[2]
            self.bell = socket.socket(fileno=self.fds[3])
            self.rings[0] = Ring(self.fds[:2], granted, request_slot, answer_slot, first)
            self.fds = []

    def close(self):
        self.socket.close()
        if self.rings:
            os.close(self.kick)
            self.bell.close()
        for ring in self.rings.values():
            ring.close()
        self.rings = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def lane(self, index, ring=0):
        return Lane(self, self.rings[ring], index)

    # Messages.

    def post(self, kind, body, tag=None):
        if tag is None:
            self.tag += 1
            tag = self.tag
        try:
            self.socket.sendall(struct.pack("<IHHQ", len(body), kind, 0, tag) + body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # what the server said before may still be there
        return tag

    def receive(self):
        """One message: type, tag, body. Raises the server's farewell."""
        while True:
            if len(self.buffer) >= 16:
                count, kind, _, tag = struct.unpack_from("<IHHQ", self.buffer)
                if len(self.buffer) >= 16 + count:
                    body, self.buffer = self.buffer[16:16 + count], self.buffer[16 + count:]
                    if kind == ERROR and tag == 0:
                        raise Failure(body[0], body[8:].decode())
                    return kind, tag, body
            try:
                data, fds, _, _ = socket.recv_fds(self.socket, 1 << 16, 8)
            except ConnectionResetError:
                data, fds = b"", []
            self.fds += fds
            if not data:
                raise Failure(SERVER_GONE, "the server hung up")
            self.buffer += data

    def await_answer(self, tag, kind):
        while tag not in self.answers:
            got, answered, body = self.receive()
            self.answers[answered] = (got, body)
        got, body = self.answers.pop(tag)
        if got == ERROR:
            raise Failure(body[0], body[8:].decode())
        if got != kind:
            raise Failure(MALFORMED, f"a message of type {got}, not {kind}")
        return body

    def check_alive(self):
        """Raises where the server has gone, or said something of its own."""
        ready, _, _ = select.select([self.socket], [], [], 0)
        if ready:
            got, answered, body = self.receive()
            self.answers[answered] = (got, body)

    def bind(self, model, outputs=()):
        names = b"".join(struct.pack("<I", len(n)) + n for n in
                         (name.encode() for name in (model, *outputs)))
        body = self.await_answer(self.post(BIND, struct.pack("<I", len(outputs)) + names), BOUND)
        layout, _, answer_bytes_max, schema_hash = struct.unpack_from("<HHIQ", body)
        inputs, at = read_columns(body, 16)
        outputs, at = read_columns(body, at)
        assert at == len(body)
        return Layout(layout, answer_bytes_max, schema_hash, inputs, outputs)

    def unbind(self, layout):
        self.post(UNBIND, struct.pack("<H6x", layout))

    def ask(self, question):
        body = self.await_answer(self.post(ASK, struct.pack("<H6x", question)), TOLD)
        return body[0], body[8:].decode()

    def attach(self, lanes, request_bytes, answer_bytes):
        body = self.await_answer(
            self.post(ATTACH, struct.pack("<IIII", lanes, request_bytes, answer_bytes, 0)), ATTACHED)
        ring, _, granted, request_slot, answer_slot, first = struct.unpack("<HHIIIQ", body)
        self.rings[ring] = Ring(self.fds[:2], granted, request_slot, answer_slot, first)
        self.fds = self.fds[2:]
        return ring

    def detach(self, ring):
        self.rings.pop(ring).close()
        self.post(DETACH, struct.pack("<H6x", ring))

    def post_score(self, payload, layout, kind=ROW, deadline=0):
        return self.post(SCORE, struct.pack("<HHIQ", layout, kind, 0, deadline) + payload)

    def await_score(self, tag):
        body = self.await_answer(tag, ANSWER)
        version, code = struct.unpack_from("<IB", body)
        return Answer(code, version, body[8:])

    def score_over_socket(self, payload, layout, kind=ROW, deadline=0):
        return self.await_score(self.post_score(payload, layout, kind, deadline))

    def score(self, payload, layout, kind=ROW, deadline=0, lane=None):
        """By the lane, where there is one and it holds both row and answer."""
        if lane is None or not lane.fits(payload):
            return self.score_over_socket(payload, layout, kind, deadline)
        lane.send(payload, layout, kind, deadline)
        answer, flags = lane.receive()
        if answer.code == TOO_LARGE and flags & 1:
            return self.score_over_socket(payload, layout, kind, deadline)
        return answer


def read_columns(body, at):
    (count,) = struct.unpack_from("<I", body, at)
    at += 4
    columns = []
    for _ in range(count):
        shape, base, key, flags, name_bytes, rank = struct.unpack_from("<BBBBHH", body, at)
        at += 8
        name = body[at:at + name_bytes].decode()
        at += name_bytes
        dimensions = struct.unpack_from(f"<{rank}i", body, at) if flags & 2 else None
        at += 4 * rank
        columns.append(Column(name, shape, base, key, bool(flags & 1), dimensions))
    return columns, at


# Rows and answers: scalars and strings, which is what the models of the suite have.

FORMATS = {1: "?", 2: "b", 3: "h", 4: "i", 5: "q", 6: "f", 7: "d"}
STRING = 8


def encode_table(columns, values):
    """The bytes of a table, which starts at 4 modulo 8, with its vtable before it: (vtable, table,
    strings as (place in the table, text))."""
    table, entries, texts = bytearray(4), [], []
    for column, value in zip(columns, values):
        assert column.shape == 0, "this client knows scalars"
        if value is None:
            entries.append(0)
            continue
        size = 4 if column.base == STRING else struct.calcsize(FORMATS[column.base])
        table += bytes(-(len(table) + 4) % size)
        entries.append(len(table))
        if column.base == STRING:
            texts.append((len(table), value.encode()))
            table += bytes(4)
        else:
            table += struct.pack("<" + FORMATS[column.base], value)
    return entries, table, texts


def encode_row(columns, values):
    entries, table, texts = encode_table(columns, values)
    vtable = struct.pack(f"<{2 + len(entries)}H", 4 + 2 * len(entries), len(table), *entries)
    start = 4 + len(vtable)
    start += (4 - start) % 8
    row = bytearray(start)
    struct.pack_into("<I", row, 0, start)
    row[4:4 + len(vtable)] = vtable
    row += table
    struct.pack_into("<i", row, start, start - 4)
    for place, text in texts:
        row += bytes(-len(row) % 4)
        struct.pack_into("<I", row, start + place, len(row) - start - place)
        row += struct.pack("<I", len(text)) + text + b"\0"
    row += bytes(-len(row) % 8)
    return bytes(row)


def decode_answer(columns, payload):
    (table,) = struct.unpack_from("<I", payload)
    (back,) = struct.unpack_from("<i", payload, table)
    vtable = table - back
    (vtable_bytes,) = struct.unpack_from("<H", payload, vtable)
    values = []
    for i, column in enumerate(columns):
        entry = 4 + 2 * i
        offset = struct.unpack_from("<H", payload, vtable + entry)[0] if entry < vtable_bytes else 0
        if offset == 0:
            values.append(None)
        elif column.base == STRING:
            place = table + offset
            place += struct.unpack_from("<I", payload, place)[0]
            (count,) = struct.unpack_from("<I", payload, place)
            values.append(payload[place + 4:place + 4 + count].decode())
        else:
            values.append(struct.unpack_from("<" + FORMATS[column.base], payload, table + offset)[0])
    return values
