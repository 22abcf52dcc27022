#!/usr/bin/env python3
"""Recomputes the draw of a lottery: python3 draw.py https://HOST CONCERT_ID [ENTRY...]

Checks the commitment and the seed that GET /concerts/{id}/draw publishes and prints the place of
each ENTRY (`entry` of your queue state), or the whole order without one. --file FILE reads the
published draw from a file instead. Exit code 0: all is right, 1: something is not, 2: not drawn.
What the draw is made of, and what it proves, is in docs/fairness.md.
"""
import argparse
import hashlib
import json
import sys
import urllib.request

ROUNDS = 20


def sha256(data):
    return hashlib.sha256(data).digest()


def need(condition, problem):
    if not condition:
        raise ValueError(problem)


def fetch(url, **headers):
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers)).read()


def root_of(hashes):
    """Of the Merkle tree of a log (RFC 6962)."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256(b"")
    left = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1" + root_of(hashes[:left]) + root_of(hashes[left:]))


class Order:
    """The permutation of the entries 1 to `entries` that the seed gives."""

    def __init__(self, seed, entries):
        self.seed, self.entries = seed, entries
        # The entries fill a grid, row by row, but for a few cells of the last row.
        self.rows = 1
        while self.rows * self.rows < entries:
            self.rows += 1
        self.columns = max(1, -(-entries // self.rows))

    def value(self, round_number, half):
        data = self.seed + bytes([round_number]) + half.to_bytes(8, "big")
        return int.from_bytes(sha256(data)[:8], "big")

    def forward(self, index):
        row, column = divmod(index, self.columns)
        for round_number in range(ROUNDS):
            if round_number % 2 == 0:
                row = (row + self.value(round_number, column)) % self.rows
            else:
                column = (column + self.value(round_number, row)) % self.columns
        return row * self.columns + column

    def place_of(self, entry):
        """1 for the entry that is let in first. Who joined later stands behind, in order."""
        if entry > self.entries:
            return entry
        index = self.forward(entry - 1)
        while index >= self.entries:  # a cell without an entry: go on from there
            index = self.forward(index)
        return index + 1


def order_of(draw):
    """Checks a published draw; its order. Raises ValueError when it is not as it should be."""
    need(draw["algorithm"] == "stagedoor-draw-1", "the algorithm is not known here")
    secret, root = bytes.fromhex(draw["secret"]), bytes.fromhex(draw["log_root"])
    need(sha256(secret).hex() == draw["commitment"], "the secret is not the one of the commitment")
    value = (draw["beacon"] or {}).get("value") or "missing"
    beacon = b"" if value == "missing" else bytes.fromhex(value)
    need(sha256(secret + root + beacon).hex() == draw["seed"],
         "the seed is not that of secret, log root and beacon")
    return Order(bytes.fromhex(draw["seed"]), draw["entries"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--file", help="a published draw instead of HOST and CONCERT_ID")
    parser.add_argument("arguments", nargs="*", metavar="HOST CONCERT_ID [ENTRY...]")
    options = parser.parse_args()
    entries = options.arguments if options.file else options.arguments[2:]
    if options.file:
        with open(options.file, encoding="utf-8") as file:
            draw = json.load(file)
    else:
        host, concert = options.arguments[:2]
        draw = json.loads(fetch(f"{host}/api/v1/concerts/{concert}/draw"))
    if draw["status"] != "DRAWN":
        print(f"not drawn yet: {draw['status']}, entries close at {draw['closes_at']}")
        return 2
    try:
        order = order_of(draw)
    except ValueError as error:
        print(f"WRONG: {error}")
        return 1
    beacon = draw["beacon"]
    named = "none was named" if not beacon else f"round {beacon['round']} of {beacon['chain']}"
    print(f"{draw['entries']} entries, drawn from secret, log root and beacon ({named}: "
          f"{beacon['value'] if beacon else '-'}): all as published")
    for entry in map(int, entries) if entries else range(1, draw["entries"] + 1):
        print(f"entry {entry}: place {order.place_of(entry)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
