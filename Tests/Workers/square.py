"""A worker in Python: squares numbers, and echoes bytes. The wire format is in WorkerFarm's documentation."""
import os
import struct
import sys

HELLO, DECLARE, JOB, OUTPUT, FAILURE, MEMORY = 1, 2, 3, 4, 5, 6
HEADER = struct.Struct("<IBBHQ")  # length, kind, flags, type, id
HELLO_BODY = struct.Struct("<IHHiI")  # magic, version, flags, pid, limit
MAGIC, VERSION, LIMIT = 0x4D524146, 1, 64 << 20
THROWN, UNDECODABLE, UNSENDABLE, UNKNOWN_TYPE = 1, 2, 3, 4


def read_exactly(source, count):
    data = source.read(count)
    if len(data) < count:
        sys.exit("the pool is gone in the middle of a frame")
    return data


def frames(source):
    while head := source.read(HEADER.size):
        head += read_exactly(source, HEADER.size - len(head)) if len(head) < HEADER.size else b""
        length, kind, _, number, job = HEADER.unpack(head)
        if not 12 <= length <= 12 + LIMIT:
            sys.exit(f"a frame of {length} bytes")
        yield kind, number, job, read_exactly(source, length - 12)


def frame(kind, payload, job=0):
    return HEADER.pack(12 + len(payload), kind, 0, 0, job) + payload


def failure(job, reason, name, text):
    texts = [part.encode()[:16384] for part in (name, text)]
    body = b"".join(struct.pack("<I", len(part)) + part for part in texts)
    return frame(FAILURE, bytes([reason]) + body, job)


def square(payload):
    (number,) = struct.unpack("<Q", payload)
    if number >= 1 << 32:
        raise OverflowError("too large")
    return struct.pack("<Q", number * number)


SERVED = {"Square": square, "echo": bytes}


def answer(job, payload, name, limit):
    run = SERVED.get(name.rpartition(".")[2])
    if run is None:
        return failure(job, UNKNOWN_TYPE, "", name)
    try:
        output = run(payload)
    except struct.error as error:
        return failure(job, UNDECODABLE, "struct.error", str(error))
    except Exception as error:
        return failure(job, THROWN, type(error).__name__, str(error))
    if len(output) > limit:
        return failure(job, UNSENDABLE, "", f"{len(output)} bytes, over the limit of {limit}")
    return frame(OUTPUT, output, job)


def main():
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed must not get among the frames
    replies.write(frame(HELLO, HELLO_BODY.pack(MAGIC, VERSION, 0, os.getpid(), LIMIT)))
    replies.flush()
    names, limit = {}, 0
    for kind, number, job, payload in frames(requests):
        if kind == HELLO:
            magic, version, _, _, limit = HELLO_BODY.unpack_from(payload)
            if (magic, version) != (MAGIC, VERSION):
                sys.exit("this is no pool of version 1")
        elif kind == DECLARE:
            names[number] = payload.decode()
        elif kind == JOB:
            replies.write(answer(job, payload, names[number], limit))
            replies.flush()
        elif kind != MEMORY:
            sys.exit(f"a frame of kind {kind}")


main()
