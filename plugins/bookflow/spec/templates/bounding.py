"""Rewrites a parsed template so that everything it does draws on the budget."""

from __future__ import annotations

from typing import TypeVar, cast

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from bookflow.spec.templates.sandbox import (
    COMPARE,
    CONCAT,
    MADE,
    SLICE,
    STEP,
    WORK,
    TemplateEnvironment,
)

_NODES_PER_STEP = 10
AnyNode = TypeVar("AnyNode", bound=nodes.Node)


def bound_tree(tree: nodes.Template, environment: TemplateEnvironment) -> nodes.Template:
    """Put counting into loops, macros, outputs, literals, comparisons and slices, in place."""
    _Bounding(environment).visit(tree)
    return tree


def _weigh_nodes(children: list[nodes.Node]) -> int:
    count = 0
    waiting = list(children)
    while waiting:
        node = waiting.pop()
        count += 1
        waiting.extend(node.iter_child_nodes())
    return 1 + count // _NODES_PER_STEP


class _Bounding(NodeTransformer):
    """Jinja's transformer finds the methods by the names of the node classes."""

    def __init__(self, environment: TemplateEnvironment) -> None:
        self._environment = environment

    def _place(self, node: AnyNode, origin: nodes.Node) -> AnyNode:
        node.set_environment(self._environment)
        node.set_lineno(origin.lineno)
        return node

    def _wrap(self, name: str, value: nodes.Node, *args: nodes.Expr) -> nodes.Filter:
        expression = cast("nodes.Expr", value)
        return self._place(nodes.Filter(expression, name, list(args), [], None, None), value)

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802
        inner = [*node.body, *([node.test] if node.test is not None else [])]
        weight = _weigh_nodes(inner)
        self.generic_visit(node)
        node.iter = self._wrap(STEP, node.iter, nodes.Const(weight))
        if node.recursive:
            node.body.insert(0, self._work(weight, node))
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Macro:  # noqa: N802
        weight = _weigh_nodes(node.body)
        self.generic_visit(node)
        node.body.insert(0, self._work(weight, node))
        return node

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.CallBlock:  # noqa: N802
        weight = _weigh_nodes(node.body)
        self.generic_visit(node)
        node.body.insert(0, self._work(weight, node))
        return node

    def _work(self, weight: int, origin: nodes.Node) -> nodes.Node:
        work = self._wrap(WORK, nodes.Const(weight))
        return self._place(nodes.ExprStmt(work), origin)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        return self._wrap(CONCAT, self._place(nodes.List(node.nodes), node))

    def visit_List(self, node: nodes.List) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        return self._wrap(MADE, node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        return self._wrap(MADE, node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        return self._wrap(MADE, node) if node.ctx == "load" else node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        if not isinstance(node.arg, nodes.Slice):
            return node
        bounds = (node.arg.start, node.arg.stop, node.arg.step)
        return self._wrap(SLICE, node.node, *(bound or nodes.Const(None) for bound in bounds))

    def visit_Compare(self, node: nodes.Compare) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        left = node.expr
        result: nodes.Expr | None = None
        for operand in node.ops:
            one = self._wrap(COMPARE, left, nodes.Const(operand.op), operand.expr)
            result = one if result is None else self._place(nodes.And(result, one), node)
            left = operand.expr
        return result or node

    def visit_Output(self, node: nodes.Output) -> nodes.Output:  # noqa: N802
        self.generic_visit(node)
        # data passes through the same counting as values: macros and blocks collect it in memory
        node.nodes = [
            self._place(nodes.MarkSafeIfAutoescape(nodes.Const(child.data)), child)
            if isinstance(child, nodes.TemplateData)
            else child
            for child in node.nodes
        ]
        return node
