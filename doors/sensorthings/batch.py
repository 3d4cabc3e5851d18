"""Many requests in one: `$batch` as JSON and as `multipart/mixed`. They are answered in their order, one after the other.

Requests of one atomicity group (a change set) end with the first that fails: those after it are not begun. What those
before it stored stays stored; sent again, it is found there.
"""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from doors.sensorthings.answering import Reply, written
from doors.sensorthings.query import Malformed
from doors.sensorthings.service import failure

MOST = 1000
DEEPEST = 50
NAME = re.compile(r"\$([A-Za-z0-9_.:,;-]{1,100})")
REQUEST = re.compile(rb"\s*([A-Za-z]+)[ \t]+(\S+)(?:[ \t]+HTTP/[\d.]+)?[ \t]*\r?\n(.*)", re.DOTALL)
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")

Ask = Callable[[str, str, str, Any], Reply]     # method, path, query, body


@dataclass(frozen=True)
class Request:
    """One request of a batch; `group` is its atomicity group."""

    name: str | None
    method: str
    url: str
    body: Any
    group: str | None = None


@dataclass
class Run:
    """The requests of a batch as they are answered: what they created, and which groups have failed."""

    ask: Ask
    root: str
    created: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    def answer(self, request: Request) -> Reply:
        """Answer one of them."""
        if request.group is not None and request.group in self.failed:
            return failure(424, "not_begun", "a request of the same group failed before this one")
        try:
            path, query = self.address(request.url)
            reply = self.ask(request.method, path, query, self.named(request.body))
        except Malformed as error:
            reply = failure(400, "malformed", str(error))
        if reply.status >= 400 and request.group is not None:
            self.failed.add(request.group)
        if request.name is not None and "Location" in reply.headers:
            self.created[request.name] = reply.headers["Location"].removeprefix(self.root).lstrip("/")
        return reply

    def address(self, url: str) -> tuple[str, str]:
        """The path within the service, and the query. Raises: Malformed."""
        found = NAME.match(url)
        if found is not None and found[1] in self.created:
            url = self.created[found[1]] + url[found.end():]
        plain = url.removeprefix(self.root)
        try:
            parts = urlsplit(plain if plain.startswith("/") or "://" in plain else f"/{plain}")
        except ValueError as error:
            raise Malformed(f"{url[:60]!r} is no address") from error
        path = unquote(parts.path)
        inside = urlsplit(self.root).path
        return path.removeprefix(inside).strip("/"), parts.query

    def named(self, body: Any, depth: int = 0) -> Any:
        """The body, with `$name` replaced by the id of what that request created."""
        if isinstance(body, dict) and depth < DEEPEST:
            return {name: self.created_id(value) if name in ("@iot.id", "id") else self.named(value, depth + 1)
                    for name, value in body.items()}
        if isinstance(body, list) and depth < DEEPEST:
            return [self.named(value, depth + 1) for value in body]
        return body

    def created_id(self, value: Any) -> Any:
        """An id, or that of what the request of this name created."""
        found = NAME.fullmatch(value) if isinstance(value, str) else None
        where = self.created.get(found[1]) if found is not None else None
        if where is None:
            return value
        written_id = unquote(where[where.index("(") + 1:-1])
        return written_id[1:-1].replace("''", "'") if written_id.startswith("'") else int(written_id)


def by_json(body: Any, run: Run) -> Reply:
    """A batch as JSON. Raises: Malformed."""
    requests = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(requests, list) or len(requests) > MOST:
        raise Malformed(f'a batch is {{"requests": […]}} with at most {MOST} requests')
    return Reply(200, {"responses": [response(one, run) for one in requests]})


def response(told: Any, run: Run) -> dict[str, Any]:
    """One request's answer."""
    name = told.get("id") if isinstance(told, dict) else None
    try:
        request = request_of(told)
    except Malformed as error:
        return {"id": name, "status": 400, "body": failure(400, "malformed", str(error)).body}
    reply = run.answer(request)
    made: dict[str, Any] = {"id": name, "status": reply.status}
    if "Location" in reply.headers:
        made["location"] = reply.headers["Location"]
    if reply.headers:
        made["headers"] = dict(reply.headers)
    return made if reply.body is None else made | {"body": reply.body}


