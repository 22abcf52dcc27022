#!/usr/bin/env python3
"""Checks the line of a concert, with draw.py beside it: line.py https://HOST CONCERT_ID
[--token TOKEN_ID] [--seen FILE] [--key PUBLIC_KEY]. FILE keeps the checkpoint for the next time."""
import base64, datetime, hashlib, json, os, struct, sys, time
from draw import fetch, need, order_of, root_of, sha256

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # Ed25519, as in RFC 8032
D = -121665 * pow(121666, -1, P) % P
def add(p, q):
    (a, b), (c, d) = p, q
    t = D * a * b * c * d % P
    return (a * d + b * c) * pow(1 + t, -1, P) % P, (b * d + a * c) * pow(1 - t, -1, P) % P
def multiply(scalar, point):
    total = multiply(scalar // 2, add(point, point)) if scalar > 1 else (0, 1)
    return add(total, point) if scalar & 1 else total
def decompress(data):
    y = int.from_bytes(data, "little") & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    need(x * x % P == square and y < P, "a key or a signature is no point of the curve")
    return (x if x & 1 == data[31] >> 7 else P - x), y
def is_signed(public, text, signature):
    s, base = int.from_bytes(signature[32:], "little"), (4 * pow(5, -1, P) % P).to_bytes(32, "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % L
    right = add(decompress(signature[:32]), multiply(k, decompress(public)))
    return s < L and multiply(s, decompress(base)) == right

def read_checkpoint(note, keys):
    text, _, signatures = note.partition("\n\n")
    origin, size, root = text.split("\n")[:3]
    for line in signatures.splitlines():
        name, signed = line.removeprefix("\u2014 ").split(" ")
        signed = base64.b64decode(signed)
        for key in keys:
            if name == origin and signed[:4] == sha256(f"{name}\n\1".encode() + key)[:4]:
                need(is_signed(key, text.encode() + b"\n", signed[4:]), "a signature is false")
                return int(size), base64.b64decode(root)
    raise ValueError("a checkpoint is signed by none of the keys")

def path_of(number, width):
    path, number = f"{number % 1000:03}", number // 1000
    while number:
        path, number = f"x{number % 1000:03}/{path}", number // 1000
    return path if width == 256 else f"{path}.p/{width}"

def read_log(url, size):
    """Hashes of the token ids, and leaves: dense, in order of arrival, as the tiles say."""
    tokens, leaves, last = [], [], 0
    for start in range(0, size, 256):
        data = fetch(f"{url}/entries/{path_of(start // 256, min(256, size - start))}")
        for number in range(start + 1, min(start + 256, size) + 1):
            entry, data = data[2:50], data[50:]
            found, token, issued_at = struct.unpack(">Q32sQ", entry)
            need(found == number, f"entry {found} stands where entry {number} should")
            need(issued_at >= last, f"entry {number} joined before the one in front of it")
            last = issued_at
            tokens.append(token.hex())
            leaves.append(sha256(b"\0" + entry))
    level, hashes = 0, leaves
    while hashes:
        tiles = [hashes[i:i + 256] for i in range(0, len(hashes), 256)]
        for i, tile in enumerate(tiles):
            served = fetch(f"{url}/{level}/{path_of(i, len(tile))}")
            need(served == b"".join(tile), f"tile {i} of level {level} is not that of its entries")
        level, hashes = level + 1, [root_of(tile) for tile in tiles if len(tile) == 256]
    return tokens, leaves

def check_admissions(records):
    """In the order of the line, never more inside than allowed, never faster than the pace."""
    front, last, level = 0, 0, float("inf")
    for record in records:
        name, pace = f"admission {record['admission']}", record["admit_per_minute"]
        at = datetime.datetime.fromisoformat(record["admitted_at"].replace("Z", "+00:00")).timestamp()
        at, count = round(at * 1000), record["admitted"]
        after, upto = record["after_place"], record["up_to_place"]
        need(after >= front and at >= last, f"{name} is out of order")
        need(0 < count <= upto - after, f"{name} let in others than those who were next")
        need(count <= record["active_after"] <= record["max_active"], f"{name} exceeds max_active")
        full = max(60000, 2000 * pace)  # two seconds' worth; times are cut to milliseconds
        level = min(full, level + (at - last + 1) * pace) - 60000 * count * (pace > 0)
        need(level >= 0, f"{name} is faster than {pace} a minute")
        front, last = upto, at
    return front

def check(host, concert, options):
    url, records, page = f"{host}/api/v1/concerts/{concert}", [], ""
    known = [key["public_key"] for key in json.loads(fetch(f"{host}/api/v1/keys"))["items"]]
    keys = [base64.b64decode(key) for key in ([options["--key"]] if "--key" in options else known)]
    while page is not None:
        answer = json.loads(fetch(f"{url}/admissions?limit=100{page}"))
        records.extend(answer["items"])
        page = answer["next_cursor"] and "&cursor=" + answer["next_cursor"]
    front = check_admissions(records)
    time.sleep(2)  # for the log to come up with them
    note = fetch(f"{url}/log/checkpoint").decode()
    size, root = read_checkpoint(note, keys)
    need(size >= front, "somebody was let in who is not in the log")
    tokens, leaves = read_log(f"{url}/log/tile", size)
    need(root_of(leaves) == root, "the root of the checkpoint is not that of the entries")
    seen, place_of = options.get("--seen", os.devnull), int
    if os.path.isfile(seen):
        old, old_root = read_checkpoint(open(seen).read(), keys)
        need(old <= size and root_of(leaves[:old]) == old_root, "two signed checkpoints contradict each other")
    open(seen, "w").write(note)
    is_lottery = json.loads(fetch(url))["queue"]["order"] == "lottery"
    draw = json.loads(fetch(f"{url}/draw")) if is_lottery else {"status": "in order of arrival"}
    if draw["status"] == "DRAWN":
        need(root_of(leaves[:draw["entries"]]).hex() == draw["log_root"], "the draw is of another log")
        place_of = order_of(draw).place_of
    print(f"{size} joins, {len(records)} admissions up to place {front}, {draw['status']}: all is right")
    if "--token" in options:
        hashed = sha256(options["--token"].encode()).hex()
        need(hashed in tokens, "this token is not in the log")
        entry = tokens.index(hashed) + 1
        print(f"entry {entry}, place {place_of(entry)}, {max(0, place_of(entry) - front - 1)} at most in front")

if __name__ == "__main__":
    sys.tracebacklimit = 0  # what is wrong is said without where
    check(sys.argv[1], sys.argv[2], dict(zip(sys.argv[3::2], sys.argv[4::2])))
