"""What a request to GraphQL would change, read with the parser that Dagster's server reads it with."""

from __future__ import annotations

import json

import graphql
from graphql.language import ast

# They change nothing that anybody reads: the page counts its use, and notes that its welcome was seen.
HARMLESS = frozenset({"logTelemetry", "setNuxSeen"})


def operation_name(body: bytes) -> str:
    """The name that the request gives its operation, empty where it gives none."""
    asked = _asked(body)
    return str(asked.get("operationName") or "")


def mutations_of(body: bytes) -> list[str]:
    """Fields of mutations, in order; what lies in a fragment counts as the fragment's name. Empty for what the server
    cannot read."""
    try:
        document = graphql.parse(str(_asked(body).get("query", "")))
    except graphql.GraphQLError:
        return []
    return [
        _name(selection)
        for definition in document.definitions
        if isinstance(definition, ast.OperationDefinitionNode) and definition.operation is ast.OperationType.MUTATION
        for selection in definition.selection_set.selections
    ]


def _asked(body: bytes) -> dict:
    try:
        asked = json.loads(body)
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def _name(selection: ast.SelectionNode) -> str:
    return selection.name.value if isinstance(selection, ast.FieldNode | ast.FragmentSpreadNode) else "..."
