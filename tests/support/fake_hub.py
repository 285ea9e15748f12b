"""A loopback server with the part of the Hugging Face Hub's API that models are pushed and fetched by.

Small files come within a commit, weights by the protocol of Git LFS. Every commit is a snapshot of all files, and has a
hash to ask for it.
"""

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote, urlsplit

Files = dict[str, bytes]


class FakeHub:
    """Serves while its context lasts.

    repos: the commits of each repository by their hashes, the newest last.
    log: method and path of every request. gated: repositories that are refused. token: what a request has to bear to
    write.
    """

    def __init__(self, token: str = "hf_test") -> None:
        self.repos: dict[str, dict[str, Files]] = {}
        self.log: list[tuple[str, str]] = []
        self.gated: set[str] = set()
        self.errors: list[str] = []
        self.token = token
        self._blobs: dict[str, bytes] = {}

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def add(self, repo: str, files: Files) -> str:
        """Commit files to a repository; return the hash of the commit."""
        commits = self.repos.setdefault(repo, {})
        whole = (list(commits.values())[-1] if commits else {}) | files
        commit = hashlib.sha1(repr([len(commits), sorted(whole.items())]).encode()).hexdigest()
        commits[commit] = whole
        return commit

    def __enter__(self) -> Self:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                path = unquote(urlsplit(self.path).path)
                outer.log.append((self.command, path))
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                if self.headers.get("Transfer-Encoding") == "chunked":
                    body = self._chunks()
                writes = self.headers.get("Authorization") == f"Bearer {outer.token}"
                try:
                    status, content, headers = outer.answer(self.command, path, body, writes)
                except Exception as error:
                    outer.errors.append(repr(error))
                    status, content, headers = 500, b"", {}
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(content))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def _chunks(self) -> bytes:
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            do_GET = do_HEAD = do_POST = do_PUT = _answer  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        assert kind or not self.errors, self.errors

    def answer(self, method: str, path: str, body: bytes, writes: bool) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and headers."""
        if method in ("GET", "HEAD"):
            return self._resolve(path)
        if path.startswith("/lfs/"):
            self._blobs[path.removeprefix("/lfs/")] = body
            return 200, b"", {}
        if not writes:
            return 401, b'{"error": "Invalid username or password."}', {"X-Error-Message": "Invalid credentials"}
        if path == "/api/validate-yaml":
            return _json({"errors": [], "warnings": []})
        if path == "/api/repos/create":
            asked = json.loads(body)
            repo = f"{asked['organization']}/{asked['name']}" if asked.get("organization") else asked["name"]
            self.repos.setdefault(repo, {})
            return _json({"url": f"{self.url}/{repo}", "name": repo, "id": repo})
        repo = "/".join(path.removeprefix("/api/models/").strip("/").split("/")[:2]).removesuffix(".git")
        if "/preupload/" in path:
            files = json.loads(body)["files"]
            modes = [{"path": each["path"], "uploadMode": _mode(each["path"]), "shouldIgnore": False} for each in files]
            return _json({"files": modes})
        if path.endswith("/info/lfs/objects/batch"):
            return self._batch(json.loads(body))
        if "/commit/" in path:
            return self._commit(repo, [json.loads(line) for line in body.decode().splitlines()])
        raise AssertionError(f"{method} {path}")

    def _batch(self, asked: Any) -> tuple[int, bytes, dict[str, str]]:
        objects = [
            each | {"actions": {"upload": {"href": f"{self.url}/lfs/{each['oid']}", "header": {}}}}
            for each in asked["objects"]
        ]
        return _json({"transfer": "basic", "objects": objects}, "application/vnd.git-lfs+json")

    def _commit(self, repo: str, lines: list[Any]) -> tuple[int, bytes, dict[str, str]]:
        files: Files = {}
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                content = self._blobs[value["oid"]]
                assert hashlib.sha256(content).hexdigest() == value["oid"]
                files[value["path"]] = content
        commit = self.add(repo, files)
        return _json({"commitUrl": f"{self.url}/{repo}/commit/{commit}", "commitOid": commit, "success": True})

    def _resolve(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        """A file of a commit: /OWNER/NAME/resolve/REVISION/FILE; of metadata of a repository only that it exists."""
        if path.startswith("/api/models/"):
            repo = "/".join(path.split("/")[3:5])
            return _json({"id": repo, "sha": [*self.repos[repo]][-1]}) if self.repos.get(repo) else (404, b"", {})
        owner, name, _, revision, file = path.strip("/").split("/", 4)
        repo = f"{owner}/{name}"
        if repo in self.gated:
            return 403, b"", {"X-Error-Code": "GatedRepo", "X-Error-Message": f"Access to {repo} is restricted."}
        commits = self.repos.get(repo)
        if not commits:
            return 404, b"", {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"}
        commit = [*commits][-1] if revision == "main" else revision
        if commit not in commits:
            return 404, b"", {"X-Error-Code": "RevisionNotFound", "X-Error-Message": "Invalid rev id"}
        if file not in commits[commit]:
            missing = {"X-Error-Code": "EntryNotFound", "X-Error-Message": "Entry not found", "X-Repo-Commit": commit}
            return 404, b"", missing
        content = commits[commit][file]
        digest = hashlib.sha256(content).hexdigest()
        return 200, content, {"X-Repo-Commit": commit, "ETag": f'"{digest}"', "Accept-Ranges": "bytes"}


def _mode(path: str) -> str:
    return "lfs" if path.endswith(".safetensors") else "regular"


def _json(value: Any, kind: str = "application/json") -> tuple[int, bytes, dict[str, str]]:
    return 200, json.dumps(value).encode(), {"Content-Type": kind}
