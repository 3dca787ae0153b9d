"""The engine of a server, under the names of the engine in this process.

    from superbill.client import Client

    with Client("127.0.0.1:50051") as kb:
        kb.code(encounter).codes

`Client` and `AsyncClient` have the methods of `superbill.KnowledgeBase` (`code`, `code_many`, `edit`, `check`, `lookup`, `search`, ...),
which take and give the same, and `code_stream` and `edit_stream` for as many encounters and claims as there are. Errors are those of the
engine as well; what only a server can say is a `ServiceError`.

Needs grpcio: `pip install "superbill[client]"`.
"""

from superbill.client.aio import AsyncClient
from superbill.client.calls import ServiceError
from superbill.client.channel import Tls
from superbill.client.results import CodeInfo, MapTarget, Match, Releases, ServerStatus, Translation
from superbill.client.retry import Retries
from superbill.client.sync import Client

__all__ = [
    "AsyncClient",
    "Client",
    "CodeInfo",
    "MapTarget",
    "Match",
    "Releases",
    "Retries",
    "ServerStatus",
    "ServiceError",
    "Tls",
    "Translation",
]
