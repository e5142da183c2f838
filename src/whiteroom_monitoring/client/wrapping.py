"""Doing something around each call of a function, whatever it returns."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractContextManager
from typing import Any, ParamSpec, TypeVar, cast

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")
Around = Callable[[], AbstractContextManager[Any]]


def wrap(function: Callable[_Arguments, _Result], around: Around) -> Callable[_Arguments, _Result]:
    """Return ``function`` within a context of its own for each call.

    The context of a coroutine or a generator lasts from its first step to its end, also when a
    plain function returns it; of one that is never begun there is none.
    """
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            with around():
                return await function(*args, **kwargs)

        return cast(Callable[_Arguments, _Result], coroutine)
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def generator(*args: Any, **kwargs: Any) -> Any:
            with around():
                return (yield from function(*args, **kwargs))

        return cast(Callable[_Arguments, _Result], generator)

    @functools.wraps(function)
    def call(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        with around() as context:
            result = function(*args, **kwargs)
            if not _goes_on(result):
                return result
            getattr(context, "forget", _nothing)()
        return cast(_Result, _within(result, around))

    return call


def _nothing() -> None:
    """A context that keeps nothing has nothing to forget."""


def _goes_on(result: object) -> bool:
    return inspect.iscoroutine(result) or inspect.isgenerator(result) or inspect.isasyncgen(result)


def _within(result: Any, around: Around) -> Any:
    if inspect.isasyncgen(result):
        return _async_generator(result, around)
    return _coroutine(result, around) if inspect.iscoroutine(result) else _generator(result, around)


async def _coroutine(result: Awaitable[Any], around: Around) -> Any:
    with around():
        return await result


def _generator(result: Generator[Any, Any, Any], around: Around) -> Generator[Any, Any, Any]:
    with around():
        return (yield from result)


async def _async_generator(
    result: AsyncGenerator[Any, Any], around: Around
) -> AsyncGenerator[Any, Any]:
    with around():
        try:
            item = await result.asend(None)
            while True:
                try:
                    sent = yield item
                except GeneratorExit:
                    raise
                except BaseException as error:
                    item = await result.athrow(error)
                else:
                    item = await result.asend(sent)
        except StopAsyncIteration:
            return
        finally:
            await result.aclose()
