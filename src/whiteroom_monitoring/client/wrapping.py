"""Doing something around each call of a function, whatever it returns."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractContextManager
from typing import Any, ParamSpec, TypeVar, cast

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")
Around = Callable[[], AbstractContextManager[Any]]


def wrap(function: Callable[_Arguments, _Result], around: Around) -> Callable[_Arguments, _Result]:
    """Return ``function`` within a context of its own for each call.

    The context of a coroutine or a generator lasts from its first step to its end; of one that is
    never begun there is none. The kind of function stays: what asks `inspect` is told the same.

    A plain function that returns a coroutine or a generator gives two contexts: one for the call,
    which is told to ``forget``, if it can, and one from the first step to the end.
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

        wrapper = types.coroutine(generator) if _is_awaitable(function) else generator
        return cast(Callable[_Arguments, _Result], wrapper)
    if inspect.isasyncgenfunction(function):
        steps = functools.wraps(function)(_async_generator_function(function, around))
        return cast(Callable[_Arguments, _Result], steps)

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


def _is_awaitable(function: Any) -> bool:
    """Tell whether a generator function's generators can be awaited, by `types.coroutine`."""
    while isinstance(function, functools.partial):
        function = function.func
    return bool(function.__code__.co_flags & inspect.CO_ITERABLE_COROUTINE)


def _goes_on(result: object) -> bool:
    return inspect.iscoroutine(result) or inspect.isgenerator(result) or inspect.isasyncgen(result)


def _within(result: Any, around: Around) -> Any:
    if inspect.isasyncgen(result):
        return _async_generator_function(lambda: result, around)()
    return _coroutine(result, around) if inspect.iscoroutine(result) else _generator(result, around)


async def _coroutine(result: Awaitable[Any], around: Around) -> Any:
    with around():
        return await result


def _generator(result: Generator[Any, Any, Any], around: Around) -> Generator[Any, Any, Any]:
    with around():
        return (yield from result)


def _async_generator_function(
    function: Callable[..., Any], around: Around
) -> Callable[..., AsyncGenerator[Any, Any]]:
    async def steps(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        result = function(*args, **kwargs)
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

    return steps
