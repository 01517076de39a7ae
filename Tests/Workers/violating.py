"""A worker that echoes, and breaks the wire format in the way that its argument names."""
import os
import select
import struct
import sys
import time

HELLO, DECLARE, JOB, OUTPUT, FAILURE, MEMORY = 1, 2, 3, 4, 5, 6
HEADER = struct.Struct("<IBBHQ")  # length, kind, flags, type, id
MAGIC, VERSION, LIMIT = 0x4D524146, 1, 1 << 20

WAYS = """conforms no-hello wrong-magic short-hello old-version pools-hello answer-first prints unknown-kind
wrong-id short-id twice silent wrong-length half-frame over-limit dies-at-unknown echoes-unknown dies-at-memory
dies-at-garbage first-name lingers exits-1 out-of-order last-only no-texts long-text reason-9 whole-reads
dies-after-failure no-page page-stays answers-half hello-tail""".split()
way = sys.argv[1]
if way not in WAYS:
    sys.exit(f"one of: {' '.join(WAYS)}")


def read_exactly(count):
    data = b""
    while len(data) < count:
        more = os.read(0, count - len(data))
        if way == "answers-half" and not more and data:
            send(frame(OUTPUT, b"", 99))
        if not more:
            sys.exit(("frame ends early" if data else 0) if way != "exits-1" else 1)
        data += more
        if way == "whole-reads":
            break
    return data


def send(data):
    while data:
        data = data[os.write(1, data):]


def frame(kind, payload, job=0):
    return HEADER.pack(12 + len(payload), kind, 0, 0, job) + payload


def texts(*parts):
    return b"".join(struct.pack("<I", len(part)) + part for part in parts)


def failure(job, reason, text):
    if way == "no-texts":
        return frame(FAILURE, bytes([reason]), job)
    if way == "long-text":
        text = b"x" * 16385
    if way == "reason-9":
        reason = 9
    return frame(FAILURE, bytes([reason]) + texts(b"", text), job)


def hello():
    if way == "no-hello":
        return b""
    magic = 0x46415246 if way == "wrong-magic" else MAGIC
    version = 0 if way == "old-version" else VERSION
    flags = {"pools-hello": 2, "no-page": 1, "page-stays": 1}.get(way, 0)
    body = struct.pack("<IHHiI", magic, version, flags, os.getpid(), LIMIT)
    if way == "short-hello":
        body = body[:12]
    return frame(OUTPUT if way == "answer-first" else HELLO, body)


def answer(job, payload, name, limit):
    if name != b"echo" and way != "echoes-unknown":
        if way == "dies-at-unknown":
            sys.exit("what is " + name.decode() + "?")
        return failure(job, 4, name)
    if way == "dies-at-garbage":
        payload.decode()
    if len(payload) > limit and way != "over-limit":
        return failure(job, 3, b"too long")
    return frame(OUTPUT, payload, job)


def bent(reply, job):
    if way == "prints":
        return b"job %d done\n" % job + reply
    if way == "unknown-kind":
        return frame(9, b"", job) + reply
    if way == "wrong-id":
        return reply[:8] + struct.pack("<Q", job + 1) + reply[16:]
    if way == "short-id":
        return reply[:8] + struct.pack("<Q", job & 0xFFFFFFFF) + reply[16:]
    if way == "twice":
        return reply + reply
    if way == "silent":
        return b""
    if way == "wrong-length":
        return struct.pack("<I", len(reply)) + reply[4:]
    if way == "half-frame":
        send(reply[:10])
        sys.exit(0)
    return reply


def note(job):
    if way == "page-stays":
        os.pwrite(3, struct.pack("<Q", job), 0)


def serve():
    send(hello())
    names, limit, held = {}, 0, None
    while True:
        length, kind, _, number, job = HEADER.unpack(read_exactly(HEADER.size))
        payload = read_exactly(length - 12) if length > 12 else b""
        if kind == HELLO:
            (limit,) = struct.unpack_from("<I", payload, 12)
            if way == "hello-tail":
                struct.unpack("<IHHiI", payload)
        elif kind == DECLARE:
            if way != "first-name" or number not in names:
                names[number] = payload
        elif kind == JOB:
            note(job)
            reply = bent(answer(job, payload, names[number], limit), job)
            is_more = select.select([0], [], [], 0)[0]
            if way == "out-of-order" and held is None and is_more:
                held = reply
                continue
            if way != "last-only" or not is_more:
                send(reply + (held or b""))
            held = None
            if way == "dies-after-failure" and reply[4] == FAILURE:
                sys.exit("that was too much")
        elif way == "dies-at-memory":
            sys.exit(f"a frame of kind {kind}")


try:
    serve()
finally:
    if way == "lingers":
        time.sleep(1000)
