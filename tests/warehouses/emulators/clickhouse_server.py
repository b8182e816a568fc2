"""ClickHouse's engine (chDB) behind its HTTP interface, as far as the loader uses it.

Arguments: the port on loopback, and the folder for the data. A query is the body of a
POST, with the parameters ``database``, which is made if there is none, and
``default_format``.
"""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from chdb.session import Session  # type: ignore[import-not-found]

session = Session(sys.argv[2])


class Handler(BaseHTTPRequestHandler):
    """Answers one query after the other, as the engine has one session."""

    def do_POST(self) -> None:
        parameters = parse_qs(urlsplit(self.path).query)
        query = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            for database in parameters.get("database", []):
                session.query(f"CREATE DATABASE IF NOT EXISTS `{database}`")
                session.query(f"USE `{database}`")
            [form] = parameters.get("default_format", ["JSONEachRow"])
            status, answer = 200, session.query(query, form).bytes()
        except Exception as error:  # noqa: BLE001  # whatever the engine refuses
            status, answer = 500, str(error).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
