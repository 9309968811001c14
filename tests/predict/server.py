"""A small server with faults: `python -m tests.predict.server`; prints its port.

The first part of a path says what it does with /chat/completions: /busy/v1/chat/completions.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image

SEEN: Counter[str] = Counter()


def completion(text, finish="stop"):
    choice = {"index": 0, "message": {"role": "assistant", "content": text}}
    return {"id": "x", "object": "chat.completion", "choices": [choice | {"finish_reason": finish}]}


def echo(body):
    """What was asked, as the answer."""
    image, words = body["messages"][0]["content"]
    head, data = image["image_url"]["url"].split(",")
    size = Image.open(io.BytesIO(base64.b64decode(data))).size
    own = {name: body[name] for name in ("model", "max_tokens", "temperature")}
    more = [body.get("seed"), body.get("skip_special_tokens")]
    return json.dumps([head, size, words["text"], own, *more], ensure_ascii=False)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        mode = self.path.split("/")[1]
        SEEN[mode] += 1
        tries = SEEN[f"{mode} {hash(raw)}"] = SEEN[f"{mode} {hash(raw)}"] + 1
        getattr(self, mode)(json.loads(raw), tries)

    def send(self, code, data, **headers):
        data = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def fine(self, body, tries):
        self.send(200, completion(echo(body)))

    def tells(self, body, tries):
        self.send(401, {"error": "x" * 135 + self.headers["Authorization"]})

    def busy(self, body, tries):
        if tries == 1:
            self.send(429, {"error": "slow down"}, Retry_After="0")
        else:
            self.fine(body, tries)

    def strict(self, body, tries):
        """As OpenAI and `transformers serve` do with what they do not know."""
        unknown = set(body) - {"model", "messages", "max_tokens", "temperature", "stream", "seed"}
        if unknown:
            self.send(422, {"detail": f"Unexpected fields in the request: {unknown}"})
        else:
            self.fine(body, tries)

    def broken(self, body, tries):
        self.send(500, {"error": "out of memory"}, Retry_After="0")

    def denied(self, body, tries):
        self.send(401, {"error": f"no such key: {self.headers['Authorization']}"})

    def slow(self, body, tries):
        time.sleep(5)

    def drip(self, body, tries):
        """Header after header, each in time."""
        self.wfile.write(b"HTTP/1.0 200 OK\r\n")
        for number in range(100):
            self.wfile.write(f"X-{number}: x\r\n".encode())
            self.wfile.flush()
            time.sleep(0.05)

    def later(self, body, tries):
        if tries == 1:
            self.send(503, {"error": "loading"}, Retry_After="1.2")
        else:
            self.fine(body, tries)

    def pieces(self, body, tries):
        pieces = [{"type": "text", "text": text} for text in ("<box>[[1, 2,", " 3, 4]]</box>")]
        self.send(200, completion(pieces))

    def dribble(self, body, tries):
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.05)

    def endless(self, body, tries):
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 65536)

    def garbage(self, body, tries):
        self.send(200, b"<html>Bad gateway</html>")

    def choiceless(self, body, tries):
        self.send(200, {"choices": []})

    def silent(self, body, tries):
        self.send(200, completion(None))

    def calls(self, body, tries):
        """As `transformers serve` answers for a Qwen-VL that wrote a tool call."""
        function = {"name": "computer_use", "arguments": '{"coordinate": [548, 503]}'}
        reply = completion("")
        reply["choices"][0]["message"]["tool_calls"] = [
            {"id": "1", "type": "function", "function": function}
        ]
        self.send(200, reply)

    def cut(self, body, tries):
        self.send(200, completion("<box>[[1, 2", "length"))

    def dies(self, body, tries):
        if SEEN["dies"] > 5:
            os._exit(1)
        self.fine(body, tries)

    def log_message(self, *args):
        pass

    def handle(self):
        with contextlib.suppress(OSError):  # the client has left
            super().handle()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)  # noqa: T201
    sys.exit(server.serve_forever())
