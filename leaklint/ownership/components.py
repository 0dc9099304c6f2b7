"""The order in which functions are analysed: strongly connected components of the call graph, callees first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from leaklint.resolve.refs import Function


def components(
    start: Function, callees: Callable[[Function], Iterable[Function]], settled: Callable[[Function], bool]
) -> Iterator[list[Function]]:
    """The components that `start` reaches through functions that are not settled (Tarjan's algorithm), each in an order
    that does not depend on `start`, callees first as far as a circle has a first one."""
    index: dict[Function, int] = {}
    low: dict[Function, int] = {}
    on_stack: set[Function] = set()
    stack: list[Function] = []
    work: list[tuple[Function, Iterator[Function]]] = []

    def open_node(node: Function) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        on_stack.add(node)
        work.append((node, iter(callees(node))))

    open_node(start)
    while work:
        node, rest = work[-1]
        for callee in rest:
            if settled(callee):
                continue
            if callee not in index:
                open_node(callee)
                break
            if callee in on_stack:
                low[node] = min(low[node], index[callee])
        else:
            work.pop()
            if work:
                parent = work[-1][0]
                low[parent] = min(low[parent], low[node])
            if low[node] == index[node]:
                component = []
                while True:
                    member = stack.pop()
                    on_stack.discard(member)
                    component.append(member)
                    if member == node:
                        break
                yield component if len(component) == 1 else _callees_first(component, callees)


def _callees_first(component: Iterable[Function], callees: Callable[[Function], Iterable[Function]]) -> list[Function]:
    """The members of a component, each behind those of its callees that can stand in front of it: what one member gives
    is known at once to most of those who use it, and few are interpreted again."""
    waiting, opened = set(component), set[Function]()
    found: list[Function] = []
    work = [min(waiting, key=lambda function: (function.module, function.name))]
    while work:
        node = work[-1]
        if node not in opened:
            opened.add(node)
            work += (one for one in callees(node) if one in waiting and one not in opened)
            continue
        work.pop()
        if node in waiting:
            waiting.remove(node)
            found.append(node)
    return found
