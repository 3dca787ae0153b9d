"""The client that waits."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeVar

import grpc

import superbill
from superbill import models
from superbill.client import calls
from superbill.client.calls import Call, ClaimLike, Day, EncounterLike
from superbill.client.channel import Tls, Token, check_plain, metadata, options
from superbill.client.results import CodeInfo, Match, Releases, ServerStatus, Translation
from superbill.client.retry import Retries

Answer = TypeVar("Answer")
Message = TypeVar("Message")

# Streams of `code_many` where nothing is said: a server works on a stream one message after the other.
STREAMS = 4


def code_of(error: grpc.RpcError) -> tuple[int, str, str]:
    """Number, name and message of what a call failed with."""
    status: grpc.StatusCode = error.code()
    return status.value[0], status.name, error.details() or ""


class Client:
    """A server under the method names of `superbill.KnowledgeBase`; safe to share between threads.

    `address` is `HOST:PORT` or `unix:PATH`. `timeout` is the seconds that a call may take with everything that is asked again; of a stream,
    those between two answers. Plain text is spoken on this machine alone, unless `plain_text_on_network` says otherwise.
    """

    def __init__(
        self,
        address: str,
        *,
        tls: Tls | None = None,
        token: Token | None = None,
        timeout: float = 30.0,
        retries: Retries | None = None,
        plain_text_on_network: bool = False,
    ) -> None:
        if tls is None:
            check_plain(address, allowed=plain_text_on_network)
            self._channel = grpc.insecure_channel(address, options(address))
        else:
            self._channel = grpc.secure_channel(address, tls.credentials(), tls.options())
        self._token = token
        self._timeout = timeout
        self._retries = retries or Retries()
        self._methods: dict[str, Any] = {}

    def close(self) -> None:
        """Ends the connection."""
        self._channel.close()

    def __enter__(self) -> Client:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Ends the connection."""
        self.close()

    def _open(self, method: str) -> Any:
        return self._channel.stream_stream(f"/superbill.v1.{method}")

    def _ask(self, call: Call[Answer]) -> Answer:
        method = self._methods.get(call.method) or self._methods.setdefault(
            call.method, self._channel.unary_unary(f"/superbill.v1.{call.method}")
        )
        deadline = time.monotonic() + self._timeout
        attempt = 0
        while True:
            try:
                answer: bytes = method(call.request, timeout=deadline - time.monotonic(), metadata=metadata(self._token))
            except grpc.RpcError as failed:
                attempt += 1
                code, name, message = code_of(failed)
                seconds = self._retries.wait(code, attempt, deadline, failed.trailing_metadata() or ())
                if seconds is None:
                    raise calls.error(call.wrong, code, name, message) from None
                time.sleep(seconds)
            else:
                self._retries.succeeded()
                return call.read(answer)

    def code(self, encounter: EncounterLike) -> superbill.CodedEncounter:
        """Codes one encounter. Raises `EncounterError` naming the field, or `ServiceError`."""
        return self._ask(calls.code(encounter))

    def code_stream(
        self, encounters: Iterable[EncounterLike], *, window: int = 64
    ) -> Iterator[superbill.CodedEncounter | superbill.EncounterError]:
        """Codes encounters as they come: one answer each, in order; in the place of one that cannot be coded stands its `EncounterError`.

        At most `window` encounters are taken from the iterable ahead of the answers. Where the connection breaks, what has no answer is
        sent again.
        """
        return self._stream(
            "Coding/CodeStream", calls.encode_code, calls.decode_code, encounters, window, superbill.EncounterError, self.code
        )

    def code_many(
        self, encounters: Sequence[EncounterLike], *, threads: int = 0
    ) -> list[superbill.CodedEncounter | superbill.EncounterError]:
        """Codes many encounters over `threads` streams (0: four); answers as of `code_stream`."""
        return self._many(self.code_stream, encounters, threads)

    def edit(self, claim: ClaimLike) -> superbill.Check:
        """Checks one claim. Raises `ClaimError` naming the field, `KnowledgeBaseError`, or `ServiceError`."""
        return self._ask(calls.edit(claim, repair=False))

    def edit_stream(
        self, claims: Iterable[ClaimLike], *, window: int = 256, repair: bool = False
    ) -> Iterator[superbill.Check | superbill.ClaimError]:
        """Checks claims as they come, as `code_stream` codes encounters; with `repair` as `check` does."""
        encode = calls.encode_check if repair else calls.encode_edit
        one = self.check if repair else self.edit
        return self._stream("Coding/EditStream", encode, calls.decode_edit, claims, window, superbill.ClaimError, one)

    def edit_many(self, claims: Sequence[ClaimLike], *, threads: int = 0) -> list[superbill.Check | superbill.ClaimError]:
        """Checks many claims over `threads` streams (0: four)."""
        return self._many(self.edit_stream, claims, threads)

    def check(self, claim: ClaimLike) -> superbill.Check:
        """Checks one claim, and tells its lawful repairs and what has to be asked."""
        return self._ask(calls.edit(claim, repair=True))

    def check_many(self, claims: Sequence[ClaimLike], *, threads: int = 0) -> list[superbill.Check | superbill.ClaimError]:
        """Checks many claims as `check` does one."""
        return self._many(lambda some: self.edit_stream(some, repair=True), claims, threads)

    def lookup(self, code: str, date: Day, *, system: str | None = None) -> CodeInfo | None:
        """What is known of a code on a day; `None` where it is unknown."""
        return self._ask(calls.lookup(code, date, system))

    def lookup_many(self, codes: Sequence[str], date: Day, *, system: str = "icd10cm") -> list[CodeInfo | None]:
        """What is known of at most 1000 codes of a system, in order."""
        return self._ask(calls.lookup_many(codes, date, system))

    def validate(self, code: str, date: Day, *, system: str | None = None) -> tuple[str, list[str]]:
        """Whether a code can stand on a claim on a day, and why not; with the codes that stand in the place of an expired one."""
        return self._ask(calls.validate(code, date, system))

    def validate_many(self, codes: Sequence[str], date: Day, *, system: str = "icd10cm") -> list[str]:
        """Standings of at most 1000 codes of a system, in order."""
        return self._ask(calls.validate_many(codes, date, system))

    def children(self, code: str, date: Day, *, system: str | None = None) -> list[CodeInfo]:
        """The codes directly below one, on a day."""
        return self._ask(calls.around("children", code, date, system))

    def ancestors(self, code: str, date: Day, *, system: str | None = None) -> list[CodeInfo]:
        """Everything above a code, nearest first, as it is on a day."""
        return self._ask(calls.around("ancestors", code, date, system))

    def descendants(self, code: str, date: Day, *, system: str | None = None) -> list[CodeInfo]:
        """Everything below a code that is known on a day, headers included."""
        return self._ask(calls.around("descendants", code, date, system))

    def search(
        self, words: str, date: Day, *, system: str | Sequence[str] | None = None, limit: int = 20, headers: bool = False
    ) -> list[CodeInfo]:
        """The best codes for words, beginnings of words or of codes, on a day."""
        return self._ask(calls.search(words, date, system, limit, headers))

    def match(self, text: str) -> list[Match]:
        """Every whole-word term of a text that names codes, overlaps included, in order of start."""
        return self._ask(calls.match(text))

    def translate(
        self,
        concept: int | str,
        date: Day,
        *,
        birth_date: Day | None = None,
        sex: str | None = None,
        onset_date: Day | None = None,
        conditions: Iterable[int | str] | None = None,
        conditions_complete: bool = False,
        laterality: str | None = None,
        seventh: str | None = None,
    ) -> Translation:
        """What a SNOMED CT concept is in ICD-10-CM on a day, by the map that the server has."""
        return self._ask(calls.translate(concept, date, birth_date, sex, onset_date, conditions, conditions_complete, laterality, seventh))

    def releases(self) -> Releases:
        """What the server's knowledge base was built from, with its hash."""
        return self._ask(calls.releases())

    def rules(self, rule: str | None = None) -> tuple[models.EditRule, ...]:
        """The rules that claims are edited by, or the one of an id."""
        return self._ask(calls.rules(rule))

    def reload(self) -> tuple[str, str]:
        """Has the server read its files again; the hash of its knowledge base before and now."""
        return self._ask(calls.reload())

    def status(self) -> ServerStatus:
        """The state of the server."""
        return self._ask(calls.status())

    def _many(self, stream: Callable[[Sequence[Message]], Iterator[Answer]], messages: Sequence[Message], threads: int) -> list[Answer]:
        streams = min(threads or STREAMS, len(messages)) or 1
        if streams == 1:
            return list(stream(messages))
        with ThreadPoolExecutor(streams) as pool:
            parts = list(pool.map(lambda at: list(stream(messages[at::streams])), range(streams)))
        return [parts[at % streams][at // streams] for at in range(len(messages))]

    def _stream(
        self,
        method: str,
        encode: Callable[[Message], bytes],
        decode: Callable[[bytes], tuple[int, Any]],
        messages: Iterable[Message],
        window: int,
        wrong: type[superbill.SuperbillError],
        one: Callable[[Message], Any],
    ) -> Iterator[Any]:
        """Answers in order; what has no answer when a stream breaks goes to the next stream."""
        feed = Feed(messages, window, encode)
        attempt = 0
        while not feed.is_done():
            code, name, text = calls.UNAVAILABLE, "UNAVAILABLE", "the stream ended before every message was answered"
            trailers: Iterable[Any] = ()
            stream: Any = self._open(method)(feed.requests(), metadata=metadata(self._token))
            watch = Watch(feed, stream, self._timeout)
            try:
                for content in stream:
                    feed.waits(False)
                    attempt = 0
                    sent = feed.answered()
                    yield self._answer(sent, decode(content)[1], wrong, one)
                    feed.waits(True)
            except grpc.RpcError as failed:
                code, name, text = code_of(failed)
                trailers = failed.trailing_metadata() or ()
                if watch.fired:
                    code, name, text = calls.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", "no answer in time"
            finally:
                feed.cut()
                watch.end()
                stream.cancel()
            if feed.failed is not None:
                raise feed.failed
            if not feed.is_done():
                attempt += 1
                seconds = self._retries.wait(code, attempt, time.monotonic() + self._timeout, trailers)
                if seconds is None:
                    raise calls.error(wrong, code, name, text)
                time.sleep(seconds)

    def _answer(self, sent: Sent[Message], answer: Any, wrong: type[superbill.SuperbillError], one: Callable[[Message], Any]) -> Any:
        if sent.problem is not None:
            return sent.problem
        if not isinstance(answer, tuple):
            return answer
        code, text = answer
        if code not in calls.PASSING:
            return calls.error(wrong, code, f"code {code}", text)
        try:
            # What found no room is asked alone, with patience.
            return one(sent.message)
        except superbill.SuperbillError as failed:
            return failed


@dataclass(slots=True)
class Sent(Generic[Message]):
    """A message that has no answer yet; with why it could not be written, in whose place an empty one goes."""

    message: Message
    wire: bytes
    problem: superbill.SuperbillError | None = None


class Feed(Generic[Message]):
    """Messages of a stream, kept until they are answered.

    grpcio takes them on threads of its own; those of a stream that was cut get no more.
    """

    def __init__(self, messages: Iterable[Message], window: int, encode: Callable[[Message], bytes]) -> None:
        self._source = iter(messages)
        self._window = max(1, window)
        self._encode = encode
        self._unanswered: deque[Sent[Message]] = deque()
        self._sent = 0
        self._stream = 0
        self._ended = False
        self._changed = threading.Condition()
        # Who takes from the source; not held with the condition, since a source may wait for answers.
        self._taking = threading.Lock()
        self._waiting_since: float | None = None
        self.failed: BaseException | None = None

    def is_done(self) -> bool:
        """Whether every message there is has its answer."""
        with self._changed:
            return self._ended and not self._unanswered

    def requests(self) -> Iterator[bytes]:
        """What a new stream sends: first what has no answer."""
        with self._changed:
            self._stream += 1
            self._sent = 0
            stream = self._stream
        self.waits(True)
        return self._requests(stream)

    def _requests(self, stream: int) -> Iterator[bytes]:
        while True:
            with self._changed:
                while stream == self._stream and self._sent == len(self._unanswered) >= self._window:
                    self._changed.wait()
                if stream != self._stream:
                    return
                if self._sent < len(self._unanswered):
                    self._sent += 1
                    wire = self._unanswered[self._sent - 1].wire
                elif self._ended:
                    return
                else:
                    wire = None
            if wire is None:
                self._take()
            else:
                yield wire

    def _take(self) -> None:
        with self._taking:
            with self._changed:
                # Another stream's thread may have been taking when this one began to.
                if self._ended or self._sent < len(self._unanswered):
                    return
            try:
                message = next(self._source)
            except StopIteration:
                with self._changed:
                    self._ended = True
                return
            except BaseException as error:  # it is the caller's: raised where answers are read
                with self._changed:
                    self._ended, self.failed = True, error
                return
            try:
                sent = Sent(message, self._encode(message))
            except superbill.SuperbillError as problem:
                sent = Sent(message, b"", problem)
            with self._changed:
                if not self._unanswered:
                    self._waiting_since = self._waiting_since and time.monotonic()
                self._unanswered.append(sent)

    def answered(self) -> Sent[Message]:
        """The message whose answer has come."""
        with self._changed:
            self._sent -= 1
            sent = self._unanswered.popleft()
            self._changed.notify_all()
            return sent

    def cut(self) -> None:
        """Ends the stream that sends now."""
        with self._changed:
            self._stream += 1
            self._changed.notify_all()

    def waits(self, waiting: bool) -> None:
        """Whether the reader waits for an answer, or does something with the last one."""
        with self._changed:
            self._waiting_since = time.monotonic() if waiting else None

    def is_late(self, timeout: float) -> bool:
        """Whether an answer has been waited for too long."""
        with self._changed:
            since = self._waiting_since
            return since is not None and bool(self._unanswered) and time.monotonic() - since > timeout


class Watch:
    """Cancels a stream that no answer comes from."""

    def __init__(self, feed: Feed[Any], stream: Any, timeout: float) -> None:
        self.fired = False
        self._over = threading.Event()
        self._feed, self._stream, self._timeout = feed, stream, timeout
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while not self._over.wait(min(1.0, self._timeout / 4)):
            if self._feed.is_late(self._timeout):
                self.fired = True
                self._stream.cancel()
                return

    def end(self) -> None:
        """Stops watching."""
        self._over.set()
