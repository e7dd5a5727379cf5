"""`GET /healthstatus` of the older versions: the service and its parts."""

from starlette.responses import Response

from scriba.resources.versions import Version
from scriba.server.operation import Call, Operation, answer


async def get(call: Call) -> Response:
    """Always 200: what is wrong stands in the body."""
    return answer(await call.services.health.components())


OPERATIONS = [
    Operation(
        "ServiceHealth_Get",
        "GET",
        "/healthstatus",
        get,
        frozenset({Version.V3_0, Version.V3_1}),
    )
]