def request_of(told: Any) -> Request:
    """A request as JSON has it. Raises: Malformed."""
    if not isinstance(told, dict) or not isinstance(told.get("url"), str) or not isinstance(told.get("method"), str):
        raise Malformed("a request of a batch has id, method and url")
    method = told["method"].upper()
    if method not in METHODS:
        raise Malformed(f"{method[:20]!r} is no method; there are {', '.join(METHODS)}")
    group = told.get("atomicityGroup")
    return Request(None if told.get("id") is None else str(told["id"]), method, told["url"], told.get("body"),
                   None if group is None else str(group))


def by_parts(body: bytes, content_type: str, run: Run) -> tuple[bytes, str]:
    """A batch as `multipart/mixed`. Returns: the answer's body and its media type. Raises: Malformed."""
    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    if not message.is_multipart():
        raise Malformed("the batch is no multipart/mixed with a boundary")
    boundary = f"batch_{uuid.uuid4().hex}"
    return joined([part_answer(part, run) for part in limited(message)], boundary), f"multipart/mixed; boundary={boundary}"


def limited(message: Message) -> Iterator[Message]:
    """The parts of a message. Raises: Malformed when there are too many."""
    for number, part in enumerate(message.get_payload()):
        if number >= MOST:
            raise Malformed(f"a batch has at most {MOST} requests")
        if isinstance(part, Message):
            yield part


def part_answer(part: Message, run: Run) -> bytes:
    """The answer to one part: a request, or a change set of several."""
    if not part.is_multipart():
        return request_answer(part, run, None)
    group, boundary = uuid.uuid4().hex, f"changeset_{uuid.uuid4().hex}"
    inner = [request_answer(each, run, group) for each in limited(part) if not each.is_multipart()]
    return b"Content-Type: multipart/mixed; boundary=" + boundary.encode() + b"\r\n\r\n" + joined(inner, boundary)


def request_answer(part: Message, run: Run, group: str | None) -> bytes:
    """The answer to one request, as it would have been alone."""
    name = str(part.get("Content-ID", "")).strip("<> \r\n")
    content = part.get_payload(decode=True)
    try:
        reply = run.answer(spoken(content if isinstance(content, bytes) else b"", name or None, group))
    except Malformed as error:
        reply = failure(400, "malformed", str(error))
    return as_part(reply, name)


def spoken(content: bytes, name: str | None, group: str | None) -> Request:
    """A request written as HTTP. Raises: Malformed."""
    match = REQUEST.match(content)
    if match is None or match[1].upper().decode() not in METHODS:
        raise Malformed("a part of the batch does not begin with a request line, like GET Things HTTP/1.1")
    sent, body = (b"\n" + match[3].replace(b"\r\n", b"\n")).partition(b"\n\n")[2], None
    if sent.strip():
        try:
            body = orjson.loads(sent)
        except orjson.JSONDecodeError as error:
            raise Malformed(f"the body of a part is not JSON: {error}") from error
    return Request(name, match[1].upper().decode(), match[2].decode("utf-8", "replace"), body, group)


def as_part(reply: Reply, name: str) -> bytes:
    """An answer as a part of the batch's answer."""
    head = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    head += [f"Content-ID: {name}"] if name and name.isprintable() else []
    body = b"" if reply.body is None else reply.body.encode() if isinstance(reply.body, str) else written(reply.body)
    kind = [] if reply.body is None or "Content-Type" in reply.headers else ["Content-Type: application/json"]
    lines = [*head, "", f"HTTP/1.1 {reply.status} ", *kind, *headers(reply.headers), f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def headers(given: Mapping[str, str]) -> list[str]:
    """Headers as lines."""
    return [f"{name}: {value}" for name, value in given.items()]


def joined(parts: list[bytes], boundary: str) -> bytes:
    """Parts between their boundaries."""
    mark = boundary.encode()
    return b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + mark + b"--\r\n"
