"""A platform that really listens: it takes JSON once for each key, and can be made to fail."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ReceivingPlatform:
    """Takes documents by POST; `moods` says how it behaves, one for each call, then well."""

    def __init__(self, token=""):
        self.moods = []
        self.taken = {}
        self.calls = []
        platform = self

        class Counter(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                key = self.headers["Idempotency-Key"]
                platform.calls.append(key)
                if token and self.headers.get("Authorization") != f"Bearer {token}":
                    return self.say(401, {"error": "who are you?"})
                mood = platform.moods.pop(0) if platform.moods else "well"
                if mood == "busy":
                    return self.say(503, {"error": "come later"})
                if mood == "refuses":
                    return self.say(422, {"error": "iswc is wanted"})
                receipt = platform.taken.setdefault(key, (f"R-{len(platform.taken) + 1}", body))[0]
                if mood == "loses the receipt":
                    return self.connection.close()
                return self.say(201, {"receipt": receipt})

            def say(self, status, said):
                told = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Counter)
        self.url = f"http://127.0.0.1:{self.server.server_port}/plays"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
