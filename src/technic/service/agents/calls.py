"""How a tool ends: with an answer of bounded size, or with one sentence on what to do instead."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import HTTPException
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, TextContent
from pydantic import BaseModel

from technic.errors import TechnicError
from technic.service.agents.fitting import encoded
from technic.service.database.connect import AWAY, AWAY_SAID
from technic.text.outside import clean

__all__ = ["told"]

Tool = Callable[..., Awaitable[dict[str, Any]]]
_LONGEST = 600


def told(tool: Tool, answer: type[BaseModel]) -> Callable[..., Awaitable[CallToolResult]]:
    """Have a tool's answer sent as it is, and every refusal as a sentence.

    ``answer``: the schema of the answer, which the tool is then known to have.
    """

    @functools.wraps(tool)
    async def call(*args: Any, **kwargs: Any) -> CallToolResult:
        try:
            found = await tool(*args, **kwargs)
        except HTTPException as error:
            return _refused(str(error.detail))
        except (TechnicError, ToolError) as error:
            return _refused(str(error))
        except FileNotFoundError:
            return _refused("this is no longer kept; scan again")
        except AWAY:
            return _refused(AWAY_SAID)
        # the text is for clients that do not read the structured answer yet
        text = TextContent(type="text", text=encoded(found))
        return CallToolResult(content=[text], structured_content=found)

    signature = inspect.signature(tool, eval_str=True)
    told_as = Annotated[CallToolResult, answer]
    call.__signature__ = signature.replace(return_annotation=told_as)  # type: ignore[attr-defined]
    return call


def _refused(text: str) -> CallToolResult:
    """Return a refusal as a field, since it may repeat what others wrote."""
    content = TextContent(type="text", text=encoded({"error": clean(text, _LONGEST)}))
    return CallToolResult(content=[content], is_error=True)
