"""The client for asyncio."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Generic, TypeVar

import grpc
import grpc.aio

import superbill
from superbill import models
from superbill.client import calls
from superbill.client.calls import Call, ClaimLike, Day, EncounterLike
from superbill.client.channel import Tls, Token, check_plain, metadata, options
from superbill.client.results import CodeInfo, Match, Releases, ServerStatus, Translation
from superbill.client.retry import Retries
from superbill.client.sync import STREAMS, Sent, code_of

Answer = TypeVar("Answer")
Message = TypeVar("Message")


class AsyncClient:
    """A server under the method names of `superbill.KnowledgeBase`, each to be awaited; parameters as of `Client`."""

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
            self._channel = grpc.aio.insecure_channel(address, options(address))
        else:
            self._channel = grpc.aio.secure_channel(address, tls.credentials(), tls.options())
        self._token = token
        self._timeout = timeout
        self._retries = retries or Retries()
        self._methods: dict[str, Any] = {}

    async def close(self) -> None:
        """Ends the connection."""
        await self._channel.close()

    async def __aenter__(self) -> AsyncClient:
        """Itself."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Ends the connection."""
        await self.close()

    async def _ask(self, call: Call[Answer]) -> Answer:
        method = self._methods.get(call.method) or self._methods.setdefault(
            call.method, self._channel.unary_unary(f"/superbill.v1.{call.method}")
        )
        deadline = time.monotonic() + self._timeout
        attempt = 0
        while True:
            try:
                answer: bytes = await method(call.request, timeout=deadline - time.monotonic(), metadata=metadata(self._token))
            except grpc.aio.AioRpcError as failed:
                attempt += 1
                code, name, message = code_of(failed)
                seconds = self._retries.wait(code, attempt, deadline, failed.trailing_metadata() or ())
                if seconds is None:
                    raise calls.error(call.wrong, code, name, message) from None
                await asyncio.sleep(seconds)
            else:
                self._retries.succeeded()
                return call.read(answer)

    async def code(self, encounter: EncounterLike) -> superbill.CodedEncounter:
        """Codes one encounter. Raises `EncounterError` naming the field, or `ServiceError`."""
        return await self._ask(calls.code(encounter))

    def code_stream(
        self, encounters: Iterable[EncounterLike] | AsyncIterable[EncounterLike], *, window: int = 64
    ) -> AsyncIterator[superbill.CodedEncounter | superbill.EncounterError]:
        """Codes encounters as they come, as `Client.code_stream` does."""
        return self._stream(
            "Coding/CodeStream", calls.encode_code, calls.decode_code, encounters, window, superbill.EncounterError, self.code
        )

    async def code_many(
        self, encounters: Sequence[EncounterLike], *, threads: int = 0
    ) -> list[superbill.CodedEncounter | superbill.EncounterError]:
        """Codes many encounters over `threads` streams (0: four)."""
        return await self._many(self.code_stream, encounters, threads)

    async def edit(self, claim: ClaimLike) -> superbill.Check:
        """Checks one claim. Raises `ClaimError` naming the field, `KnowledgeBaseError`, or `ServiceError`."""
        return await self._ask(calls.edit(claim, repair=False))

    def edit_stream(
        self, claims: Iterable[ClaimLike] | AsyncIterable[ClaimLike], *, window: int = 256, repair: bool = False
    ) -> AsyncIterator[superbill.Check | superbill.ClaimError]:
        """Checks claims as they come; with `repair` as `check` does."""
        encode = calls.encode_check if repair else calls.encode_edit
        one = self.check if repair else self.edit
        return self._stream("Coding/EditStream", encode, calls.decode_edit, claims, window, superbill.ClaimError, one)

    async def edit_many(self, claims: Sequence[ClaimLike], *, threads: int = 0) -> list[superbill.Check | superbill.ClaimError]:
        """Checks many claims over `threads` streams (0: four)."""
        return await self._many(self.edit_stream, claims, threads)

    async def check(self, claim: ClaimLike) -> superbill.Check:
        """Checks one claim, and tells its lawful repairs and what has to be asked."""
        return await self._ask(calls.edit(claim, repair=True))

    async def check_many(self, claims: Sequence[ClaimLike], *, threads: int = 0) -> list[superbill.Check | superbill.ClaimError]:
        """Checks many claims as `check` does one."""
        return await self._many(lambda some: self.edit_stream(some, repair=True), claims, threads)

    async def lookup(self, code: str, date: Day, *, system: str | None = None) -> CodeInfo | None:
        """What is known of a code on a day; `None` where it is unknown."""
        return await self._ask(calls.lookup(code, date, system))

    async def lookup_many(self, codes: Sequence[str], date: Day, *, system: str = "icd10cm") -> list[CodeInfo | None]:
        """What is known of at most 1000 codes of a system, in order."""
        return await self._ask(calls.lookup_many(codes, date, system))

    async def validate(self, code: str, date: Day, *, system: str | None = None) -> tuple[str, list[str]]:
        """Whether a code can stand on a claim on a day, and why not; with the codes that stand in the place of an expired one."""
        return await self._ask(calls.validate(code, date, system))

    async def validate_many(self, codes: Sequence[str], date: Day, *, system: str = "icd10cm") -> list[str]:
        """Standings of at most 1000 codes of a system, in order."""
        return await self._ask(calls.validate_many(codes, date, system))

    async def children(self, code: str, date: Day, *, system: str | None = None) -> list[CodeInfo]:
        """The codes directly below one, on a day."""
        return await self._ask(calls.around("children", code, date, system))

    async def ancestors(self, code: str, date: Day, *, system: str | None = None) -> list[CodeInfo]:
        """Everything above a code, nearest first, as it is on a day."""
        return await self._ask(calls.around("ancestors", code, date, system))

    async def descendants(self, code: str, date: Day, *, system: str | None = None) -> list[CodeInfo]:
        """Everything below a code that is known on a day, headers included."""
        return await self._ask(calls.around("descendants", code, date, system))

    async def search(
        self, words: str, date: Day, *, system: str | Sequence[str] | None = None, limit: int = 20, headers: bool = False
    ) -> list[CodeInfo]:
        """The best codes for words, beginnings of words or of codes, on a day."""
        return await self._ask(calls.search(words, date, system, limit, headers))

    async def match(self, text: str) -> list[Match]:
        """Every whole-word term of a text that names codes, overlaps included, in order of start."""
        return await self._ask(calls.match(text))

    async def translate(
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
        return await self._ask(
            calls.translate(concept, date, birth_date, sex, onset_date, conditions, conditions_complete, laterality, seventh)
        )

    async def releases(self) -> Releases:
        """What the server's knowledge base was built from, with its hash."""
        return await self._ask(calls.releases())

    async def rules(self, rule: str | None = None) -> tuple[models.EditRule, ...]:
        """The rules that claims are edited by, or the one of an id."""
        return await self._ask(calls.rules(rule))

    async def reload(self) -> tuple[str, str]:
        """Has the server read its files again; the hash of its knowledge base before and now."""
        return await self._ask(calls.reload())

    async def status(self) -> ServerStatus:
        """The state of the server."""
        return await self._ask(calls.status())

    async def _many(
        self, stream: Callable[[Sequence[Message]], AsyncIterator[Answer]], messages: Sequence[Message], threads: int
    ) -> list[Answer]:
        streams = min(threads or STREAMS, len(messages)) or 1

        async def part(at: int) -> list[Answer]:
            return [answer async for answer in stream(messages[at::streams])]

        parts = await asyncio.gather(*(part(at) for at in range(streams)))
        return [parts[at % streams][at // streams] for at in range(len(messages))]

    async def _stream(
        self,
        method: str,
        encode: Callable[[Message], bytes],
        decode: Callable[[bytes], tuple[int, Any]],
        messages: Iterable[Message] | AsyncIterable[Message],
        window: int,
        wrong: type[superbill.SuperbillError],
        one: Callable[[Message], Any],
    ) -> AsyncIterator[Any]:
        """Answers in order; what has no answer when a stream breaks goes to the next stream."""
        feed = Feed(messages, window, encode)
        attempt = 0
        while not feed.is_done():
            code, name, text = calls.UNAVAILABLE, "UNAVAILABLE", "the stream ended before every message was answered"
            trailers: Iterable[Any] = ()
            stream: Any = self._channel.stream_stream(f"/superbill.v1.{method}")(metadata=metadata(self._token))
            sending = asyncio.create_task(feed.send(stream))
            try:
                while (content := await self._read(stream, sending, feed.unanswered)) is not grpc.aio.EOF:
                    attempt = 0
                    yield await answer_of(feed.answered(), decode(content)[1], wrong, one)
            except TimeoutError:
                code, name, text = calls.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", "no answer in time"
            except grpc.aio.AioRpcError as failed:
                code, name, text = code_of(failed)
                trailers = failed.trailing_metadata() or ()
            finally:
                stream.cancel()
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
            if feed.failed is not None:
                raise feed.failed
            if not feed.is_done():
                attempt += 1
                seconds = self._retries.wait(code, attempt, time.monotonic() + self._timeout, trailers)
                if seconds is None:
                    raise calls.error(wrong, code, name, text)
                await asyncio.sleep(seconds)

    async def _read(self, stream: Any, sending: asyncio.Task[None], unanswered: deque[Sent[Message]]) -> Any:
        """The next message; raises TimeoutError where one is due and does not come, and what the caller's iterable raised."""
        reading = asyncio.ensure_future(stream.read())
        try:
            while True:
                due = bool(unanswered)
                done, _ = await asyncio.wait({reading}, timeout=self._timeout if due else 1.0)
                if done:
                    return reading.result()
                if due and unanswered:
                    raise TimeoutError
                if sending.done() and (sending.cancelled() or sending.exception() is not None):
                    return grpc.aio.EOF
        finally:
            if not reading.done():
                reading.cancel()


class Feed(Generic[Message]):
    """Messages of a stream, kept until they are answered."""

    def __init__(self, messages: Iterable[Message] | AsyncIterable[Message], window: int, encode: Callable[[Message], bytes]) -> None:
        self.unanswered: deque[Sent[Message]] = deque()
        self.failed: BaseException | None = None
        self._source = each(messages)
        self._encode = encode
        self._room = asyncio.Semaphore(max(1, window))
        self._ended = False
        # Outlives a stream that breaks meanwhile: a message that was taken is not lost.
        self._taking: asyncio.Task[Message] | None = None

    def is_done(self) -> bool:
        """Whether every message there is has its answer."""
        return self._ended and not self.unanswered

    def answered(self) -> Sent[Message]:
        """The message whose answer has come."""
        self._room.release()
        return self.unanswered.popleft()

    async def send(self, stream: Any) -> None:
        """Sends what has no answer, then what comes from the source, no further ahead than the window."""
        for sent in list(self.unanswered):
            await stream.write(sent.wire)
        while not self._ended:
            if (taken := await self._next()) is not None:
                await stream.write(taken.wire)
        await stream.done_writing()

    async def _next(self) -> Sent[Message] | None:
        if self._taking is None:
            await self._room.acquire()
            self._taking = asyncio.create_task(self._take())
        try:
            message = await asyncio.shield(self._taking)
        except StopAsyncIteration:
            self._ended = True
            return None
        except Exception as error:  # it is the caller's: raised where answers are read
            self._ended, self.failed = True, error
            raise
        self._taking = None
        try:
            sent = Sent(message, self._encode(message))
        except superbill.SuperbillError as problem:
            sent = Sent(message, b"", problem)
        self.unanswered.append(sent)
        return sent

    async def _take(self) -> Message:
        return await anext(self._source)


async def answer_of(sent: Sent[Message], answer: Any, wrong: type[superbill.SuperbillError], one: Callable[[Message], Any]) -> Any:
    """The answer of a stream as it is given out: what found no room is asked alone, with patience."""
    if sent.problem is not None:
        return sent.problem
    if not isinstance(answer, tuple):
        return answer
    code, text = answer
    if code not in calls.PASSING:
        return calls.error(wrong, code, f"code {code}", text)
    try:
        return await one(sent.message)
    except superbill.SuperbillError as failed:
        return failed


async def each(messages: Iterable[Message] | AsyncIterable[Message]) -> AsyncIterator[Message]:
    """Messages of either kind of iterable."""
    if isinstance(messages, AsyncIterable):
        async for message in messages:
            yield message
    else:
        for message in messages:
            yield message
